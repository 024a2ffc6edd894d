"""Everything that is computed from a stream's tracks. It does not care where the tracks come from."""

from dataclasses import dataclass

from server.core.footing import footing
from server.core.heatmap import Heatmap, HeatmapImage, Window
from server.core.line_counter import Crossing, LineCounter
from server.core.plan import Plan, ZoneLimits
from server.core.tally import Figures, Tally
from server.core.tracks import Tracks
from server.core.watch import ZoneReport, ZoneWatch
from server.core.zone import Line

HEATMAP_EVERY_MS = 500.0
"""A heatmap changes slowly; twice a second looks live and costs a stream 5 KB a second."""


@dataclass(frozen=True, slots=True)
class LineReport:
    """What is known of a line after a frame: people who crossed inward and outward so far, and those of this frame."""

    line: Line
    inward: int
    outward: int
    crossings: tuple[Crossing, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one frame brought. `heatmap` is None between its turns."""

    figures: Figures
    heatmap: HeatmapImage | None
    zones: tuple[ZoneReport, ...]
    lines: tuple[LineReport, ...]


class Analytics:
    """The analytics of one stream: tracks in, figures out, in order of capture time.

    Parameters
    ----------
    plan : Plan, optional
        What is drawn on the frame.
    """

    def __init__(self, plan: Plan | None = None) -> None:
        self._tally = Tally()
        self._heatmap = Heatmap()
        self._heatmap_t = float("-inf")
        self._epoch = 0
        self._zones: dict[str, ZoneWatch] = {}
        self._lines: dict[str, LineCounter] = {}
        self.set_plan(plan or Plan())

    @property
    def figures(self) -> Figures:
        """The figures after the last frame."""
        return self._tally.figures

    def set_plan(self, plan: Plan) -> None:
        """The user changed what is drawn: what stayed the same goes on counting."""
        watches = {}
        for zone in plan.zones:
            limits = plan.limits.get(zone.id, ZoneLimits())
            before = self._zones.get(zone.id)
            new = before.change(zone, limits, plan.calibration) if before else None
            watches[zone.id] = new or ZoneWatch(zone, limits, plan.calibration)
        self._zones = watches
        counters = {}
        for line in plan.lines:
            known = self._lines.get(line.id)
            if known is None or known.line.points_norm != line.points_norm:
                known = LineCounter(line)
            known.line = line
            counters[line.id] = known
        self._lines = counters

    def reset(self) -> None:
        """Begin every count anew with those who are there now."""
        self._tally.reset()
        self._heatmap.reset()
        for watch in self._zones.values():
            watch.reset()
        for counter in self._lines.values():
            counter.reset()

    def show(self, window: Window) -> None:
        """Let the heatmap look so far back, from the next frame on."""
        self._heatmap.window = window
        self._heatmap_t = float("-inf")

    def update(self, tracks: Tracks) -> Analysis:
        """Take in the next frame's tracks."""
        if tracks.epoch != self._epoch:
            self._epoch = tracks.epoch
            self._restart()
        figures = self._tally.update(tracks)
        self._heatmap.update(tracks)
        image = None
        if tracks.t - self._heatmap_t >= HEATMAP_EVERY_MS:
            self._heatmap_t = tracks.t
            image = self._heatmap.image()
        people = footing(tracks)
        return Analysis(
            figures=figures,
            heatmap=image,
            zones=tuple(watch.update(people) for watch in self._zones.values()),
            lines=tuple(
                LineReport(
                    counter.line,
                    crossings=tuple(counter.update(people)),
                    inward=counter.inward,
                    outward=counter.outward,
                )
                for counter in self._lines.values()
            ),
        )

    def _restart(self) -> None:
        """Identities start again: nobody is inside any more, no side of a line is known."""
        for watch in self._zones.values():
            watch.restart()
        for counter in self._lines.values():
            counter.restart()
