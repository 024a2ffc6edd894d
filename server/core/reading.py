"""The latest reading of one camera: how many people, where, and how certain."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from server.core.certainty import Certainty
from server.core.crowd import Crowd, CrowdFigure
from server.core.geometry import PointNorm
from server.core.tracks import Tracks
from server.core.view import IDENTITY, Affine
from server.core.zone_mask import union_mask
from server.core.zone_monitor import ZoneReport

SILENT_S = 10.0
"""Time without a frame after which a camera is silent and its part of totals is stale, seconds."""
NEVER = float("-inf")


class State(StrEnum):
    """The freshness of a camera's reading."""

    LIVE = "live"
    SILENT = "silent"
    OFFLINE = "offline"  # the stream has ended


@dataclass(frozen=True, slots=True)
class Share:
    """The people in a camera's frame, or in some of its zones.

    Attributes
    ----------
    people : int
        The displayed number; a lower bound if `high` is None.
    low, high : int or None
        Range of the true number; `high` is None if the upper end is unknown.
    estimated : bool
        Whether `people` is a crowd estimate instead of a count of detections.
    """

    people: int
    low: int
    high: int | None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """The latest reading of a streaming camera.

    Attributes
    ----------
    at_s : float
        Arrival time of the frame, seconds on any clock; minus infinity before the first.
    count : int
        Detected people in the whole frame.
    zones : mapping of str to frozenset of int
        Track IDs of the people inside, by zone ID.
    certainty : Certainty or None
        Uncertainty of the count; None if it was not computed.
    crowd : Crowd or None
        The crowd estimate; None if the scene is not crowded.
    outlines : mapping of str to tuple of PointNorm
        Corners of the zones by zone ID, in plan coordinates.
    affine : Affine
        Mapping from plan to frame coordinates.
    least : Crowd or None
        Lower bound for a saturated scene without an estimate (`Tracks.least`).
    """

    at_s: float = NEVER
    count: int = 0
    zones: Mapping[str, frozenset[int]] = field(default_factory=dict)
    certainty: Certainty | None = None
    crowd: Crowd | None = None
    outlines: Mapping[str, tuple[PointNorm, ...]] = field(default_factory=dict)
    affine: Affine = IDENTITY
    least: Crowd | None = None

    @property
    def judged(self) -> bool:
        """Whether the frame says anything about the number of people; False for the first frame of a stream."""
        sure = self.crowd is not None or self.certainty is None or self.certainty.known
        return self.at_s != NEVER and sure

    @property
    def known(self) -> bool:
        """Whether the number of people is known. Saturation without an estimate only gives a lower bound."""
        saturated = self.certainty is not None and self.certainty.saturated
        return self.judged and (self.crowd is not None or not saturated)

    def share(self, zones: Collection[str | None]) -> Share:
        """Return the people in the union of these zones; None is the whole frame, which includes its zones."""
        whole = None in zones
        inside = [self.zones.get(zone or "", frozenset()) for zone in zones]
        seen = self.count if whole else len(frozenset().union(*inside))
        if not self.known:
            found = self.certainty.low if whole and self.certainty else 0
            if not whole and self.least is not None:
                found = self._part(self.least, zones, seen).low
            return Share(max(seen, found), max(seen, found), None)
        if self.crowd is not None:
            return _estimated(self.crowd.figure if whole else self._part(self.crowd, zones, seen))
        return self._counted(seen)

    def _part(self, crowd: Crowd, zones: Collection[str | None], seen: int) -> CrowdFigure:
        """Return the estimate for the union of zones; people in an overlap count once."""
        drawn = [self.outlines[zone] for zone in zones if zone is not None and zone in self.outlines]
        part = crowd.part(union_mask(drawn, *crowd.grid.shape, affine=self.affine), seen)
        return part if part.estimate <= max(crowd.figure.estimate, seen) else crowd.figure

    def _counted(self, seen: int) -> Share:
        """Return a count with its range: any missed or false detection of the frame may lie in this part."""
        judged = self.certainty
        if judged is None:
            return Share(seen, seen, seen)
        low = max(0, seen - max(0, self.count - judged.low))
        return Share(seen, low, None if judged.high is None else seen + max(0, judged.high - self.count))


Readings = Mapping[str, Reading]
"""Readings by camera ID, of streaming cameras only."""


def read(tracks: Tracks, zones: Iterable[ZoneReport], at_s: float, affine: Affine = IDENTITY) -> Reading:
    """Return the reading of a frame that arrived at `at_s`; `affine` maps plan to frame coordinates."""
    found = list(zones)
    return Reading(
        at_s=at_s,
        count=len(tracks.people),
        zones={report.zone.id: frozenset(report.present) for report in found},
        certainty=tracks.certainty,
        crowd=tracks.crowd,
        least=tracks.least,
        outlines={report.zone.id: report.zone.points_norm for report in found},
        affine=affine,
    )


def state_of(reading: Reading | None, now_s: float) -> State:
    """Return the freshness of a reading; None is a camera that is offline."""
    if reading is None:
        return State.OFFLINE
    return State.SILENT if now_s - reading.at_s >= SILENT_S else State.LIVE


def _estimated(figure: CrowdFigure) -> Share:
    people = round(figure.estimate)
    return Share(people, min(figure.low, people), max(figure.high, people), estimated=True)
