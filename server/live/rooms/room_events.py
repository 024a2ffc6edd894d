"""What a connected user may do in a room: enter, look, leave, and say what they edit."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from server.core.errors import CodedError
from server.live.rooms.alert_claims import TAKEN
from server.live.rooms.live_room import LiveRoom
from server.live.rooms.room_hub import RoomHub
from server.live.rooms.viewer import PictureWish, Viewer
from server.live.streams import frame as checks
from server.live.streams.stream_events import Caller
from server.storage.cameras.rights import Role

Json = dict[str, Any]
Describe = Callable[[str, str], Awaitable[Json | None]]
"""From user and room to the room as over HTTP, with its open alerts; None for a room that the user is not in."""
Update = Callable[[str, Json, Callable[..., None]], Awaitable[None]]
"""Sends a `room_update` to a connection, and calls back once it was acknowledged."""

WIDTH_LEAST, WIDTH_MOST = 160, 960
FPS_LEAST, FPS_MOST = 0.2, 10.0


class RoomEvents:
    """The events about rooms in docs/protocol.md; each raises CodedError with a code of that page.

    Parameters
    ----------
    hub : RoomHub
    describe, update : callable
        As above.
    """

    def __init__(self, hub: RoomHub, describe: Describe, update: Update) -> None:
        self._hub = hub
        self._describe = describe
        self._update = update
        self.handlers: dict[str, Callable[[Caller, Json], Awaitable[Json]]] = {
            "room_enter": self.room_enter,
            "room_view": self.room_view,
            "room_editing": self.room_editing,
            "room_leave": self.room_leave,
        }

    async def room_enter(self, caller: Caller, payload: Json) -> Json:
        """Look at a room; a connection looks at one at a time."""
        room_id = checks.require_text(payload, "room")
        wish = _wish(payload)
        described = await self._describe(caller.user_id, room_id)
        room = await self._hub.book.load(room_id) if described is not None else None
        if described is None or room is None:
            raise CodedError("UNKNOWN_ROOM", "There is no such room.")
        if not caller.connected():
            raise CodedError("UNAUTHENTICATED", "This connection is gone.")
        self._hub.audience.leave(caller.sid)

        async def send(update: Json, acknowledged: Callable[..., None]) -> None:
            await self._update(caller.sid, update, acknowledged)

        viewer = Viewer(caller.sid, caller.user_id, caller.user_name, send, room.compose, time.monotonic)
        viewer.want(wish, None)
        room.viewers[caller.sid] = viewer
        viewer.start()
        self._announce(room)
        alerts = _newest(described.pop("alerts"), self._hub.open_alerts(room))
        snapshot = {
            "cameras": room.describe_cameras(room.cameras),
            "areas": room.describe_areas(),
            "total": room.describe_total(),
            "people": room.describe_people(),
            "alerts": alerts,
        }
        return {"room": described, "snapshot": snapshot}

    async def room_view(self, caller: Caller, payload: Json) -> Json:
        """Change which pictures come, and which camera may come larger; one that is not in the room may not."""
        room, viewer = self._looking(caller, payload)
        wish, focus = _wish(payload), checks.optional_text(payload, "focus")
        # The camera may have left while this was on its way: the rest of the wish holds nevertheless.
        viewer.want(wish, focus if focus in room.cameras else None)
        if viewer.focus is not None:
            # The map of its crowd, which is not of the others, without waiting for its next frame.
            viewer.changed.add(viewer.focus)
            viewer.wake()
        return {}

    async def room_editing(self, caller: Caller, payload: Json) -> Json:
        """Say which camera's zones one edits, null for none."""
        room, viewer = self._looking(caller, payload)
        camera = checks.optional_text(payload, "camera")
        if camera is not None:
            if camera not in room.cameras:
                raise CodedError("UNKNOWN_CAMERA", "There is no such camera.")
            await self._require_editor(caller.user_id, room.id, camera)
        viewer.editing = camera
        self._announce(room)
        return {}

    async def room_leave(self, caller: Caller, payload: Json) -> Json:
        """Look at the room no longer."""
        self._looking(caller, payload)
        self._hub.audience.leave(caller.sid)
        return {}

    async def _require_editor(self, user_id: str, room_id: str, camera_id: str) -> None:
        """Operators edit zones, and whoever owns the camera. The role is that of now, not of when one entered."""
        described = await self._describe(user_id, room_id)
        if described is None:
            raise CodedError("UNKNOWN_ROOM", "There is no such room.")
        own = any(camera["id"] == camera_id and camera["mine"] for camera in described["cameras"])
        if described["role"] == Role.VIEWER.value and not own:
            raise CodedError("NOT_ALLOWED", "Your role in this room does not allow that.")

    def _looking(self, caller: Caller, payload: Json) -> tuple[LiveRoom, Viewer]:
        room = self._hub.book.get(checks.require_text(payload, "room"))
        viewer = room.viewers.get(caller.sid) if room else None
        if room is None or viewer is None:
            raise CodedError("UNKNOWN_ROOM", "There is no such room.")
        return room, viewer

    def _announce(self, room: LiveRoom) -> None:
        self._hub.audience.announce(room.id, {"kind": "presence", "people": room.describe_people()})


def _newest(stored: list[Json], live: list[Json]) -> list[Json]:
    """Alerts as they are now: what is counted is stored a moment later, and who took one may be known there alone."""
    known = {alert["id"]: alert for alert in stored}
    for alert in live:
        before = known.get(alert["id"], {})
        known[alert["id"]] = alert | {name: alert[name] or before.get(name, alert[name]) for name in TAKEN}
    return list(known.values())


def _wish(payload: Json) -> PictureWish | None:
    """`pictures` of a payload; null for none."""
    wish = payload.get("pictures")
    if wish is None:
        return None
    if not isinstance(wish, dict):
        raise checks.bad_request("pictures must be an object or null")
    width = _within(wish, "width", WIDTH_LEAST, WIDTH_MOST)
    return PictureWish(int(width), _within(wish, "max_fps", FPS_LEAST, FPS_MOST))


def _within(wish: Json, field: str, least: float, most: float) -> float:
    value = wish.get(field)
    if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
        raise checks.bad_request(f"pictures.{field} must lie between {least} and {most}")
    return float(value)
