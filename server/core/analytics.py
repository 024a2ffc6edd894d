"""The analytics of one stream, computed from its tracks alone, whatever their source."""

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
from server.core.plan_view import IDENTITY_VIEW, PlanView
from server.core.polygon_index import PolygonIndex
from server.core.stillness import Still, Stillness
from server.core.tracks import Tracks
from server.core.zone_mask import union_mask
from server.core.zone_monitor import ClosedZone, ZoneMonitor, ZoneReport

HEATMAP_EVERY_MS = 500.0
"""Heatmaps change slowly: two updates a second look live and cost a stream 5 KB/s."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """The results of one frame.

    Attributes
    ----------
    tracks : Tracks
        The frame's tracks without the people in exclusion zones; all other fields are computed from these.
    figures : Figures
        Counts of detected people, and the largest crowd estimate.
    heatmap : HeatmapImage or None
        None in frames between two heatmap updates.
    zones, lines : tuple of ZoneReport, tuple of LineReport
    closed : tuple of ClosedZone
        Zones that were removed since the previous frame.
    crowd : CrowdFigure or None
        The estimate for the whole frame; None if the scene is not crowded.
    crowd_peak : float or None
        The largest estimate so far, people.
    known : bool
        False if the number of people is unknown: in the first frame, and if saturated without an estimate.
    followed : bool
        False if the frame rate is too low for tracking; metrics based on track IDs are undefined then.
    view : PlanView
        The mapping from the plan to the frame.
    still : tuple of Still
        Detections that have not moved for so long that they are probably false positives, such as posters.
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
    view: PlanView = IDENTITY_VIEW
    followed: bool = True


