"""What pages for everybody were told a moment ago: many look at once, and all see the same."""

import time
from collections.abc import Callable
from typing import Any

FRESH_S = 1.0
MOST = 1_000


class StatusAnswers:
    """The newest answer of each page.

    Parameters
    ----------
    clock : callable
        Seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._made: dict[str, tuple[float, dict[str, Any]]] = {}
        self._version = 0

    @property
    def version(self) -> int:
        """Changes when answers that are being made become wrong."""
        return self._version

    def get(self, code: str) -> dict[str, Any] | None:
        """An answer that is new enough to be given again."""
        made_s, answer = self._made.get(code, (float("-inf"), None))
        return answer if self._clock() - made_s < FRESH_S else None

    def keep(self, code: str, answer: dict[str, Any], version: int) -> None:
        """Give this answer for a moment, unless pages changed since `version`, from when it began to be made."""
        if version != self._version:
            return
        if len(self._made) >= MOST:
            self._made.clear()
        self._made[code] = self._clock(), answer

    def forget(self) -> None:
        """A page was opened, changed or closed, which holds at once."""
        self._version += 1
        self._made.clear()
