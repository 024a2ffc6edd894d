"""Looking at a room: updates, pictures, totals, staleness, and viewers that do not keep up."""

import asyncio
from typing import Any

import pytest

from server.core import reading
from server.core.tracks import Tracks
from server.core.view import View
from server.live.rooms import viewer
from tests.rooms.conftest import Hall
from tests.support.engine import ScriptedEngine, person
from tests.support.server import Client
from tests.support.wait import until

SUM: dict[str, Any] = {
    "people": 0,
    "low": 0,
    "high": 0,
    "estimated": False,
    "state": "clear",
    "stale": 0,
    "unknown_cameras": [],
    "stale_cameras": [],
    "missing_cameras": [],
}
"""Of people whom nobody doubts."""
PICTURES = {"max_fps": 10, "width": 300}


async def enter(client: Client, hall: Hall, pictures: object = None) -> dict[str, Any]:
    """Look at the room."""
    answer = await client.call("room_enter", {"room": hall.id, "pictures": pictures})
    assert "error" not in answer, answer
    return answer


async def newest(client: Client, camera: str, **expected: object) -> dict[str, Any]:
    """The first update of a camera that has these values."""
    async with asyncio.timeout(30):
        while True:
            update = await client.wait_for("room_update")
            found = update["cameras"].get(camera, {})
            if found and all(found.get(name) == value for name, value in expected.items()):
                return dict(found) | {"areas": update["areas"], "total": update["total"]}


async def start(hall: Hall) -> str:
    """The owner's camera streams."""
    return str((await hall.owner.open(hall.camera))["stream"])


async def test_a_viewer_sees_what_the_camera_counts(hall: Hall, engine: ScriptedEngine) -> None:
    entered = await enter(hall.viewer, hall)
    assert entered["room"]["role"] == "viewer"
    assert entered["snapshot"]["cameras"][hall.camera]["state"] == "offline"
    stream = await start(hall)
    engine.script.append((person(1), person(2)))
    await hall.owner.frame(stream, 1)
    seen = await newest(hall.viewer, hall.camera, count=2)
    assert (seen["state"], seen["peak"], seen["unique"], seen["width"]) == ("live", 2, 2, 640)
    assert [one["id"] for one in seen["people"]] == [1, 2]
    assert seen["people"][0]["box"] == [0.4, 0.2, 0.5, 0.8]
    assert 0 <= seen["age_ms"] < 10_000
    assert "picture" not in seen, "nobody asked for one"
    assert (await enter(hall.operator, hall))["snapshot"]["cameras"][hall.camera]["count"] == 2
    await hall.owner.call("stream_close", {"stream": stream})
    assert (await newest(hall.viewer, hall.camera, state="offline"))["t_wall"] is None


async def test_zones_are_where_the_picture_has_them_now(hall: Hall, engine: ScriptedEngine) -> None:
    """Who looks on draws the same outlines over the same ground when the camera turns from 16:9 to 4:3."""
    await enter(hall.viewer, hall)
    stream = await start(hall)
    cropped = View(854, 480, (4 / 3, 0.0, -1 / 6, 0.0, 1.0, 0.0), fits=True)
    engine.script.extend([Tracks(0, 854, 480, (person(1),)), Tracks(0, 640, 480, (person(1), person(2)), view=cropped)])
    await hall.owner.frame(stream, 1)
    assert (await newest(hall.viewer, hall.camera, count=1))["view"] is None
    await hall.owner.frame(stream, 2)
    seen = await newest(hall.viewer, hall.camera, count=2)
    assert seen["view"] == {"fits": True, "matrix": [1.33333, 0.0, -0.16667, 0.0, 1.0, 0.0]}