class Analytics:
    """The analytics of one stream. Frames must arrive in order of capture time.

    Parameters
    ----------
    plan : Plan, optional
        Zones, lines, limits and calibration.
    origin_ms : float
        Wall-clock time at capture time 0, milliseconds.

    Attributes
    ----------
    crowd : Crowd or None
        The estimate of the latest frame, with its density grid.
    known : bool
        Whether the number of people in the latest frame is known; False before the first frame.

    Notes
    -----
    Zones and lines are evaluated in the coordinates of the frame on which they were drawn. After a format change,
    tracks are mapped there (`PlanView`), so each person keeps their position relative to zones and lines.
    """

    def __init__(self, plan: Plan | None = None, origin_ms: float = 0.0) -> None:
        self.crowd: Crowd | None = None
        self.known = False
        self._frame_counter = FrameCounter()
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
        self._view = IDENTITY_VIEW
        self.set_plan(plan or Plan())

    @property
    def figures(self) -> Figures:
        """The counts after the latest frame."""
        return self._frame_counter.figures

    @property
    def unique(self) -> int | None:
        """The number of unique people; None if the frame rate is too low to track them."""
        return self.figures.unique if self._gaps.followed else None

    @property
    def people(self) -> float:
        """The displayed number of people; a lower bound unless `known`."""
        return people_of(self.figures.count, self.crowd.figure if self.crowd else None)

    def set_plan(self, plan: Plan) -> None:
        """Replace the plan. Unchanged zones and lines keep their counts."""
        self._aspect = plan.aspect
        monitors = {}
        counted_zones = [zone for zone in plan.zones if zone.counts]
        for zone in counted_zones:
            limits = plan.limits.get(zone.id, ZoneLimits())
            monitor = self._zones.pop(zone.id, None)
            if monitor is None:
                monitor = ZoneMonitor(zone, limits, plan.calibration)
            else:
                monitor.change(zone, limits, plan.calibration)
            monitors[zone.id] = monitor
        self._closed += [monitor.close() for monitor in self._zones.values()]
        self._zones = monitors
        self._outlines = PolygonIndex(counted_zones, self._outlines.scale_x)
        self._crossings.set_lines(plan.lines)
        self._exclusion.set_zones([zone for zone in plan.zones if not zone.counts])

    def reset(self) -> None:
        """Restart all counts with the people present now."""
        self._frame_counter.reset()
        self._heatmap.reset()
        for monitor in self._zones.values():
            monitor.reset()
        self._crossings.reset()

    def set_heatmap_window(self, window: Window) -> None:
        """Select the time window of the heatmap, from the next frame on."""
        self._heatmap.window = window
        self._heatmap_t = float("-inf")

    def crowd_in(self, zone_ids: Iterable[str]) -> CrowdFigure | None:
        """Return the estimate for the union of these zones; None without an estimate.

        A person in two zones counts once. Zones that are not in the plan are ignored.
        """
        monitors = [self._zones[zone_id] for zone_id in zone_ids if zone_id in self._zones]
        if self.crowd is None:
            return None
        inside = {person for monitor in monitors for person in monitor.present()}
        drawn = [monitor.zone.points_norm for monitor in monitors]
        mask = union_mask(drawn, *self.crowd.grid.shape, affine=self._view.affine)
        return self.crowd.part(mask, len(inside))

    def take_heat_hours(self) -> list[HourHeat]:
        """Return and clear the heatmap collected since the last call, by hour of the wall clock."""
        return self._heatmap.take_hours()

    def close(self) -> list[ClosedZone]:
        """End all visits and return every zone not yet reported as closed. The stream has ended."""
        closed = [*self._closed, *[monitor.close() for monitor in self._zones.values()]]
        self._closed, self._zones = [], {}
        return closed

    def update(self, tracks: Tracks) -> Analysis:
        """Process the tracks of the next frame."""
        if tracks.epoch != self._epoch:
            self._epoch = tracks.epoch
            self._restart()
        self._formats.update(tracks)
        self._view = self._formats.plan_view(self._aspect)
        tracks = self._exclusion.apply(tracks, self._view)
        self.crowd, self.known = tracks.crowd, tracks.is_reliable
        followed = self._gaps.update(tracks.t)
        figures = self._frame_counter.update(tracks, followed=followed)
        self._heatmap.update(tracks)
        image = None
        if tracks.t - self._heatmap_t >= HEATMAP_EVERY_MS:
            self._heatmap_t = tracks.t
            image = self._heatmap.image()
        in_plan = self._view.to_plan(tracks)
        people = foot_points(in_plan)
        closed, self._closed = tuple(self._closed), []
        return Analysis(
            tracks=tracks,
            figures=figures,
            heatmap=image,
            zones=self._update_zones(people, tracks.least),
            lines=self._crossings.update(people) if followed else self._crossings.pause(),
            closed=closed,
            crowd=tracks.crowd.figure if tracks.crowd else None,
            crowd_peak=figures.crowd_peak,
            known=self.known,
            still=self._motionless(in_plan),
            view=self._view,
            followed=followed,
        )

    def _motionless(self, in_plan: Tracks) -> tuple[Still, ...]:
        """Return the motionless detections, in coordinates of the current frame."""
        found = self._exclusion.uncovered(in_plan, self._stillness.update(in_plan))
        return tuple(replace(one, box_norm=self._view.box_to_frame(one.box_norm)) for one in found)

    def _update_zones(self, people: FootPoints, least: Crowd | None) -> tuple[ZoneReport, ...]:
        """Update the zones with this frame's people. A new aspect ratio rebuilds the polygon index."""
        if self._outlines.scale_x != people.scale_x:
            self._outlines = PolygonIndex([monitor.zone for monitor in self._zones.values()], people.scale_x)
        pairs = zip(self._zones.values(), self._outlines.contains(people), strict=True)
        state = {"known": self.known, "followed": self._gaps.followed}
        affine = self._view.affine
        return tuple(
            monitor.update(people, place, self.crowd, **state, least=least, affine=affine) for monitor, place in pairs
        )

    def _restart(self) -> None:
        """Handle a restart of the track IDs: end all visits, forget the sides of lines."""
        for monitor in self._zones.values():
            monitor.restart()
        self._crossings.restart()
        self._exclusion.restart()
