"""One zone, watched: its counters, its density and its alarms."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from server.core.alarm import Alarm, Alert, Level, Step
from server.core.crowd import Crowd, CrowdFigure, people_of
from server.core.foot_points import FootPoints
from server.core.ground import Calibration, area_on_ground, level_of_service
from server.core.plan import ZoneLimits
from server.core.polygon_index import Place
from server.core.view import SAME, Affine
from server.core.visits import Event
from server.core.zone import Zone
from server.core.zone_counter import ZoneCounter, ZoneFigures
from server.core.zone_mask import Mask, zone_mask

SETTLE_MS = 5_000.0
"""For so long after an estimate the boxed people are a lower bound for alarms: in a scene that flickers between crowded
and not, the frames between would end an alert, or keep one from beginning."""


@dataclass(frozen=True, slots=True)
class ZoneReport:
    """What is known of a zone after a frame.

    Attributes
    ----------
    zone : Zone
    figures : ZoneFigures
    present : tuple of int
        Identities that count as inside.
    area_m2, density : float or None
        On the ground, and people per m², with a calibration. The density is of the estimate where there is one, and
        None where it is not `known`.
    service : str or None
        Fruin's level of service, ``"A"`` to ``"F"``; None like the density.
    level : Level
        The worst of its alarms.
    alerts : mapping of str to Alert
        Those that go on, by figure.
    events : tuple of Event
        What happened since the frame before.
    steps : tuple of (str, Step)
        Level changes that this frame brought, with the figure.
    crowd : CrowdFigure or None
        The estimate where the frame is crowded; at least the occupancy.
    crowd_peak : float or None
        The largest estimate so far; None if there never was one.
    known : bool
        False where the occupancy is a lower bound alone and there is no estimate (`Tracks.stands`).
    followed : bool
        False where frames are too far apart: entries, exits, visitors and dwell times say nothing.
    least : int or None
        Where there is no estimate, so many people were found at least; None where nothing more than the occupancy is.
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
        """Return between which values the figure of an alarm lies; None where it is no estimate."""
        scale = {"people": 1.0, "density": self.area_m2}.get(figure)
        return (self.crowd.low / scale, self.crowd.high / scale) if self.crowd is not None and scale else None

    @property
    def people(self) -> float:
        """The number of people that is shown."""
        return people_of(self.figures.occupancy, self.crowd)


@dataclass(frozen=True, slots=True)
class ClosedZone:
    """A zone that is not watched any more: its last figures, and what happened since its last report."""

    zone: Zone
    figures: ZoneFigures
    events: tuple[Event, ...]


class ZoneMonitor:
    """Watches one zone.

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
        """The user changed something: whoever is inside stays, alerts go on.

        A moved outline, another anchor or other times start the counters anew; a new name, colour or limit does not.
        """
        self._part = None
        if _counting(zone) != _counting(self.zone):
            self.reset()
        self._alarms = _alarms(limits, self._alarms)
        self._scale_x = 0.0
        self._counter.change(zone)
        self.zone, self.calibration = zone, calibration

    def update(
        self,
        people: FootPoints,
        place: Place,
        crowd: Crowd | None = None,
        *,
        least: Crowd | None = None,
        known: bool = True,
        followed: bool = True,
        affine: Affine = SAME,
    ) -> ZoneReport:
        """Take in a frame, who of its people is inside, the estimate, and whether the number of people is known.

        Those who were found at `least` where there is no estimate can raise an alarm, as boxed people can.
        Whether people can be `followed`: see `ZoneCounter.update`.
        `affine` leads from where the zone was drawn to the frame of the estimate.
        """
        if self._scale_x != people.scale_x:
            self._scale_x = people.scale_x
            self._area_m2 = area_on_ground(self.zone.points_norm, self.calibration, people.scale_x)
        events, self._events = [*self._events, *self._counter.update(people, place, known=known, followed=followed)], []
        figures = self._counter.figures()
        figure = self._estimate(crowd, figures.occupancy, affine)
        if figure is not None:
            self._crowd_peak = max(self._crowd_peak or 0.0, figure.estimate)
        there = people_of(figures.occupancy, figure)
        found = least.part(self._mask(least, affine), figures.occupancy).low if figure is None and least else None
        there = there if found is None else float(found)
        density = there / self._area_m2 if self._area_m2 else None
        values = {
            "people": round(there),
            "density": density,
            "dwell": figures.dwell.longest_now_s if followed else None,
        }
        if crowd is not None:
            self._crowd_t = people.t
        sure = known and (crowd is not None or people.t - self._crowd_t >= SETTLE_MS)
        steps = self._raise(people.t, values, sure)
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
            least=found,
        )

    def _estimate(self, crowd: Crowd | None, occupancy: int, affine: Affine) -> CrowdFigure | None:
        """The zone's part of the estimate; computed when the estimate or the occupancy changes."""
        if crowd is None:
            self._part = None
            return None
        kept = self._part
        if kept is None or not kept[0].is_same(crowd) or kept[1:3] != (occupancy, affine):
            kept = self._part = (crowd, occupancy, affine, crowd.part(self._mask(crowd, affine), occupancy))
        return kept[3]

    def _mask(self, crowd: Crowd, affine: Affine) -> Mask:
        return zone_mask(self.zone.points_norm, *crowd.grid.shape, affine=affine)

    def _raise(self, t: float, values: Mapping[str, float | None], sure: bool) -> tuple[tuple[str, Step], ...]:
        """Move the alarms' levels; those of people and density fall only where the figure is `sure`."""
        steps: list[tuple[str, Step]] = []
        for figure, alarm in self._alarms.items():
            value = values[figure]
            may_fall = sure or figure == "dwell"
            found = alarm.end(t) if value is None else alarm.update(t, value, may_fall=may_fall)
            steps += [(figure, step) for step in found]
        return tuple(steps)

    def present(self) -> list[int]:
        """Identities that count as inside."""
        return self._counter.present()

    def reset(self) -> None:
        """Begin the counts anew; levels and alerts are of the present and stay."""
        self._events += self._counter.reset()
        self._crowd_peak = self._part[3].estimate if self._part else None

    def restart(self) -> None:
        """Identities start again, and estimates with them; counts stay."""
        self._part = None
        self._events += self._counter.close()

    def close(self) -> ClosedZone:
        """Watch no longer."""
        events, self._events = [*self._events, *self._counter.close()], []
        return ClosedZone(self.zone, self._counter.figures(), tuple(events))


def _alarms(limits: ZoneLimits, before: Mapping[str, Alarm]) -> dict[str, Alarm]:
    """An alarm for each figure that has limits; one that was there goes on."""
    alarms = {}
    for field in fields(limits):
        limit = getattr(limits, field.name)
        if limit is None:
            continue
        alarm = alarms[field.name] = before.get(field.name) or Alarm(limit)
        if alarm.limits != limit:
            alarm.change(limit)
    return alarms


def _counting(zone: Zone) -> tuple[object, ...]:
    """What of a zone decides who is counted."""
    return zone.points_norm, zone.anchor, zone.entry_s, zone.exit_s, zone.revisit_s