async def test_pictures_come_as_wished_and_are_not_made_otherwise(hall: Hall, engine: ScriptedEngine) -> None:
    stream = await start(hall)
    await enter(hall.viewer, hall)
    await hall.owner.frame(stream, 1)
    await newest(hall.viewer, hall.camera, count=1)
    assert engine.pictures == [()]
    await enter(hall.operator, hall, PICTURES)
    await hall.owner.frame(stream, 2)
    seen = await newest(hall.operator, hall.camera, picture=b"picture 320 of 200.0")
    assert seen["picture_t_wall"] == seen["t_wall"]
    assert "picture" not in await newest(hall.viewer, hall.camera, t_wall=seen["t_wall"])
    await hall.operator.call("room_view", {"room": hall.id, "pictures": PICTURES, "focus": hall.camera})
    await asyncio.sleep(0.15)
    await hall.owner.frame(stream, 3)
    await newest(hall.operator, hall.camera, picture=b"picture 960 of 300.0")
    await hall.operator.call("room_view", {"room": hall.id, "pictures": {"max_fps": 0.2, "width": 160}})
    await hall.owner.frame(stream, 4)
    assert engine.pictures == [(), (320,), (960,), ()], "too soon for a slow wish"
    gone = await hall.operator.call("room_view", {"room": hall.id, "pictures": None, "focus": "cam_that_left"})
    assert gone == {}, "the rest of the wish holds"
    await hall.operator.call("room_leave", {"room": hall.id})
    await hall.owner.frame(stream, 5)
    assert engine.pictures[-1] == ()


@pytest.mark.parametrize(
    "pictures",
    [7, {}, {"width": 300}, {"max_fps": 2}, {"max_fps": 2, "width": 10_000}, {"max_fps": 0, "width": 300},
     {"max_fps": True, "width": 300}, {"max_fps": float("nan"), "width": 300}, {"max_fps": "2", "width": 300}],
)  # fmt: skip
async def test_wishes_that_make_no_sense_are_refused(hall: Hall, pictures: object) -> None:
    answer = await hall.viewer.call("room_enter", {"room": hall.id, "pictures": pictures})
    assert answer["error"]["code"] == "BAD_REQUEST"


async def test_one_update_is_on_its_way_and_the_newest_wins(hall: Hall, engine: ScriptedEngine) -> None:
    """A viewer that takes a second for each update gets few, and the last one is the newest."""
    got: list[dict[str, Any]] = []
    answered = asyncio.Event()

    async def slowly(update: dict[str, Any]) -> None:
        got.append(update)
        await answered.wait()

    hall.viewer.socket.on("room_update", slowly)
    await enter(hall.viewer, hall)
    stream = await start(hall)
    engine.script.extend(tuple(person(n) for n in range(1, count + 1)) for count in range(1, 21))
    for seq in range(1, 21):
        await hall.owner.frame(stream, seq)
    await until(lambda: got)
    await asyncio.sleep(0.3)
    assert len(got) == 1, "nothing before the first is acknowledged"
    answered.set()
    await until(lambda: any(one["cameras"].get(hall.camera, {}).get("count") == 20 for one in got))
    assert [one["seq"] for one in got] == list(range(1, len(got) + 1))
    counts = [one["cameras"][hall.camera]["count"] for one in got if "count" in one["cameras"].get(hall.camera, {})]
    assert counts == sorted(counts)
    assert len(counts) <= 3, "what happened meanwhile came together"


