"""Monitoring of one zone: its counters, density and alarms."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from server.core.alarm import Alarm, Alert, Level, Step
from server.core.crowd import Crowd, CrowdFigure, people_of
from server.core.foot_points import FootPoints
from server.core.ground import Calibration, area_on_ground, level_of_service
from server.core.plan import ZoneLimits
from server.core.polygon_index import Membership
from server.core.view import IDENTITY, Affine
from server.core.visits import Event
from server.core.zone import Zone
from server.core.zone_counter import ZoneCounter, ZoneFigures
from server.core.zone_mask import Mask, zone_mask

SETTLE_MS = 5_000.0
"""Time after an estimate for which detections remain a lower bound for alarms, milliseconds. In a scene that
flickers between crowded and not, the frames between would end an alert or delay it."""


@dataclass(frozen=True, slots=True)
class ZoneReport:
    """The state of a zone after a frame.

    Attributes
    ----------
    zone : Zone
    figures : ZoneFigures
    present : tuple of int
        Track IDs that count as inside.
    area_m2, density : float or None
        Ground area and people per m²; None without a calibration. The density uses the crowd estimate if there is one,
        and is None unless `known`.
    service : str or None
        Fruin's level of service, ``"A"`` to ``"F"``; None without a density.
    level : Level
        The highest level of the zone's alarms.
    alerts : mapping of str to Alert
        Active alerts by metric.
    events : tuple of Event
        Visit events since the previous frame.
    steps : tuple of (str, Step)
        Level changes in this frame, with the metric.
    crowd : CrowdFigure or None
        The crowd estimate, at least the occupancy; None if the frame is not crowded.
    crowd_peak : float or None
        The largest estimate so far; None if there was none.
    known : bool
        False if the occupancy is only a lower bound and there is no estimate (`Tracks.is_reliable`).
    followed : bool
        False if the frame rate is too low for tracking; entries, exits, visitors and dwell times are undefined then.
    least : int or None
        Lower bound for the number of people without an estimate; None if the occupancy is the best bound.
    """

    zone: Zone
    figures: ZoneFigures
    present: tuple[int, ...]
    area_m2: float | None
    density: float | None
    service: str | None
    level: Level
    alerts: Mapping[str, Alert]
    events: tuple[Event, ...]
    steps: tuple[tuple[str, Step], ...]
    crowd: CrowdFigure | None = None
    crowd_peak: float | None = None
    known: bool = True
    followed: bool = True
    least: int | None = None

    def range_of(self, figure: str) -> tuple[float, float] | None:
        """Return the range of an alarm's metric; None unless it is an estimate."""
        scale = {"people": 1.0, "density": self.area_m2}.get(figure)
        return (self.crowd.low / scale, self.crowd.high / scale) if self.crowd is not None and scale else None

    @property
    def people(self) -> float:
        """The displayed number of people."""
        return people_of(self.figures.occupancy, self.crowd)


@dataclass(frozen=True, slots=True)
class ClosedZone:
    """A zone that is no longer monitored: its final metrics, and the events since its last report."""

    zone: Zone
    figures: ZoneFigures
    events: tuple[Event, ...]


