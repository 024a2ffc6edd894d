"""Everything that is computed from a stream's tracks. It does not care where the tracks come from."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from server.core.crossings import Crossings, LineReport
from server.core.crowd import Crowd, CrowdFigure, people_of
from server.core.exclusion import Exclusion
from server.core.foot_points import FootPoints, foot_points
from server.core.formats import Formats
from server.core.frame_counter import Figures, FrameCounter
from server.core.frame_gaps import FrameGaps
from server.core.heat_hours import HourHeat
from server.core.heatmap import Heatmap, HeatmapImage, Window
from server.core.plan import Plan, ZoneLimits
from server.core.plan_view import HERE, PlanView
from server.core.polygon_index import PolygonIndex
from server.core.stillness import Still, Stillness
from server.core.tracks import Tracks
from server.core.zone_mask import union_mask
from server.core.zone_monitor import ClosedZone, ZoneMonitor, ZoneReport

HEATMAP_EVERY_MS = 500.0
"""A heatmap changes slowly; twice a second looks live and costs a stream 5 KB a second."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one frame brought.

    Attributes
    ----------
    tracks : Tracks
        The frame without the people who stand where nobody is counted: all figures are of these.
    figures : Figures
        Of the boxed people, and the largest estimate.
    heatmap : HeatmapImage or None
        None between its turns.
    zones, lines : tuple
    closed : tuple of ClosedZone
        Zones that were removed before it.
    crowd : CrowdFigure or None
        The estimate of the whole frame where it is crowded.
    crowd_peak : float or None
        The largest estimate so far.
    known : bool
        False where the count is no number of people: in the first frame, and where it is saturated without an estimate.
    followed : bool
        False where frames are too far apart to follow people: what counts identities says nothing then.
    view : PlanView
        Where the plan lies in the frame.
    still : tuple of Still
        Places where somebody has stood for so long without moving that it is probably no person.
    """

    tracks: Tracks
    figures: Figures
    heatmap: HeatmapImage | None
    zones: tuple[ZoneReport, ...]
    lines: tuple[LineReport, ...]
    closed: tuple[ClosedZone, ...] = ()
    crowd: CrowdFigure | None = None
    crowd_peak: float | None = None
    known: bool = True
    still: tuple[Still, ...] = ()
    view: PlanView = HERE
    followed: bool = True


class Analytics:
    """The analytics of one stream: tracks in, figures out, in order of capture time.

    Parameters
    ----------
    plan : Plan, optional
        What is drawn on the frame.
    origin_ms : float
        The clock at capture time 0, milliseconds.

    Attributes
    ----------
    crowd : Crowd or None
        The estimate of the newest frame, with its grid.
    known : bool
        Whether the number of people of the newest frame is known; not so before the first.

    Zones and lines are judged in the frame on which they were drawn: where its format changed, people are moved there
    (`PlanView`), so that everybody stays on the ground, and on the side of a line, where they were.
    """

    def __init__(self, plan: Plan | None = None, origin_ms: float = 0.0) -> None:
        self.crowd: Crowd | None = None
        self.known = False
        self._tally = FrameCounter()
        self._heatmap = Heatmap(origin_ms)
        self._heatmap_t = float("-inf")
        self._epoch = 0
        self._zones: dict[str, ZoneMonitor] = {}
        self._closed: list[ClosedZone] = []
        self._crossings = Crossings()
        self._exclusion = Exclusion()
        self._stillness = Stillness()
        self._outlines = PolygonIndex((), 1.0)
        self._formats = Formats()
        self._gaps = FrameGaps()
        self._view = HERE
        self.set_plan(plan or Plan())

    @property
    def figures(self) -> Figures:
        """The figures after the last frame."""
        return self._tally.figures

    @property
    def unique(self) -> int | None:
        """How many different people there were; None where they cannot be told apart at this frame rate."""
        return self.figures.unique if self._gaps.followed else None

    @property
    def people(self) -> float:
        """The number of people that is shown; where it is not `known`, a lower bound."""
        return people_of(self.figures.count, self.crowd.figure if self.crowd else None)

    def set_plan(self, plan: Plan) -> None:
        """The user changed what is drawn: what stayed the same goes on counting."""
        self._aspect = plan.aspect
        watches = {}
        counting = [zone for zone in plan.zones if zone.counts]
        for zone in counting:
            limits = plan.limits.get(zone.id, ZoneLimits())
            watch = self._zones.pop(zone.id, None)
            if watch is None:
                watch = ZoneMonitor(zone, limits, plan.calibration)
            else:
                watch.change(zone, limits, plan.calibration)
            watches[zone.id] = watch
        self._closed += [watch.close() for watch in self._zones.values()]
        self._zones = watches
        self._outlines = PolygonIndex(counting, self._outlines.scale_x)
        self._crossings.set_lines(plan.lines)
        self._exclusion.set_zones([zone for zone in plan.zones if not zone.counts])

    def reset(self) -> None:
        """Begin every count anew with those who are there now."""
        self._tally.reset()
        self._heatmap.reset()
        for watch in self._zones.values():
            watch.reset()
        self._crossings.reset()

    def show(self, window: Window) -> None:
        """Let the heatmap look so far back, from the next frame on."""
        self._heatmap.window = window
        self._heatmap_t = float("-inf")

    def crowd_in(self, zone_ids: Iterable[str]) -> CrowdFigure | None:
        """Return the estimate of what lies in any of these zones; None without one. People in two zones count once.

        Zones that are not drawn here add nothing.
        """
        watches = [self._zones[zone_id] for zone_id in zone_ids if zone_id in self._zones]
        if self.crowd is None:
            return None
        inside = {person for watch in watches for person in watch.present()}
        drawn = [watch.zone.points_norm for watch in watches]
        mask = union_mask(drawn, *self.crowd.grid.shape, affine=self._view.affine)
        return self.crowd.part(mask, len(inside))

    def take_heat(self) -> list[HourHeat]:
        """Hand over where people were since the last time, by the hour of the clock."""
        return self._heatmap.take_hours()

    def close(self) -> list[ClosedZone]:
        """No frame comes any more: everybody leaves. Returns every zone that was not handed over as closed."""
        closed = [*self._closed, *[watch.close() for watch in self._zones.values()]]
        self._closed, self._zones = [], {}
        return closed

    def update(self, tracks: Tracks) -> Analysis:
        """Take in the next frame's tracks."""
        if tracks.epoch != self._epoch:
            self._epoch = tracks.epoch
            self._restart()
        self._formats.follow(tracks)
        self._view = self._formats.place(self._aspect)
        tracks = self._exclusion.apply(tracks, self._view)
        self.crowd, self.known = tracks.crowd, tracks.stands
        followed = self._gaps.follow(tracks.t)
        figures = self._tally.update(tracks, followed=followed)
        self._heatmap.update(tracks)
        image = None
        if tracks.t - self._heatmap_t >= HEATMAP_EVERY_MS:
            self._heatmap_t = tracks.t
            image = self._heatmap.image()
        drawn_on = self._view.to_plan(tracks)
        people = foot_points(drawn_on)
        closed, self._closed = tuple(self._closed), []
        return Analysis(
            tracks=tracks,
            figures=figures,
            heatmap=image,
            zones=self._watch(people, tracks.least),
            lines=self._crossings.update(people) if followed else self._crossings.pause(),
            closed=closed,
            crowd=tracks.crowd.figure if tracks.crowd else None,
            crowd_peak=figures.crowd_peak,
            known=self.known,
            still=self._still(drawn_on),
            view=self._view,
            followed=followed,
        )

    def _still(self, drawn_on: Tracks) -> tuple[Still, ...]:
        """Where somebody does not move, in the frame as it is."""
        found = self._exclusion.uncovered(drawn_on, self._stillness.update(drawn_on))
        return tuple(replace(one, box_norm=self._view.box_to_frame(one.box_norm)) for one in found)

    def _watch(self, people: FootPoints, least: Crowd | None) -> tuple[ZoneReport, ...]:
        """Sort the people into the zones; a frame of another shape moves the outlines."""
        if self._outlines.scale_x != people.scale_x:
            self._outlines = PolygonIndex([watch.zone for watch in self._zones.values()], people.scale_x)
        pairs = zip(self._zones.values(), self._outlines.place(people), strict=True)
        state = {"known": self.known, "followed": self._gaps.followed}
        affine = self._view.affine
        return tuple(
            watch.update(people, place, self.crowd, **state, least=least, affine=affine) for watch, place in pairs
        )

    def _restart(self) -> None:
        """Identities start again: nobody is inside any more, no side of a line is known."""
        for watch in self._zones.values():
            watch.restart()
        self._crossings.restart()
        self._exclusion.restart()
