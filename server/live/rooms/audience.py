"""Those who look at rooms: what is told to all of them, and who may look no longer."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from server.i18n.markers import N_
from server.live.rooms.live_room import LiveRoom
from server.live.rooms.registry import RoomRegistry
from server.storage.engine.database import Database
from server.storage.rooms.room_members import select_members

Json = dict[str, Any]
Tell = Callable[[str, str, Json], Awaitable[None]]
"""Sends an event to one connection: sid, event, payload."""

CLOSED = {"removed": N_("You are no longer in this room."), "deleted": N_("This room was deleted.")}


class RoomAudience:
    """The viewers of all rooms.

    Parameters
    ----------
    database : Database
    book : RoomRegistry
    tell : callable
        Sends an event to one connection.
    """

    def __init__(self, database: Database, book: RoomRegistry, tell: Tell) -> None:
        self._database = database
        self._book = book
        self._tell = tell
        self._doing: set[asyncio.Task[None]] = set()

    def announce(self, room_id: str, event: Json) -> None:
        """Tell everybody who looks at a room."""
        room = self._book.get(room_id)
        for sid in list(room.viewers) if room else []:
            self.soon(self._send(sid, "room_event", {"room": room_id, **event}))

    def leave(self, sid: str) -> None:
        """The connection looks at nothing any more."""
        for room in self._book.rooms():
            viewer = room.viewers.pop(sid, None)
            if viewer is not None:
                viewer.stop()
                self.announce(room.id, {"kind": "presence", "people": room.describe_people()})

    async def check(self, room: LiveRoom) -> None:
        """Whoever is no longer in the room looks at it no longer."""
        if room.viewers:
            async with self._database.reading() as connection:
                members = {member.user_id for member in await select_members(connection, room.id)}
            await self.close(room, members, "removed" if members else "deleted")

    async def close(self, room: LiveRoom, keep: set[str], reason: str) -> None:
        """Let nobody but these users look on."""
        gone = [viewer for viewer in room.viewers.values() if viewer.user_id not in keep]
        for viewer in gone:
            del room.viewers[viewer.sid]
            viewer.stop()
        for viewer in gone:
            payload = {"room": room.id, "reason": reason, "message": CLOSED[reason]}
            await self._tell(viewer.sid, "room_closed", payload)
        if gone:
            self.announce(room.id, {"kind": "presence", "people": room.describe_people()})

    def soon(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something without waiting for it."""
        task = asyncio.create_task(work)
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)

    async def stop(self) -> None:
        """Nobody looks any more; what was begun is given up."""
        for room in self._book.rooms():
            for viewer in room.viewers.values():
                viewer.stop()
            room.viewers.clear()
        for task in self._doing:
            task.cancel()
        await asyncio.gather(*self._doing, return_exceptions=True)

    async def _send(self, sid: str, event: str, payload: Json) -> None:
        await self._tell(sid, event, payload)
