"""What dear answers cost, in processor time, and how much of it a user may have: others wait for the same processor."""

import time
from collections.abc import Callable

from server.api.http.sign_in_limiter import too_many
from server.common.rate_limit import RateLimiter
from server.i18n.markers import N_

MINUTE_S = 60.0
HISTORY_MS, SAMPLE_MS = 15.0, 0.04
"""An answer with history, and every sample in it; 49,000 took 1.4 to 2.5 s of a core, whatever the format."""
HEAT_MS, HOUR_MS = 10.0, 0.5
EXPORT_MS = 250.0
"""The whole log as a file."""
INVITE_MS = 20.0
"""A QR code."""


class Spending:
    """Processor time that each user spent on dear answers lately.

    Parameters
    ----------
    ms_per_minute : int
        At once, and then again evenly over a minute.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(self, ms_per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._throttle = RateLimiter(ms_per_minute, MINUTE_S, clock)

    def spend(self, user_id: str, ms: float) -> None:
        """Count a piece of work that begins now. Raises APIError 429 while what there was is used up."""
        wait_s = self._throttle.wait_s(user_id)
        if wait_s > 0:
            raise too_many(N_("Too many large answers."), wait_s)
        self.add(user_id, ms)

    def add(self, user_id: str, ms: float) -> None:
        """Count what the work turned out to cost besides."""
        self._throttle.take(user_id, ms)
