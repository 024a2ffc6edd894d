"""One room while it has viewers or one of its cameras streams: what is known, and who sees it."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.core.alarm import Limits
from server.core.public_figure import PublicFigure, public_figure
from server.core.reading import Reading, state_of
from server.core.total import Part, total
from server.core.venue import AreaMonitor, AreaReport
from server.live.rooms.alert_claims import Alert, AlertClaims
from server.live.rooms.area_record import area_alert
from server.live.rooms.live_camera import LiveCamera
from server.live.rooms.room_json import encode_area, encode_total
from server.live.rooms.viewer import Picture, Viewer
from server.live.streams.quotas import Quotas
from server.storage.alerts.area_alerts import AreaAlert, PlacedAlert
from server.storage.rooms.areas import Area

Json = dict[str, Any]
REST = 25.0
"""Sums that took so long are told again, unchanged, to whoever looks on in this multiple of that time."""


@dataclass(slots=True)
class LiveArea:
    """An area and what is known of it.

    Attributes
    ----------
    shown_alone : float or None
        When the alert began that is beyond the owner's quota: its level is shown, and nothing is stored.
    """

    area: Area
    watch: AreaMonitor
    report: AreaReport
    alert: AreaAlert | None = None
    shown_alone: float | None = None


class LiveRoom:
    """A room.

    Parameters
    ----------
    room_id : str
    owner_id : str
        Whose quota the alerts of its areas use up.
    clock : callable
        Seconds, monotonic.
    quotas : Quotas
        How many alerts of areas are stored.
    """

    def __init__(self, room_id: str, owner_id: str, clock: Callable[[], float], quotas: Quotas) -> None:
        self.id = room_id
        self.owner_id = owner_id
        self._quotas = quotas
        self.cameras: dict[str, LiveCamera] = {}
        self.areas: dict[str, LiveArea] = {}
        self.viewers: dict[str, Viewer] = {}
        self.takings = AlertClaims()
        self._clock = clock
        self._told: list[Json] = []
        self._described: tuple[list[Json], float, float] = [], 0.0, 0.0
        self._left: list[PlacedAlert] = []

    def arrange(self, cameras: Iterable[tuple[str, str]], areas: Iterable[Area]) -> None:
        """Which cameras (id, name) and areas there are; what stayed keeps its state."""
        known, open_before = self.cameras, self.open_alerts()
        self.cameras = {id_: known.get(id_) or LiveCamera(id_, name) for id_, name in cameras}
        for id_, name in cameras:
            self.cameras[id_].name = name
        self._described = [], 0.0, 0.0
        before, self.areas = self.areas, {}
        for area in areas:
            parts = tuple(Part(part.camera_id, part.zone_id) for part in area.parts)
            limited = area.warning is not None or area.critical is not None
            limits = Limits(warning=area.warning, critical=area.critical) if limited else None
            old = before.get(area.id)
            new = AreaMonitor(parts, area.capacity, limits, self._quotas.bounds.alert_floor_s)
            watch = old.watch.change(parts, area.capacity, limits) if old else new
            # At once, so that no viewer sees a room without its areas.
            report = watch.update(self._clock(), self.readings())
            kept = (old.alert, old.shown_alone) if old else (None, None)
            self.areas[area.id] = LiveArea(area, watch, report, *kept)
        still = {placed.alert.id for placed in self.open_alerts()}
        self._left += [placed for placed in open_before if placed.alert.id not in still]

    def open_alerts(self) -> list[PlacedAlert]:
        """The active alerts of the room, newest state, with the user who took each."""
        found: list[tuple[Alert, str]] = []
        for camera in self.cameras.values():
            found += [(alert, camera.name) for alert in camera.alerts.values()]
        found += [(live.alert, live.area.name) for live in self.areas.values() if live.alert is not None]
        return [PlacedAlert(self.takings.complete(alert), self.id, name) for alert, name in found]

    def take(self, stored: Alert) -> PlacedAlert | None:
        """A user took an alert. Its newest state, which what is stored lags behind; None when it is over."""
        placed = next((one for one in self.open_alerts() if one.alert.id == stored.id), None)
        if placed is None:
            return None
        self.takings.note(stored)
        return replace(placed, alert=self.takings.complete(placed.alert))

    def take_left(self) -> list[PlacedAlert]:
        """The alerts of cameras and areas that left the room since this was asked; for the room they are over."""
        left, self._left = self._left, []
        now = time.time()
        return [replace(placed, alert=replace(placed.alert, ended_at=now)) for placed in left]

    def show(self, camera_id: str, pictures: Mapping[int, bytes]) -> None:
        """A camera has something new: pictures by width, for viewers who wanted one of that width."""
        camera = self.cameras[camera_id]

        def make(width: int) -> Picture:
            return Picture(pictures[width], width, camera.wall_ms, camera.people())

        for viewer in self.viewers.values():
            viewer.offer(camera_id, pictures, make)
            viewer.changed.add(camera_id)
            viewer.wake()

    def idle(self) -> bool:
        """Whether there is no viewer, no stream and no active alert."""
        open_alerts = any(live.alert is not None for live in self.areas.values())
        return not (self.viewers or open_alerts or any(one.reading is not None for one in self.cameras.values()))

    def tick(self) -> list[tuple[AreaAlert, str]]:
        """Look at what changes with time alone; return the areas' alerts that changed, and how."""
        now = self._clock()
        for camera in self.cameras.values():
            state = state_of(camera.reading, now)
            if state is not camera.shown:
                camera.shown = state
                self.show(camera.id, {})
        readings = self.readings()
        changed = []
        for live in self.areas.values():
            live.report = live.watch.update(now, readings)
            before = live.alert
            alert = self._follow(live, live.report, now)
            if alert is not None:
                worse = before is not None and before.level != alert.level
                step = "began" if before is None else "ended" if alert.ended_at else "level" if worse else "peak"
                changed.append((alert, step))
        told = [encode_area(live.area, live.report, live.report.total) for live in self.areas.values()]
        self._described = told, now, 0.0
        if told != self._told:
            self._told = told
            for viewer in self.viewers.values():
                viewer.areas_changed = True
                viewer.wake()
        return changed

    def readings(self) -> dict[str, Reading]:
        """Of the cameras that stream."""
        return {camera.id: camera.reading for camera in self.cameras.values() if camera.reading is not None}

    def describe_areas(self) -> list[Json]:
        """As `room_update` names them: people as of now, like those of cameras and of the total."""
        now, readings, began = self._clock(), self.readings(), time.thread_time()
        found = [
            encode_area(live.area, live.report, total(live.watch.parts, readings, now)) for live in self.areas.values()
        ]
        self._described = found, now, time.thread_time() - began
        return found

    def _known_areas(self) -> list[Json]:
        """The same for one of many viewers: not made again so soon after it took long."""
        found, at, took = self._described
        return found if self._clock() - at < took * REST else self.describe_areas()

    def describe_total(self) -> Json:
        """People in all of the room, by whole frames."""
        found = total([Part(camera_id) for camera_id in self.cameras], self.readings(), self._clock())
        return encode_total(found)

    def describe_people(self) -> list[Json]:
        """Who is here, each once, and which camera's zones they edit."""
        people: dict[str, Json] = {}
        for viewer in self.viewers.values():
            person = people.setdefault(
                viewer.user_id, {"user": viewer.user_id, "name": viewer.user_name, "editing": None}
            )
            person["editing"] = viewer.editing or person["editing"]
        return list(people.values())

    def describe_cameras(self, camera_ids: Iterable[str]) -> dict[str, Json]:
        """Cameras as `room_update` names them, without pictures."""
        now = self._clock()
        return {id_: self.cameras[id_].describe(now) for id_ in camera_ids if id_ in self.cameras}

    def compose(self, viewer: Viewer) -> Json | None:
        """What this viewer does not know yet; None for nothing."""
        if not viewer.changed and not viewer.areas_changed:
            return None
        cameras = self.describe_cameras(viewer.changed)
        for camera_id, picture in viewer.unsent.items():
            if camera_id in cameras:
                cameras[camera_id] |= {"picture": picture.jpeg, "picture_t_wall": picture.wall_ms}
                if picture.wall_ms != cameras[camera_id]["t_wall"]:
                    cameras[camera_id]["picture_people"] = picture.people
        if viewer.focus in cameras:
            crowd_map = self.cameras[viewer.focus].crowd_map(viewer.crowd_maps)
            cameras[viewer.focus] |= {} if crowd_map is None else {"crowd_map": crowd_map}
        viewer.changed, viewer.unsent, viewer.areas_changed = set(), {}, False
        areas, total_now = self._known_areas(), self.describe_total()
        return {"room": self.id, "cameras": cameras, "areas": areas, "total": total_now}

    def public_figures(self) -> dict[str, PublicFigure]:
        """What everybody may know of each area."""
        return {id_: public_figure(live.report) for id_, live in self.areas.items()}

    def _follow(self, live: LiveArea, report: AreaReport, now_s: float) -> AreaAlert | None:
        """The area's alert where it is not what was known; times become those of the wall."""
        known, wall = live.alert, time.time()
        goes_on = report.alert
        if goes_on is None:
            if known is None:
                return None
            live.alert = None
            return replace(known, ended_at=wall, interrupted=not report.cleared)
        if known is None and not self._may_begin(live, goes_on.began):
            return None
        live.alert = area_alert(live.area, report, goes_on, wall - now_s, known)
        return None if live.alert == known else live.alert

    def _may_begin(self, live: LiveArea, began: float) -> bool:
        """Whether an alert is stored; one beyond the quota is shown by its level alone, until it is over."""
        if live.shown_alone == began:
            return False
        stored = self._quotas.take_area_alert(live.area.id, self.owner_id)
        live.shown_alone = None if stored else began
        return stored
