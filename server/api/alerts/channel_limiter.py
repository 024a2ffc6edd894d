"""How often a user may make others hear from this server by hand."""

import time
from collections.abc import Callable

from server.api.http.sign_in_limiter import too_many
from server.common.rate_limit import RateLimiter
from server.i18n.markers import N_

HOUR_S, MINUTE_S = 3600.0, 60.0
ADDITIONS_PER_HOUR = 30
TESTS_PER_MINUTE = 10
MAILS_PER_HOUR = 20
GUESSES_PER_HOUR = 10


class ChannelLimiter:
    """Limits of adding, testing and confirming channels, for each user.

    Parameters
    ----------
    clock : callable
        Seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._additions = RateLimiter(ADDITIONS_PER_HOUR, HOUR_S, clock)
        self._tests = RateLimiter(TESTS_PER_MINUTE, MINUTE_S, clock)
        self._mails = RateLimiter(MAILS_PER_HOUR, HOUR_S, clock)
        self._guesses = RateLimiter(GUESSES_PER_HOUR, HOUR_S, clock)

    def admit_addition(self, user_id: str) -> None:
        """Count a new channel. Raises APIError 429 with Retry-After."""
        self._admit(self._additions, user_id, N_("Too many new channels."))

    def admit_test(self, user_id: str) -> None:
        """Count a test. Raises APIError 429 with Retry-After."""
        self._admit(self._tests, user_id, N_("Too many tests."))

    def admit_mail(self, user_id: str) -> None:
        """Count a mail that is sent by hand. Raises APIError 429 with Retry-After."""
        self._admit(self._mails, user_id, N_("Too many mails."))

    def admit_guess(self, user_id: str) -> None:
        """Count a code that is about to be checked. Raises APIError 429 with Retry-After."""
        self._admit(self._guesses, user_id, N_("Too many codes."))

    def _admit(self, throttle: RateLimiter, user_id: str, what: str) -> None:
        wait_s = throttle.wait_s(user_id)
        if wait_s > 0:
            raise too_many(what, wait_s)
        throttle.take(user_id)
