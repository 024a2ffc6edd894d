"""How much of the event loop the sums of rooms may take: an owner of many, or of large ones, has them less often."""

import time
from collections.abc import Callable, Iterable

from server.common.token_bucket import Bucket, Rate
from server.live.rooms.live_room import LiveRoom

LOOP = Rate(rate=0.04, burst=0.1)
"""Seconds of the event loop in a second, and at once, for all rooms of one owner."""


class RoomPace:
    """Decides which rooms are looked at now, by what looking at them took.

    Parameters
    ----------
    clock : callable
        Seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: dict[str, Bucket] = {}
        self._looked_at: dict[str, float] = {}

    def order(self, rooms: Iterable[LiveRoom]) -> list[LiveRoom]:
        """Rooms, those first that waited for longest; what is known of others is forgotten."""
        known = {room.id: room for room in rooms}
        owners = {room.owner_id for room in known.values()}
        self._left = {owner: left for owner, left in self._left.items() if owner in owners or not left.full}
        self._looked_at = {id_: at for id_, at in self._looked_at.items() if id_ in known}
        return sorted(known.values(), key=lambda room: self._looked_at.get(room.id, 0.0))

    def may_look(self, room: LiveRoom) -> bool:
        """Whether the owner of a room has time left."""
        left = self._left.get(room.owner_id)
        return left is None or left.take(0) <= 0

    def looked(self, room: LiveRoom, seconds: float) -> None:
        """A room was looked at, and that took so long."""
        self._looked_at[room.id] = self._clock()
        self._left.setdefault(room.owner_id, Bucket(LOOP, self._clock)).take(seconds)
