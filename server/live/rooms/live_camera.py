"""One camera of a room as its viewers see it."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from server.core.alarm import Level
from server.core.reading import Reading, State, state_of
from server.live.streams.results import CrowdMaps, encode_crowd_map
from server.storage.alerts.alerts import AlertRecord

Json = dict[str, Any]
FPS_OVER_S = 5.0
PEAK_EVERY_S = 1.0
"""A stay grows with every frame; told so often, its peak is as good as now."""


@dataclass(slots=True)
class LiveCamera:
    """The newest of a camera.

    Attributes
    ----------
    reading : Reading or None
        None while it does not stream.
    result : dict
        The newest answer to one of its frames.
    wall_ms : float
        When that frame arrived, Unix milliseconds.
    stream_id : str
        Which stream that frame is of.
    alerts : dict of str to AlertRecord
        The active alerts.
    told : dict of str to (float, float)
        The peak of each of them that viewers know, and when they were told, Unix seconds.
    shown : State
        What viewers were told last.
    """

    id: str
    name: str
    reading: Reading | None = None
    result: Json = field(default_factory=dict)
    wall_ms: float = 0.0
    stream_id: str = ""
    alerts: dict[str, AlertRecord] = field(default_factory=dict)
    told: dict[str, tuple[float, float]] = field(default_factory=dict)
    shown: State = State.OFFLINE
    arrivals: deque[float] = field(default_factory=deque)

    def begin(self) -> None:
        """A stream opened; nothing was seen yet."""
        self.reading, self.result = Reading(), {}
        self.arrivals.clear()

    def end(self) -> None:
        """The stream ended."""
        self.reading, self.alerts = None, {}

    def take(self, result: Json, reading: Reading, wall_ms: float, stream_id: str) -> None:
        """The answer to a frame that arrived at `wall_ms`, and what it says, on the monotonic clock."""
        self.reading, self.result, self.wall_ms, self.stream_id = reading, result, wall_ms, stream_id
        arrived_s = reading.at_s
        self.arrivals.append(arrived_s)
        while arrived_s - self.arrivals[0] > FPS_OVER_S:
            self.arrivals.popleft()

    def follow(self, now: Iterable[AlertRecord], at: float, *, watched: bool) -> list[tuple[AlertRecord, str]]:
        """Which alerts of its zones `began`, became worse (`level`), grew (`peak`) or `ended` at `at`.

        `now` are those that go on; none because the camera is not `watched` any more, how they went on nobody knows.
        """
        before, self.alerts = self.alerts, {alert.id: alert for alert in now}
        steps = [(alert, "began") for id_, alert in self.alerts.items() if id_ not in before]
        steps += [(alert, "level") for id_, alert in self.alerts.items() if before.get(id_, alert).level != alert.level]
        new = {alert.id for alert, _ in steps}
        steps += [(alert, "peak") for id_, alert in self.alerts.items() if id_ not in new and self._grew(alert, at)]
        self.told = {id_: told for id_, told in self.told.items() if id_ in self.alerts}
        self.told |= {alert.id: (alert.peak, at) for alert, _ in steps}
        gone = [alert for id_, alert in before.items() if id_ not in self.alerts]
        return steps + [(replace(alert, ended_at=at, interrupted=not watched), "ended") for alert in gone]

    def _grew(self, alert: AlertRecord, at: float) -> bool:
        """Whether viewers know a smaller peak, and have known it for a while."""
        peak, told_at = self.told.get(alert.id, (0.0, 0.0))
        return alert.peak > peak and at - told_at >= PEAK_EVERY_S

    def fps(self, now_s: float) -> float:
        """Frames counted a second, over the last five."""
        recent = [at for at in self.arrivals if now_s - at <= FPS_OVER_S]
        span = min(FPS_OVER_S, now_s - recent[0]) if recent else 0.0
        return round(len(recent) / span, 1) if span >= 1 else 0.0

    def crowd_map(self, maps: CrowdMaps) -> Json | None:
        """The map of the newest frame's crowd, for a viewer who has only what `maps` says; None where that is all."""
        crowd = self.reading.crowd if self.reading is not None and self.result else None
        new = maps.take(crowd, (self.stream_id, self.result.get("epoch")))
        return None if new is None else encode_crowd_map(new)

    def people(self) -> list[Json]:
        """Who was seen in the newest frame."""
        return [{"id": one["id"], "box": one["box"]} for one in self.result["people"]]

    def describe(self, now_s: float) -> Json:
        """As `room_update` names it, without its picture."""
        state = state_of(self.reading, now_s)
        if not self.result or self.reading is None:
            return {"state": state.value, "t_wall": None, "age_ms": None, "fps": 0.0}
        result = self.result
        return {
            "state": state.value,
            "t": result["t"],
            "t_wall": self.wall_ms,
            "age_ms": round((now_s - self.reading.at_s) * 1000),
            "delay_ms": result["timing"]["total_ms"],
            "fps": self.fps(now_s),
            "width": result["width"],
            "height": result["height"],
            "epoch": result["epoch"],
            "count": result["count"],
            "known": result["known"],
            "count_low": result["count_low"],
            "count_high": result["count_high"],
            "saturated": result["saturated"],
            "crowd": result["crowd"],
            "crowd_peak": result["crowd_peak"],
            "still": result["still"],
            "view": result["view"],
            "peak": result["peak"],
            "followed": result["followed"],
            "unique": result["unique"],
            "level": _worst(result["zones"]),
            "zones": [_zone(zone, live=state is State.LIVE) for zone in result["zones"]],
            "lines": result["lines"],
            "people": self.people(),
        }


def _zone(zone: Json, *, live: bool) -> Json:
    """A zone without its people and alerts; clear only while it is known to be."""
    known = live and zone["known"]
    state = zone["level"] if known or zone["level"] != "clear" else "unknown"
    return {name: zone[name] for name in zone if name not in ("people", "alerts")} | {"state": state}


def _worst(zones: list[Mapping[str, Any]]) -> str:
    return max((Level[str(zone["level"]).upper()] for zone in zones), default=Level.CLEAR).name.lower()