async def test_who_does_not_acknowledge_is_cut(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    assert viewer.TOO_SLOW_S == 15
    monkeypatch.setattr(viewer, "TOO_SLOW_S", 0.8)
    never = asyncio.Event()

    async def freeze(_update: object) -> None:
        await never.wait()

    hall.operator.socket.on("room_update", freeze)
    await enter(hall.operator, hall, PICTURES)
    await enter(hall.viewer, hall)
    stream = await start(hall)
    seq = 0
    async with asyncio.timeout(30):
        while hall.operator.socket.connected:
            seq += 1
            await hall.owner.frame(stream, seq)
            await asyncio.sleep(0.05)
    assert "too_slow" in [event for event, _ in hall.operator.events]
    never.set()
    await newest(hall.viewer, hall.camera, count=1)
    assert hall.viewer.socket.connected
    people = (await enter(hall.viewer, hall))["snapshot"]["people"]
    assert [one["name"] for one in people] == ["vera"]


async def test_a_silent_camera_is_marked_and_kept(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SILENT_S", 0.6)
    await enter(hall.viewer, hall)
    stream = await start(hall)
    await hall.owner.frame(stream, 1)
    live = await newest(hall.viewer, hall.camera, state="live")
    assert live["total"] == SUM | {"people": 1, "low": 1, "high": 1}
    silent = await newest(hall.viewer, hall.camera, state="silent")
    assert silent["count"] == 1
    assert silent["age_ms"] >= 600
    old = {"people": 1, "low": 1, "high": 1, "stale": 1, "stale_cameras": [hall.camera], "state": "unknown"}
    assert silent["total"] == SUM | old
    await hall.owner.frame(stream, 2)
    assert (await newest(hall.viewer, hall.camera, state="live"))["total"]["stale"] == 0
    await hall.owner.call("stream_close", {"stream": stream})
    gone = (await newest(hall.viewer, hall.camera, state="offline"))["total"]
    assert gone == SUM | {"high": None, "missing_cameras": [hall.camera], "state": "unknown"}, "named, not dropped"


async def test_what_an_update_says_is_of_one_moment(hall: Hall, engine: ScriptedEngine) -> None:
    """An area never has more people than everybody, and both are the sum of what the update says of cameras."""
    await hall.operator.post(f"{hall.path}/areas", {"name": "All", "members": [{"camera": hall.camera}]})
    await enter(hall.viewer, hall)
    stream = await start(hall)
    counts = [1, 4, 2, 6, 3, 5]
    engine.script.extend(tuple(person(n) for n in range(1, count + 1)) for count in counts)
    for seq, count in enumerate(counts, start=1):
        await hall.owner.frame(stream, seq)
        update = await newest(hall.viewer, hall.camera, count=count)
        assert (update["areas"][0]["people"], update["total"]["people"]) == (count, count)


async def test_an_area_adds_up_warns_and_is_shown_to_everybody(hall: Hall, engine: ScriptedEngine) -> None:
    other = await hall.owner.camera("South")
    async with hall.owner.http.put(f"{hall.path}/cameras/{other}") as response:
        assert response.status == 200
    members = [{"camera": hall.camera}, {"camera": other}]
    body = {"name": "Gate A", "members": members, "capacity": 10, "limits": {"critical": 3}}
    area = (await hall.operator.post(f"{hall.path}/areas", body))["area"]
    code = await hall.owner.open_status_page(hall.id, [area["id"]])
    await enter(hall.viewer, hall)
    streams = [await start(hall), (await hall.owner.open(other))["stream"]]
    engine.script.extend([(person(1), person(2))] * 100)
    shown: list[dict[str, Any]] = []
    async with asyncio.timeout(60):
        for seq in range(1, 200):
            for stream in streams:
                await hall.owner.frame(stream, seq)
            shown += [payload for event, payload in hall.viewer.events if event == "room_update"]
            if any(event == "room_event" and one.get("kind") == "alert" for event, one in hall.viewer.events):
                break
            await asyncio.sleep(0.1)
    assert any(one["total"]["people"] == 4 and one["areas"][0]["people"] == 4 for one in shown)
    alerts = [one["alert"] for event, one in hall.viewer.events if event == "room_event" and one["kind"] == "alert"]
    assert (alerts[0]["area"], alerts[0]["level"], alerts[0]["peak"]) == (
        {"id": area["id"], "name": "Gate A"},
        "critical",
        4,
    )
    async with hall.server.client() as passer_by:
        page = await passer_by.get(f"/api/status/{code}")
    counted = {"people": 4, "low": None, "high": None, "estimated": False, "capacity": 10}
    assert page["areas"] == [{"name": "Gate A", "state": "full", **counted}]
    await hall.stored_alerts()
    taken = await hall.operator.post(f"/api/alerts/{alerts[0]['id']}/claim", {}, 200)
    assert taken["alert"]["claimed_by"] == "olga"
    async with hall.owner.http.post(f"/api/alerts/{alerts[0]['id']}/claim") as response:
        assert response.status == 409
        assert (await response.json())["error"]["fields"] == {"who": "olga"}
    stored = (await hall.viewer.get(f"{hall.path}/alerts"))["alerts"]
    assert [(one["id"], one["claimed_by"]) for one in stored] == [(alerts[0]["id"], "olga")]
    await hall.owner.open_status_page(hall.id, [area["id"]], show="state")
    async with hall.server.client() as passer_by:
        assert (await passer_by.get(f"/api/status/{code}"))["areas"][0]["people"] is None
        async with hall.owner.http.delete(f"{hall.path}/status-page") as response:
            assert response.status == 204
        async with passer_by.http.get(f"/api/status/{code}") as response:
            assert response.status == 404
