"""What one camera says last: how many people, where, and how sure that is."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from server.core.certainty import Certainty
from server.core.crowd import Crowd, CrowdFigure
from server.core.geometry import PointNorm
from server.core.tracks import Tracks
from server.core.view import SAME, Affine
from server.core.zone_mask import union_mask
from server.core.zone_monitor import ZoneReport

SILENT_S = 10.0
"""A camera without a frame for so long is silent: its part of every total is marked stale."""
NEVER = float("-inf")


class State(StrEnum):
    """How current a camera's figures are."""

    LIVE = "live"
    SILENT = "silent"
    OFFLINE = "offline"  # its stream has ended


@dataclass(frozen=True, slots=True)
class Share:
    """The people of a camera, or of some of its zones.

    Attributes
    ----------
    people : int
        The figure that is shown; at least so many where nothing more is known.
    low, high : int or None
        The number of people probably lies between them; `high` is None where the upper end is unknown.
    estimated : bool
        Whether it is an estimate, not a count of boxes.
    """

    people: int
    low: int
    high: int | None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """The newest figures of a camera that streams.

    Attributes
    ----------
    at_s : float
        When its frame arrived, on any clock; minus infinity before the first.
    count : int
        Boxed people in the whole frame.
    zones : mapping of str to frozenset of int
        Identities that count as inside, by zone id.
    certainty : Certainty or None
        How far the count may be off; None where it was not judged.
    crowd : Crowd or None
        The estimate, where boxes do not tell.
    outlines : mapping of str to tuple of PointNorm
        Corners of the zones, by zone id, as they were drawn.
    affine : Affine
        From where they were drawn to the frame.
    """

    at_s: float = NEVER
    count: int = 0
    zones: Mapping[str, frozenset[int]] = field(default_factory=dict)
    certainty: Certainty | None = None
    crowd: Crowd | None = None
    outlines: Mapping[str, tuple[PointNorm, ...]] = field(default_factory=dict)
    affine: Affine = SAME
    least: Crowd | None = None

    @property
    def judged(self) -> bool:
        """Whether anything can be said about how many people there are: not so in the first frame of a stream."""
        sure = self.crowd is not None or self.certainty is None or self.certainty.known
        return self.at_s != NEVER and sure

    @property
    def known(self) -> bool:
        """Whether it says how many people there are: too many to see, without an estimate, give a lower bound alone."""
        saturated = self.certainty is not None and self.certainty.saturated
        return self.judged and (self.crowd is not None or not saturated)

    def share(self, zones: Collection[str | None]) -> Share:
        """The people in any of these zones, each once; None is the whole frame, which includes its zones."""
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
        """The estimate for the union of zones: who stands where two overlap counts once."""
        drawn = [self.outlines[zone] for zone in zones if zone is not None and zone in self.outlines]
        part = crowd.part(union_mask(drawn, *crowd.grid.shape, affine=self.affine), seen)
        return part if part.estimate <= max(crowd.figure.estimate, seen) else crowd.figure

    def _counted(self, seen: int) -> Share:
        """People overlooked in the frame may be in this part of it, and false detections, too."""
        judged = self.certainty
        if judged is None:
            return Share(seen, seen, seen)
        low = max(0, seen - max(0, self.count - judged.low))
        return Share(seen, low, None if judged.high is None else seen + max(0, judged.high - self.count))


Readings = Mapping[str, Reading]
"""By camera; one that does not stream is not in it."""


def read(tracks: Tracks, zones: Iterable[ZoneReport], at_s: float, affine: Affine = SAME) -> Reading:
    """What a frame that arrived then says; `affine` leads from where the zones were drawn to the frame."""
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
    """How current a camera is."""
    if reading is None:
        return State.OFFLINE
    return State.SILENT if now_s - reading.at_s >= SILENT_S else State.LIVE


def _estimated(figure: CrowdFigure) -> Share:
    people = round(figure.estimate)
    return Share(people, min(figure.low, people), max(figure.high, people), estimated=True)
