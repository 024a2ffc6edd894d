"""One zone, watched: its counters, its density and its alarms."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from server.core.alarm import Alarm, Alert, Level, Step
from server.core.footing import Footing
from server.core.ground import Calibration, area_on_ground, level_of_service
from server.core.outlines import Place
from server.core.plan import ZoneLimits
from server.core.visits import Event
from server.core.zone import Zone
from server.core.zone_counter import ZoneCounter, ZoneFigures


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
        On the ground, and people per m², with a calibration.
    service : str or None
        Fruin's level of service, ``"A"`` to ``"F"``.
    level : Level
        The worst of its alarms.
    alerts : mapping of str to Alert
        Those that go on, by figure.
    events : tuple of Event
        What happened since the frame before.
    steps : tuple of (str, Step)
        Level changes that this frame brought, with the figure.
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


@dataclass(frozen=True, slots=True)
class ClosedZone:
    """A zone that is not watched any more: its last figures, and what happened since its last report."""

    zone: Zone
    figures: ZoneFigures
    events: tuple[Event, ...]


class ZoneWatch:
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

    def change(self, zone: Zone, limits: ZoneLimits, calibration: Calibration | None) -> None:
        """The user changed something: whoever is inside stays, alerts go on.

        A moved outline, another anchor or other times start the counters anew; a new name, colour or limit does not.
        """
        if _counting(zone) != _counting(self.zone):
            self.reset()
        self._alarms = _alarms(limits, self._alarms)
        self._scale_x = 0.0
        self._counter.change(zone)
        self.zone, self.calibration = zone, calibration

    def update(self, people: Footing, place: Place) -> ZoneReport:
        """Take in a frame and who of its people is inside."""
        if self._scale_x != people.scale_x:
            self._scale_x = people.scale_x
            self._area_m2 = area_on_ground(self.zone.points_norm, self.calibration, people.scale_x)
        events, self._events = [*self._events, *self._counter.update(people, place)], []
        figures = self._counter.figures()
        density = figures.occupancy / self._area_m2 if self._area_m2 else None
        values = {"people": figures.occupancy, "density": density, "dwell": figures.dwell.longest_now_s}
        steps = []
        for figure, alarm in self._alarms.items():
            value = values[figure]
            found = alarm.end(people.t) if value is None else alarm.update(people.t, value)
            steps += [(figure, step) for step in found]
        return ZoneReport(
            zone=self.zone,
            figures=figures,
            present=tuple(self._counter.present()),
            area_m2=self._area_m2,
            density=density,
            service=None if density is None else level_of_service(density),
            level=max((alarm.level for alarm in self._alarms.values()), default=Level.CLEAR),
            alerts={figure: alarm.alert for figure, alarm in self._alarms.items() if alarm.alert is not None},
            events=tuple(events),
            steps=tuple(steps),
        )

    def reset(self) -> None:
        """Begin the counts anew; levels and alerts are of the present and stay."""
        self._events += self._counter.reset()

    def restart(self) -> None:
        """Identities start again; counts stay."""
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
