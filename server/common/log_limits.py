"""What strangers can make the server say is said a few times, then once a minute with a count."""

import logging
import re
import time
from collections.abc import Callable

from server.common.token_bucket import Bucket, Rate

KIND = Rate(rate=1 / 60, burst=20)
"""Of one sentence, whatever numbers and names are in it."""
LOGGER = Rate(rate=1, burst=100)
"""Of everything that one part says."""
OF_SOMEBODY = ("user", "stream", "camera", "room", "worker", "restarts")
"""A line with one of these ids is about what belongs to somebody, or to the server: that has bounds of its own."""
LONGEST = 2000
"""Characters of a sentence; a stranger's address is as long as the stranger likes."""
MOST_KINDS = 1000
VARIABLE = re.compile(r"[0-9A-Za-z_-]{16,}|\d+")


class LogLimiter(logging.Filter):
    """Belongs on a handler.

    Parameters
    ----------
    clock : callable
        Seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._kinds: dict[tuple[str, str], Bucket] = {}
        self._loggers: dict[str, Bucket] = {}
        self._withheld: dict[tuple[str, str], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written; `withheld` says how many like it were not."""
        if any(getattr(record, name, None) is not None for name in OF_SOMEBODY):
            return True
        key = (record.name, VARIABLE.sub("#", str(record.msg))[:200])
        if not self._has_room(key):
            self._withheld[key] = self._withheld.get(key, 0) + 1
            return False
        record.withheld = self._withheld.pop(key, None)
        text = record.getMessage()
        if len(text) > LONGEST:
            record.msg, record.args = text[:LONGEST] + " …", None
        return True

    def _has_room(self, key: tuple[str, str]) -> bool:
        if len(self._kinds) > MOST_KINDS:
            self._kinds = {name: one for name, one in self._kinds.items() if not one.full}
            self._withheld = {name: number for name, number in self._withheld.items() if name in self._kinds}
        kind = self._kinds.setdefault(key, Bucket(KIND, self._clock))
        part = self._loggers.setdefault(key[0], Bucket(LOGGER, self._clock))
        return kind.try_take() and part.try_take()
