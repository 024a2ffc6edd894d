"""The cookies of sessions and devices: over TLS under names that a browser takes from this very host over TLS alone.

A plain page of a neighbouring host or port can set any other cookie here, and so sign somebody in as somebody else.
"""

from collections.abc import Mapping
from typing import Any

from quart import Quart, Response, request
from quart_auth import Action, QuartAuth

HOST = "__Host-"
"""RFC 6265bis, 4.1.3.2: Secure, Path=/, no Domain."""
SESSION = "crowdcount_session"
GUEST = "crowdcount_camera"
"""Of a device that streams as one camera, without an account."""
NAMES = frozenset((SESSION, GUEST, HOST + SESSION, HOST + GUEST))
MARK = "host:"
"""What is signed under the one name is worth nothing under the other, where anybody could put it."""
DAY_S = 86_400


def own_name(name: str, *, safe: bool) -> str:
    """The name of a cookie that this server sets, for a request that came over TLS or not."""
    return HOST + name if safe else name


def value_of(cookies: Mapping[str, str], name: str, *, safe: bool) -> tuple[str | None, bool]:
    """The value of a cookie, and whether it still has the name that any page can set.

    Parameters
    ----------
    safe : bool
        Whether the request came over TLS. A cookie of older versions counts there where there is no other.
    """
    if safe and HOST + name in cookies:
        return cookies[HOST + name], False
    return cookies.get(name), safe


def set_cookie(response: Response, name: str, value: str, max_age: int, *, safe: bool) -> None:
    """Set a cookie, and delete the one of an older version."""
    response.set_cookie(own_name(name, safe=safe), value, max_age=max_age, httponly=True, secure=safe, samesite="Lax")
    if safe and name in request.cookies:
        delete_cookie(response, name)


def delete_cookie(response: Response, name: str) -> None:
    """Delete a cookie under the name given."""
    response.delete_cookie(name, httponly=True, secure=name.startswith(HOST) or request.is_secure, samesite="Lax")


class CookieAuth(QuartAuth):
    """The session cookie; Secure and under its safe name wherever the request came over TLS, or always.

    Parameters
    ----------
    app : Quart
    always : bool
        Whether TLS ends before this server, so that every request came over it.
    days : int
        How long a browser keeps the cookie.
    """

    def __init__(self, app: Quart, *, always: bool, days: int) -> None:
        self._always = always
        super().__init__(app, cookie_name=SESSION, cookie_secure=always, duration=days * DAY_S, singleton=True)

    def is_safe(self, scheme: str) -> bool:
        """Whether a request of this scheme came to the browser's knowledge over TLS."""
        return self._always or scheme in ("https", "wss")

    def find(self, cookies: Mapping[str, str], app: Quart | None = None, *, safe: bool) -> tuple[str | None, bool]:
        """The secret of a session, and whether its cookie should get its safe name now."""
        value, old = value_of(cookies, SESSION, safe=safe)
        found: Any = self.load_token(value, app) if value else None
        if not isinstance(found, str):
            return None, False
        marked = safe and not old
        if found.startswith(MARK) is not marked:
            return None, False
        return found.removeprefix(MARK), old

    def load_cookie(self) -> str | None:
        """The secret in the cookie of this request, if we signed it."""
        return self.find(request.cookies, safe=self.is_safe(request.scheme))[0]

    async def after_request(self, response: Response) -> Response:
        """Set or delete the cookie, as was asked for in the request."""
        user = self.load_user()
        safe = self.is_safe(request.scheme)
        if user.action is Action.DELETE:
            delete_cookie(response, SESSION)
            if safe:
                delete_cookie(response, HOST + SESSION)
        elif user.action is not Action.PASS and user.auth_id is not None:
            value = self.dump_token(MARK + user.auth_id if safe else user.auth_id)
            set_cookie(response, SESSION, value, int(self.duration or 0), safe=safe)
        return response
