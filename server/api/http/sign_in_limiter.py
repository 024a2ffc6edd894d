"""Who guesses passwords or makes accounts in bulk has to wait."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from server.api.http.errors import APIError
from server.common.addresses import network_of
from server.common.rate_limit import RateLimiter, seconds
from server.i18n.markers import N_
from server.storage.accounts.users import fold

WINDOW_S = 900.0
FAILURES_FROM_ADDRESS = 25
"""Wrong passwords for one name from one address in the window; also how many may be checked at the same time."""
FAILURES_OF_NAME = 100
"""Wrong passwords for one name from anywhere: high, so that a stranger cannot easily keep its owner out."""
CONFIRMATIONS_A_MINUTE = 10
"""Passwords of one user who is signed in, right ones included."""
MINUTE_S, HOUR_S = 60.0, 3600.0
SIGN_UPS_A_MINUTE = 30
"""Or a tenth of what an hour allows, where that is more."""


@dataclass(frozen=True, slots=True)
class Familiar:
    """What speaks for an attempt: strangers must not be able to keep an account's own devices out.

    Attributes
    ----------
    device : str
        Mark of a browser that signed in to the account before; empty without one. It is counted for itself.
    place : bool
        Whether the address did, or the command line of the server says so. It has its own limit and not that of all.
    """

    device: str = ""
    place: bool = False


STRANGER = Familiar()
Counted = list[tuple[RateLimiter, str]]
"""What an attempt was counted against."""


class SignInLimiter:
    """Limits of signing in and up, the same for forms, JSON and tokens.

    Parameters
    ----------
    sign_ins_per_minute, sign_ups_per_hour : int
        For one address.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(
        self, sign_ins_per_minute: int, sign_ups_per_hour: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._addresses = RateLimiter(sign_ins_per_minute, MINUTE_S, clock)
        self._pairs = RateLimiter(FAILURES_FROM_ADDRESS, WINDOW_S, clock)
        self._names = RateLimiter(FAILURES_OF_NAME, WINDOW_S, clock)
        self._confirmations = RateLimiter(CONFIRMATIONS_A_MINUTE, MINUTE_S, clock)
        self._refused = RateLimiter(1, WINDOW_S, clock)
        self._sign_ups = RateLimiter(sign_ups_per_hour, HOUR_S, clock)
        self._sign_ups_now = RateLimiter(max(SIGN_UPS_A_MINUTE, sign_ups_per_hour // 10), MINUTE_S, clock)

    def admit_sign_up(self, address: str) -> None:
        """Count an attempt to register. Raises APIError 429 with Retry-After."""
        network = network_of(address)
        self._admit(
            [(self._sign_ups_now, network), (self._sign_ups, network)], N_("Too many accounts from this address.")
        )

    def admit_sign_in(self, address: str, known_user: str | None = None) -> None:
        """Count an attempt to sign in. Raises APIError 429 with Retry-After.

        Parameters
        ----------
        address : str
        known_user : str or None
            Whose browser it is by its mark: such attempts are counted for the account, not for the address, which may
            be that of others as well.
        """
        key = f"user {known_user}" if known_user else network_of(address)
        self._admit([(self._addresses, key)], N_("Too many attempts to sign in."))

    def admit_confirmation(self, user_id: str) -> None:
        """Count a user who is signed in and gives the password again. Raises APIError 429 with Retry-After."""
        self._admit([(self._confirmations, user_id)], N_("Too many passwords."))

    def admit_password(self, address: str, name: str, familiar: Familiar = STRANGER) -> Counted:
        """Count a password that is about to be checked. Raises APIError 429 with Retry-After.

        Counting before the check, not after, holds attempts that come all at once to the same limit.

        Parameters
        ----------
        address : str
        name : str
            What was typed, as `name_key`. Not the account: then its other name would wait as well, unlike one of
            nobody, which would tell that both are one person's.
        familiar : Familiar
            What speaks for it.
        """
        limits = self._password(address, name, familiar)
        self._admit(limits, N_("Too many wrong passwords for this account."))
        return limits

    def was_no_guess(self, counted: Counted) -> None:
        """The password that was counted was right, or was not looked at."""
        for throttle, key in counted:
            throttle.give_back(key)

    def first_refusal(self, name: str) -> bool:
        """Whether it is the first in a while that attempts with this name are refused; that one is logged."""
        if self._refused.wait_s(name) > 0:
            return False
        self._refused.take(name)
        return True

    def _password(self, address: str, name: str, familiar: Familiar) -> Counted:
        if familiar.device:
            return [(self._pairs, f"device {familiar.device} {name}")]
        pair = (self._pairs, f"{network_of(address)} {name}")
        return [pair] if familiar.place else [pair, (self._names, name)]

    def _admit(self, limits: Counted, what: str) -> None:
        wait_s = max(throttle.wait_s(key) for throttle, key in limits)
        if wait_s > 0:
            raise too_many(what, wait_s)
        for throttle, key in limits:
            throttle.take(key)


def name_key(login: str) -> str:
    """What a typed name is counted as: as short as any, for a name may be as long as a request."""
    return sha256(fold(login).encode()).hexdigest()


def too_many(what: str, wait_s: float) -> APIError:
    """429, with what there is too much of, a sentence, and the time to wait, there and in the header."""
    whole = seconds(wait_s)
    minutes = -(-whole // 60)
    again = N_(f"Try again in {whole} seconds.") if whole < 120 else N_(f"Try again in {minutes} minutes.")
    message = f"{what} {again}"
    return APIError(429, "RATE_LIMITED", message, headers={"Retry-After": str(whole)})
