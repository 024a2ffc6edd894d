"""Sessions that went with their account: they have no row any more, and a browser that comes back is told why."""

from collections.abc import Callable, Iterable

KEEP_S = 86_400.0
MOST = 10_000


class DeletedSessions:
    """Remembers them for a day, in this process.

    Parameters
    ----------
    clock : callable
        Seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since: dict[str, float] = {}

    def note(self, sessions: Iterable[str]) -> None:
        """The account of these sessions was deleted just now."""
        now = self._clock()
        kept = {one: since for one, since in self._since.items() if now - since < KEEP_S}
        kept |= dict.fromkeys(sessions, now)
        self._since = dict(list(kept.items())[-MOST:])

    def __contains__(self, session: str) -> bool:
        since = self._since.get(session)
        return since is not None and self._clock() - since < KEEP_S
