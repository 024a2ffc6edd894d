"""How often an address may ask, route by route."""

import time
from datetime import UTC, datetime, timedelta

from quart import Quart, current_app, request
from quart_rate_limiter import QUART_RATE_LIMITER_LIMITS_ATTRIBUTE, RateLimit
from quart_rate_limiter import RateLimiter as QuartRateLimiter
from quart_rate_limiter.store import RateLimiterStoreABC

from server.api.http.sign_in_limiter import too_many
from server.common.addresses import network_of
from server.common.rate_limit import RateLimiter
from server.i18n.markers import N_

MOST_KEYS = 50_000


class BoundedStore(RateLimiterStoreABC):
    """Arrival times in memory. The library's own store never forgets an address."""

    def __init__(self) -> None:
        self._due: dict[str, datetime] = {}

    async def get(self, key: str, default: datetime) -> datetime:
        """The arrival time of a key."""
        return self._due.get(key, default)

    async def set(self, key: str, tat: datetime) -> None:
        """Keep the arrival time of a key."""
        if key not in self._due and len(self._due) >= MOST_KEYS:
            now = datetime.now(UTC)
            self._due = {one: due for one, due in self._due.items() if due > now}
            if len(self._due) >= MOST_KEYS:
                self._due.clear()
        self._due[key] = tat

    async def before_serving(self) -> None:
        """Nothing to open."""

    async def after_serving(self) -> None:
        """Nothing to close."""


async def address_key() -> str:
    """Who asks. The library's default believes `X-Forwarded-For` from anybody, which lets anybody be anybody."""
    return network_of(request.remote_addr or "")


async def has_its_own() -> bool:
    """Whether the route of this request names a limit, which is then the only one: the library would add the two."""
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, QUART_RATE_LIMITER_LIMITS_ATTRIBUTE, None))


def install_limits(app: Quart, requests_per_minute: int) -> None:
    """Limit every route that is not exempt; signing in and up have the limits of `Guard` besides."""
    default = RateLimit(requests_per_minute, timedelta(minutes=1), skip_function=has_its_own)
    QuartRateLimiter(app, key_function=address_key, store=BoundedStore(), default_limits=[default])
    nowhere = RateLimiter(requests_per_minute, 60, time.monotonic)

    @app.before_request
    async def limit_what_is_not_there() -> None:
        """The library counts for routes; a page that does not exist is made for who asks all the same."""
        if request.endpoint is not None:
            return
        address = await address_key()
        wait_s = nowhere.wait_s(address)
        if wait_s > 0:
            raise too_many(N_("Too many requests."), wait_s)
        nowhere.take(address)
