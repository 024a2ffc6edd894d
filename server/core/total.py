"""Sums over several cameras: how many people, and how sure that is."""

from collections.abc import Iterable
from dataclasses import dataclass

from server.core.alarm import Level
from server.core.reading import Reading, Readings, Share, State, state_of


@dataclass(frozen=True, slots=True)
class Part:
    """A zone of a camera; None is its whole frame."""

    camera_id: str
    zone_id: str | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """People over several cameras.

    Attributes
    ----------
    people : int
        Of cameras that are live or silent: what they count, what they estimate, at least what they see.
    low, high : int or None
        The number of people probably lies between them; `high` is None while a part is unknown or missing.
    stale : int
        How many of them silent cameras saw last.
    estimated_cameras : tuple of str
        Cameras whose people are an estimate.
    unknown_cameras : tuple of str
        Cameras that stream without a known number: nothing was judged yet, or too many people hide.
    stale_cameras, missing_cameras : tuple of str
        Silent cameras; cameras that are offline or lack a zone, which add nothing.
    watched : bool
        Whether any camera streams: the sum of nothing is not 0.
    """

    people: int
    low: int
    high: int | None
    stale: int
    estimated_cameras: tuple[str, ...]
    unknown_cameras: tuple[str, ...]
    stale_cameras: tuple[str, ...]
    missing_cameras: tuple[str, ...]
    watched: bool

    @property
    def complete(self) -> bool:
        """Whether every part is known now."""
        return self.watched and not (self.unknown_cameras or self.stale_cameras or self.missing_cameras)

    @property
    def estimated(self) -> bool:
        """Whether any part of it is an estimate."""
        return bool(self.estimated_cameras)

    def state(self, level: Level = Level.CLEAR) -> str:
        """How bad it is, in one word: `clear` only where every part is known."""
        return level.name.lower() if level is not Level.CLEAR or self.complete else "unknown"


def total(parts: Iterable[Part], readings: Readings, now_s: float) -> Total:
    """Add up. A person in several zones of one camera counts once, and its whole frame includes its zones.

    Ranges are added end by end: cameras that look at one crowd err in the same direction.
    """
    wanted: dict[str, set[str | None]] = {}
    for part in parts:
        wanted.setdefault(part.camera_id, set()).add(part.zone_id)
    here = {id_: readings[id_] for id_ in wanted if id_ in readings}
    shares: dict[str, Share] = {id_: reading.share(wanted[id_]) for id_, reading in here.items()}
    silent = tuple(id_ for id_, reading in here.items() if state_of(reading, now_s) is State.SILENT)
    unknown = tuple(id_ for id_, reading in here.items() if not reading.known)
    missing = tuple(id_ for id_, zones in wanted.items() if id_ not in here or not _shows(here[id_], zones))
    highs = [share.high for share in shares.values() if share.high is not None]
    return Total(
        people=sum(share.people for share in shares.values()),
        low=sum(share.low for share in shares.values()),
        high=None if not here or missing or len(highs) < len(shares) else sum(highs),
        stale=sum(shares[id_].people for id_ in silent),
        estimated_cameras=tuple(id_ for id_, share in shares.items() if share.estimated),
        unknown_cameras=unknown,
        stale_cameras=silent,
        missing_cameras=missing,
        watched=bool(here),
    )


def _shows(reading: Reading, zones: set[str | None]) -> bool:
    """Whether all of these zones are drawn on it; its whole frame includes them, wherever they are."""
    return None in zones or all(zone in reading.zones for zone in zones)
