"""Alerts of areas have the same floor as those of zones, and a quota beside theirs."""

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field

import pytest

from server.config import Settings
from server.core.alarm import Level, Limits
from server.core.bounds import Bounds
from server.core.plan import Plan, ZoneLimits
from server.core.plan_json import encode_plan
from server.core.reading import Reading
from server.core.venue import AreaMonitor
from server.core.zone import Zone
from server.live.rooms.live_room import LiveRoom
from server.live.streams.quotas import AREA_PART, HOUR_S, Quotas
from server.storage.rooms.areas import Area, AreaPart
from tests.support.engine import ScriptedEngine, person
from tests.support.server import Client, run_server

CAMERA = "cam"
CYCLE_S = 12
"""People for four seconds and none for eight: an area's limit holds three, and clears after five."""


@dataclass
class Venue:
    """Rooms of one owner, each with areas of one camera, by a clock that a test sets."""

    bounds: Bounds
    now: float = 0.0
    stored: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.quotas = Quotas(self.bounds, lambda: self.now)

    def room(self, owner: str, *areas: str) -> LiveRoom:
        """A room whose areas are critical from five people on."""
        room = LiveRoom(f"rom {owner}", owner, lambda: self.now, self.quotas)
        part = AreaPart(CAMERA, None)
        room.arrange(
            [(CAMERA, "Gate")], [Area(id_, room.id, id_, (part,), None, None, 5.0, False, 0.0) for id_ in areas]
        )
        return room

    def flicker(self, room: LiveRoom, cycles: int) -> int:
        """People come and go; how many more alerts are stored."""
        before = len(self.stored)
        for second in range(cycles * CYCLE_S):
            self.now += 1
            room.cameras[CAMERA].reading = Reading(self.now, 9 if second % CYCLE_S < 4 else 0)
            for alert, step in room.tick():
                self.stored.add(alert.id)
                self.ended |= {alert.id} if step == "ended" else set()
        return len(self.stored) - before


def test_an_area_that_flickers_is_bounded_and_leaves_something_to_the_others() -> None:
    venue = Venue(Bounds(alerts_per_hour=40))
    assert venue.flicker(venue.room("ada", "one"), 20) == 10 == 40 // AREA_PART
    assert venue.flicker(venue.room("ada", "two"), 5) == 5, "another area of the same owner"
    many = venue.room("ada", *(f"area {number}" for number in range(20)))
    venue.flicker(many, 20)
    assert 40 <= len(venue.stored) <= 40 * (1 + venue.now / HOUR_S), "all of an owner's together"
    assert venue.flicker(venue.room("eve", "hers"), 5) == 5
    assert venue.stored == venue.ended
    venue.now += HOUR_S
    assert venue.flicker(venue.room("ada", "one"), 5) == 5, "and it comes back"


def test_an_area_beyond_its_quota_shows_its_level_and_keeps_nothing_open() -> None:
    venue = Venue(Bounds(alerts_per_hour=10))
    room = venue.room("ada", "one")
    assert venue.flicker(room, 10) == 2
    for second in range(6):
        venue.now += 1
        room.cameras[CAMERA].reading = Reading(venue.now, 9)
        assert room.tick() == [], second
    assert room.describe_areas()[0]["level"] == "critical"
    assert room.open_alerts() == []
    room.arrange([(CAMERA, "Gate")], [room.areas["one"].area])
    assert room.tick() == [], "nor when the room is read again"


def test_alerts_of_areas_use_up_nothing_of_the_zones() -> None:
    quotas = Quotas(Bounds(alerts_per_hour=10), lambda: 0.0)
    assert sum(quotas.take_area_alert(f"area {number}", "ada") for number in range(50)) == 10
    assert sum(quotas.of("cam", "ada").take_alert() for _ in range(50)) == 10


def test_limits_of_areas_have_the_floor_of_the_operator() -> None:
    venue = Venue(Bounds(alert_floor_s=20.0))
    room = venue.room("ada", "one")
    limits = room.areas["one"].watch.limits
    assert limits is not None
    assert (limits.hold_s, limits.clear_s, limits.cooldown_s) == (20, 20, 30)
    for second in range(21):
        assert room.describe_areas()[0]["level"] == Level.CLEAR.name.lower(), second
        venue.now += 1
        room.cameras[CAMERA].reading = Reading(venue.now, 9)
        room.tick()
    assert room.describe_areas()[0]["level"] == "critical"
    changed = room.areas["one"].watch.change((), 100, None)
    assert changed.limits == Limits(warning=80, critical=100, hold_s=20, clear_s=20, cooldown_s=30)
    assert AreaMonitor((), 100, None).limits == Limits(warning=80, critical=100)


async def alerts_of(sender: Client, engine: ScriptedEngine, camera: str, seconds: float) -> None:
    """Raise and end the alert of a camera's zone as fast as the floor lets it."""
    stream, until, seq = (await sender.open(camera))["stream"], time.monotonic() + seconds, 0
    while time.monotonic() < until:
        seq += 1
        engine.scene = (person(seq),) if seq // 12 % 2 else ()
        await sender.frame(stream, seq)
    await sender.call("stream_close", {"stream": stream})


@pytest.mark.alone
async def test_alerts_of_guests_use_up_nothing_of_the_owner(settings: Settings) -> None:
    """A guest's camera flickers until its alerts are not stored any more; those of an own camera still are."""
    engine = ScriptedEngine()
    square = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    limits = ZoneLimits(people=Limits(warning=1, hold_s=0, clear_s=0, cooldown_s=0, hysteresis=0))
    zones = [Zone(f"z{number}", f"Zone {number}", square, entry_s=0, exit_s=0) for number in range(8)]
    plan = encode_plan(Plan(tuple(zones), limits={zone.id: limits for zone in zones}))
    few = settings.model_copy(update={"alerts_per_hour": 10})
    async with run_server(few, engine) as server, server.user() as owner, server.client() as phone:
        own = await owner.camera("Own")
        room = await owner.room("Hall", own)
        joined = await owner.invite(room, "camera", phone)
        await phone.socket.connect(phone.url, auth={"camera_token": joined["token"]}, transports=["websocket"])
        theirs = joined["camera"]["id"]
        for camera in (own, theirs):
            async with owner.http.put(f"/api/cameras/{camera}/plan", json={"version": 0, "plan": plan}) as response:
                assert response.status == 200, await response.text()
        await alerts_of(phone, engine, theirs, 5.0)
        await alerts_of(owner, engine, own, 3.0)
    with closing(sqlite3.connect(settings.database_path)) as connection:
        stored = dict(connection.execute("SELECT camera_id, count(*) FROM alerts GROUP BY camera_id").fetchall())
    assert 8 <= stored[theirs] <= 11, "the guests' quota is used up"
    assert stored[own] >= 8, "and the owner's is not"