class ZoneMonitor:
    """Monitors one zone.

    Parameters
    ----------
    zone : Zone
    limits : ZoneLimits
    calibration : Calibration or None
    """

    def __init__(self, zone: Zone, limits: ZoneLimits, calibration: Calibration | None) -> None:
        self.zone = zone
        self.calibration = calibration
        self._counter = ZoneCounter(zone)
        self._events: list[Event] = []
        self._alarms = _alarms(limits, {})
        self._area_m2: float | None = None
        self._scale_x = 0.0
        self._crowd_t = float("-inf")
        self._part: tuple[Crowd, int, Affine, CrowdFigure] | None = None
        self._crowd_peak: float | None = None

    def change(self, zone: Zone, limits: ZoneLimits, calibration: Calibration | None) -> None:
        """Replace zone, limits and calibration. People inside and alerts persist.

        Counters restart if the outline, anchor or times change, but not for a new name, colour or limit.
        """
        self._part = None
        if _counting_rules(zone) != _counting_rules(self.zone):
            self.reset()
        self._alarms = _alarms(limits, self._alarms)
        self._scale_x = 0.0
        self._counter.change(zone)
        self.zone, self.calibration = zone, calibration

    def update(
        self,
        people: FootPoints,
        membership: Membership,
        crowd: Crowd | None = None,
        *,
        least: Crowd | None = None,
        known: bool = True,
        followed: bool = True,
        affine: Affine = IDENTITY,
    ) -> ZoneReport:
        """Process a frame and return the zone's report.

        Parameters
        ----------
        people : FootPoints
        membership : Place
            Track IDs inside and at the outline of the zone.
        crowd : Crowd, optional
            The crowd estimate.
        least : Crowd, optional
            Lower bound if there is no estimate; it can raise an alarm, as detections can.
        known : bool
            Whether the number of people is known.
        followed : bool
            Whether people can be tracked (`ZoneCounter.update`).
        affine : Affine
            Mapping from plan coordinates to the frame of the estimate.
        """
        if self._scale_x != people.scale_x:
            self._scale_x = people.scale_x
            self._area_m2 = area_on_ground(self.zone.points_norm, self.calibration, people.scale_x)
        events, self._events = (
            [*self._events, *self._counter.update(people, membership, known=known, followed=followed)],
            [],
        )
        figures = self._counter.figures()
        figure = self._estimate(crowd, figures.occupancy, affine)
        if figure is not None:
            self._crowd_peak = max(self._crowd_peak or 0.0, figure.estimate)
        people_shown = people_of(figures.occupancy, figure)
        lower_bound = least.part(self._mask(least, affine), figures.occupancy).low if figure is None and least else None
        people_shown = people_shown if lower_bound is None else float(lower_bound)
        density = people_shown / self._area_m2 if self._area_m2 else None
        values = {
            "people": round(people_shown),
            "density": density,
            "dwell": figures.dwell.longest_now_s if followed else None,
        }
        if crowd is not None:
            self._crowd_t = people.t
        reliable = known and (crowd is not None or people.t - self._crowd_t >= SETTLE_MS)
        steps = self._raise(people.t, values, reliable)
        shown = density if known else None
        return ZoneReport(
            zone=self.zone,
            figures=figures,
            present=tuple(self._counter.present()),
            area_m2=self._area_m2,
            density=shown,
            service=None if shown is None else level_of_service(shown),
            level=max((alarm.level for alarm in self._alarms.values()), default=Level.CLEAR),
            alerts={figure: alarm.alert for figure, alarm in self._alarms.items() if alarm.alert is not None},
            events=tuple(events),
            steps=steps,
            crowd=figure,
            crowd_peak=self._crowd_peak,
            known=known,
            followed=followed,
            least=lower_bound,
        )

    def _estimate(self, crowd: Crowd | None, occupancy: int, affine: Affine) -> CrowdFigure | None:
        """Return the zone's part of the estimate; recomputed when the estimate or the occupancy changes."""
        if crowd is None:
            self._part = None
            return None
        kept = self._part
        if kept is None or not kept[0].is_same(crowd) or kept[1:3] != (occupancy, affine):
            kept = self._part = (crowd, occupancy, affine, crowd.part(self._mask(crowd, affine), occupancy))
        return kept[3]

    def _mask(self, crowd: Crowd, affine: Affine) -> Mask:
        return zone_mask(self.zone.points_norm, *crowd.grid.shape, affine=affine)

    def _raise(self, t: float, values: Mapping[str, float | None], reliable: bool) -> tuple[tuple[str, Step], ...]:
        """Update the alarms and return their level changes; those of people and density fall only if `reliable`."""
        steps: list[tuple[str, Step]] = []
        for figure, alarm in self._alarms.items():
            value = values[figure]
            may_fall = reliable or figure == "dwell"
            changes = alarm.end(t) if value is None else alarm.update(t, value, may_fall=may_fall)
            steps += [(figure, step) for step in changes]
        return tuple(steps)

    def present(self) -> list[int]:
        """Return the track IDs that count as inside."""
        return self._counter.present()

    def reset(self) -> None:
        """Restart the counts. Levels and alerts reflect the present and persist."""
        self._events += self._counter.reset()
        self._crowd_peak = self._part[3].estimate if self._part else None

    def restart(self) -> None:
        """Handle a restart of the track IDs and estimates; counts persist."""
        self._part = None
        self._events += self._counter.close()

    def close(self) -> ClosedZone:
        """Stop monitoring and return the final metrics."""
        events, self._events = [*self._events, *self._counter.close()], []
        return ClosedZone(self.zone, self._counter.figures(), tuple(events))


def _alarms(limits: ZoneLimits, before: Mapping[str, Alarm]) -> dict[str, Alarm]:
    """Return an alarm for each metric with limits, reusing the existing ones."""
    alarms = {}
    for field in fields(limits):
        limit = getattr(limits, field.name)
        if limit is None:
            continue
        alarm = alarms[field.name] = before.get(field.name) or Alarm(limit)
        if alarm.limits != limit:
            alarm.change(limit)
    return alarms


def _counting_rules(zone: Zone) -> tuple[object, ...]:
    """Return the properties of a zone that determine the counts."""
    return zone.points_norm, zone.anchor, zone.entry_s, zone.exit_s, zone.revisit_s
