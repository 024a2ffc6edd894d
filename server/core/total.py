"""Totals over several cameras, with their uncertainty."""

from collections.abc import Iterable
from dataclasses import dataclass

from server.core.alarm import Level
from server.core.reading import Reading, Readings, Share, State, state_of


@dataclass(frozen=True, slots=True)
class Part:
    """A zone of a camera; None is the whole frame."""

    camera_id: str
    zone_id: str | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """The number of people over several cameras.

    Attributes
    ----------
    people : int
        Sum over live and silent cameras of their counts, estimates or lower bounds.
    low, high : int or None
        Range of the true number; `high` is None while any part is unknown or missing.
    stale : int
        The part of `people` that comes from silent cameras.
    estimated_cameras : tuple of str
        IDs of cameras with a crowd estimate.
    unknown_cameras : tuple of str
        IDs of cameras that stream without a known number: the first frame, or saturated without an estimate.
    stale_cameras, missing_cameras : tuple of str
        IDs of silent cameras, and of cameras that are offline or lack a zone; the latter add nothing.
    watched : bool
        Whether any camera streams. The sum over no cameras is unknown, not 0.
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
        """Whether every part is currently known."""
        return self.watched and not (self.unknown_cameras or self.stale_cameras or self.missing_cameras)

    @property
    def estimated(self) -> bool:
        """Whether any part is an estimate."""
        return bool(self.estimated_cameras)

    def state(self, level: Level = Level.CLEAR) -> str:
        """Return the alert level as a word, or ``"unknown"`` instead of ``"clear"`` unless all parts are known."""
        return level.name.lower() if level is not Level.CLEAR or self.complete else "unknown"


def total(parts: Iterable[Part], readings: Readings, now_s: float) -> Total:
    """Add up the parts. A person in several zones of one camera counts once; a whole frame includes its zones.

    The ends of the ranges are added, since cameras on the same crowd have correlated errors.
    """
    wanted: dict[str, set[str | None]] = {}
    for part in parts:
        wanted.setdefault(part.camera_id, set()).add(part.zone_id)
    streaming = {id_: readings[id_] for id_ in wanted if id_ in readings}
    shares: dict[str, Share] = {id_: reading.share(wanted[id_]) for id_, reading in streaming.items()}
    silent = tuple(id_ for id_, reading in streaming.items() if state_of(reading, now_s) is State.SILENT)
    unknown = tuple(id_ for id_, reading in streaming.items() if not reading.known)
    missing = tuple(
        id_ for id_, zones in wanted.items() if id_ not in streaming or not _has_zones(streaming[id_], zones)
    )
    highs = [share.high for share in shares.values() if share.high is not None]
    return Total(
        people=sum(share.people for share in shares.values()),
        low=sum(share.low for share in shares.values()),
        high=None if not streaming or missing or len(highs) < len(shares) else sum(highs),
        stale=sum(shares[id_].people for id_ in silent),
        estimated_cameras=tuple(id_ for id_, share in shares.items() if share.estimated),
        unknown_cameras=unknown,
        stale_cameras=silent,
        missing_cameras=missing,
        watched=bool(streaming),
    )


def _has_zones(reading: Reading, zones: set[str | None]) -> bool:
    """Return whether all of these zones are drawn on the camera; the whole frame includes any zone."""
    return None in zones or all(zone in reading.zones for zone in zones)
