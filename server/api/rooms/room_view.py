"""Rooms for the live part: the same JSON on a socket as over HTTP."""

import time
from typing import Any

from quart import Quart

from server.api.alerts.alerts import present_placed
from server.api.http.context import services
from server.api.rooms.log import OPEN_FOR_S, present_entry
from server.api.rooms.rooms import present_room
from server.storage.alerts.area_alerts import PlacedAlert, select_open_alerts
from server.storage.rooms.room_log import LogEntry
from server.storage.rooms.rooms import select_room


class RoomView:
    """Writes rooms, alerts and log entries as the routes do.

    Parameters
    ----------
    app : Quart
        Whose services are asked.
    """

    def __init__(self, app: Quart) -> None:
        self._app = app

    async def room(self, user_id: str, room_id: str) -> dict[str, Any] | None:
        """A room with its open alerts; None for one that the user is not in."""
        async with self._app.app_context(), services().database.reading() as connection:
            room = await select_room(connection, user_id, room_id)
            if room is None:
                return None
            found = await select_open_alerts(connection, room_id, time.time() - OPEN_FOR_S)
            described = await present_room(connection, user_id, room)
            return described | {"alerts": [present_placed(placed) for placed in found]}

    def alert(self, placed: PlacedAlert) -> dict[str, Any]:
        """An alert with its place."""
        return present_placed(placed)

    def entry(self, entry: LogEntry) -> dict[str, Any]:
        """An entry of the log."""
        return present_entry(entry)
