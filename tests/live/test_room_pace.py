"""Rooms with thousands of parts of areas have their sums less often, and take nothing from others."""

import time

import pytest

from server.core.bounds import Bounds
from server.core.reading import Reading
from server.live.room_pace import LOOP, RoomPace
from server.live.rooms.live_room import REST, LiveRoom
from server.live.streams.quotas import Quotas
from server.storage.rooms.areas import Area, AreaPart

CAMERAS = [f"cam {number}" for number in range(32)]


def room(owner: str, name: str = "one", areas: int = 1, parts: int = 1, clock: float = 0.0) -> LiveRoom:
    made = LiveRoom(f"{owner} {name}", owner, lambda: clock, Quotas(Bounds(), lambda: clock))
    of_area = tuple(AreaPart(CAMERAS[number % 32], f"z{number % 50}") for number in range(parts))
    found = [Area(f"a{number}", made.id, "A", of_area, 10, None, None, False, 0.0) for number in range(areas)]
    made.arrange([(camera, camera) for camera in CAMERAS], found)
    for camera in CAMERAS:
        zones = {f"z{number}": frozenset(range(20)) for number in range(50)}
        made.cameras[camera].reading = Reading(clock, 20, zones)
    return made


def looks(pace: RoomPace, rooms: dict[LiveRoom, float], now: list[float], seconds: float) -> dict[LiveRoom, int]:
    """How often each was looked at, where a look takes so long, and the hub looks four times a second."""
    found = dict.fromkeys(rooms, 0)
    for _ in range(int(seconds * 4)):
        now[0] += 0.25
        for one in pace.order(rooms):
            if pace.may_look(one):
                pace.looked(one, rooms[one])
                found[one] += 1
    return found


def test_an_owner_has_a_part_of_the_loop_whatever_number_of_rooms() -> None:
    now = [0.0]
    pace = RoomPace(lambda: now[0])
    dear = {room("eve", f"room {number}"): 0.03 for number in range(20)}
    cheap = {room("ada"): 0.001}
    found = looks(pace, dear | cheap, now, 100)
    spent = sum(found[one] * cost for one, cost in dear.items())
    assert spent <= LOOP.burst + 100 * LOOP.rate + 0.03
    assert min(found[one] for one in dear) >= 4, "none of them is left out"
    assert max(found[one] for one in dear) - min(found[one] for one in dear) <= 1
    assert found[next(iter(cheap))] == 400, "others have theirs as often as before"


def test_what_is_known_of_rooms_that_are_gone_is_forgotten() -> None:
    now = [0.0]
    pace = RoomPace(lambda: now[0])
    gone = room("eve")
    pace.looked(gone, 5.0)
    assert not pace.may_look(gone)
    assert pace.order([]) == []
    assert not pace.may_look(gone), "leaving and coming back pays nothing"
    now[0] = 1000.0
    pace.order([])
    assert (pace._left, pace._looked_at) == ({}, {})


def test_viewers_share_the_sums_of_a_large_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty areas of a hundred parts each take milliseconds, which every viewer and frame would pay for."""
    clock, large = [0.0], room("eve", areas=50, parts=100)
    monkeypatch.setattr(large, "_clock", lambda: clock[0])
    began = time.thread_time()
    first = large.describe_areas()
    took = time.thread_time() - began
    assert large._known_areas() is first
    clock[0] += 0.5 * REST * took
    assert large._known_areas() is first
    clock[0] += 2 * REST * took
    second = large._known_areas()
    assert second is not first
    large.arrange([(camera, camera) for camera in CAMERAS], [])
    assert large._known_areas() == [], "what is changed shows at once"
