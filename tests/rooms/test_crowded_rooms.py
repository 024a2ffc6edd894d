"""A room whose cameras see more people than boxes can tell: estimates, lower bounds, alerts, and the public page."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from server.core import stillness
from server.core.tracks import Tracks
from tests.rooms.conftest import Hall
from tests.support.crowds import crowd, crowded, not_yet_known, saturated
from tests.support.engine import ScriptedEngine, person

BOXED = (person(1, 0.1, 0.1, 0.2, 0.4), person(2, 0.7, 0.1, 0.8, 0.4))
ESTIMATE = {"estimate": 470, "low": 376, "high": 564, "method": "mixed"}
LEFT = [[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0], [0.0, 0.0]]


async def area(hall: Hall, **more: object) -> str:
    """An area of the whole camera; returns its id."""
    body = {"name": "Square", "members": [{"camera": hall.camera}], **more}
    return str((await hall.operator.post(f"{hall.path}/areas", body))["area"]["id"])


async def looks(hall: Hall) -> dict[str, Any]:
    """What a viewer sees who comes in now."""
    answer = await hall.viewer.call("room_enter", {"room": hall.id, "pictures": None})
    return dict(answer["snapshot"])


async def show(hall: Hall, engine: ScriptedEngine, *frames: Tracks, begin: int = 1) -> None:
    """Stream these frames; they follow each other by a tenth of a second."""
    if begin == 1:
        hall.stream = (await hall.owner.open(hall.camera))["stream"]
    engine.script.extend(frames)
    for seq in range(begin, begin + len(frames)):
        answer = await hall.owner.frame(hall.stream, seq)
        assert answer["status"] == "processed"


async def public(hall: Hall, areas: Iterable[str]) -> dict[str, Any]:
    """What everybody is told of the first of these areas."""
    code = await hall.owner.open_status_page(hall.id, list(areas))
    await asyncio.sleep(0.3)  # areas are looked at four times a second
    async with hall.server.client() as passer_by:
        return dict((await passer_by.get(f"/api/status/{code}"))["areas"][0])


async def test_an_estimate_is_told_to_everybody_who_looks(hall: Hall, engine: ScriptedEngine) -> None:
    square = await area(hall, capacity=1000)
    await show(hall, engine, crowded(0, BOXED, crowd(470)))
    seen = await looks(hall)
    camera = seen["cameras"][hall.camera]
    assert (camera["crowd"], camera["count"], camera["known"], camera["saturated"]) == (ESTIMATE, 2, True, True)
    expected = {"people": 470, "low": 376, "high": 564, "estimated": True, "state": "clear", "unknown_cameras": []}
    for found in (seen["total"], seen["areas"][0]):
        assert {name: found[name] for name in expected} == expected
    live = (await hall.owner.get(f"/api/cameras/{hall.camera}"))["camera"]["live"]
    assert (live["crowd"], live["count"], live["known"]) == (ESTIMATE, 2, True)
    told = await public(hall, [square])
    assert told == {
        "name": "Square",
        "state": "go",
        "people": 470,
        "low": 376,
        "high": 564,
        "estimated": True,
        "capacity": 1000,
    }


@pytest.mark.parametrize("frame", [saturated(0, BOXED), not_yet_known(0)], ids=["saturated", "first frame"])
async def test_what_is_not_known_is_neither_zero_nor_clear_nor_go(
    hall: Hall, engine: ScriptedEngine, frame: Tracks
) -> None:
    square = await area(hall, capacity=1000)
    await show(hall, engine, frame)
    seen = await looks(hall)
    for found in (seen["total"], seen["areas"][0]):
        assert (found["state"], found["high"], found["unknown_cameras"]) == ("unknown", None, [hall.camera])
        assert (found["people"], found["low"]) == (len(frame.people), len(frame.people)), "at least"
    told = await public(hall, [square])
    nothing = {"people": None, "low": None, "high": None, "estimated": False}
    assert told == {"name": "Square", "state": "unknown", "capacity": 1000, **nothing}


async def test_a_room_where_nothing_streams_is_not_known(hall: Hall) -> None:
    square = await area(hall, capacity=1000)
    seen = await looks(hall)
    for found in (seen["total"], seen["areas"][0]):
        assert (found["state"], found["high"]) == ("unknown", None)
    assert (await public(hall, [square]))["state"] == "unknown"
    bare = await hall.owner.room("Bare")
    snapshot = (await hall.owner.call("room_enter", {"room": bare, "pictures": None}))["snapshot"]
    assert snapshot["total"]["state"] == "unknown", "a room without cameras, too"


async def test_the_alert_of_an_area_is_an_estimate_and_outlasts_saturation(hall: Hall, engine: ScriptedEngine) -> None:
    square = await area(hall, limits={"critical": 100})
    await looks(hall)
    hall.stream = (await hall.owner.open(hall.camera))["stream"]
    seq = 0
    async with asyncio.timeout(30):
        while not any(one.get("kind") == "alert" for event, one in hall.viewer.events if event == "room_event"):
            seq += 1
            await show(hall, engine, crowded(0, BOXED, crowd(470)), begin=seq + 1)
            await asyncio.sleep(0.2)
    stored = (await hall.stored_alerts())[0]
    assert (stored["peak"], stored["estimated"], stored["peak_low"], stored["peak_high"]) == (470, True, 376, 564)
    for _ in range(40):  # longer than an alert takes to clear
        seq += 1
        await show(hall, engine, saturated(0, BOXED), begin=seq + 1)
        await asyncio.sleep(0.2)
    found = (await looks(hall))["areas"][0]
    assert (found["level"], found["state"], found["unknown_cameras"]) == ("critical", "critical", [hall.camera])
    assert (await public(hall, [square]))["state"] == "full"


async def test_zones_of_a_room_say_what_is_known_of_them(hall: Hall, engine: ScriptedEngine) -> None:
    feature = {
        "type": "Feature",
        "id": "left",
        "geometry": {"type": "Polygon", "coordinates": [LEFT]},
        "properties": {"name": "Left"},
    }
    body = {"version": 0, "plan": {"type": "FeatureCollection", "features": [feature]}}
    async with hall.operator.http.put(f"/api/cameras/{hall.camera}/plan", json=body) as response:
        assert response.status == 200, await response.text()
    await area(hall, members=[{"camera": hall.camera, "zone": "left"}])
    await show(hall, engine, crowded(0, BOXED, crowd(470)), saturated(100, BOXED))
    seen = await looks(hall)
    zone = seen["cameras"][hall.camera]["zones"][0]
    assert (zone["known"], zone["crowd"], zone["state"], zone["level"]) == (False, None, "unknown", "clear")
    await show(hall, engine, crowded(200, BOXED, crowd(470, 2)), begin=3)
    seen = await looks(hall)
    zone = seen["cameras"][hall.camera]["zones"][0]
    assert (zone["known"], zone["crowd"]["estimate"], zone["state"]) == (True, 235, "clear")
    assert seen["areas"][0]["people"] == 235, "half of the frame has half of its people"


async def test_those_who_look_at_one_camera_get_the_map_of_its_crowd(hall: Hall, engine: ScriptedEngine) -> None:
    """Once for each map, like the camera's own device; the wall, which draws none, gets none."""
    look: dict[str, object] = {"room": hall.id, "pictures": None}
    await hall.viewer.call("room_enter", look)
    await hall.operator.call("room_enter", look)
    await hall.operator.call("room_view", look | {"focus": hall.camera})
    maps: dict[str, list[Any]] = {"own": [], "operator": [], "viewer": []}
    seq = 0
    hall.stream = (await hall.owner.open(hall.camera))["stream"]

    async def frame(tracks: Tracks) -> None:
        nonlocal seq
        seq += 1
        engine.script.append(tracks)
        result = (await hall.owner.frame(hall.stream, seq))["result"]
        maps["own"].append(result.get("crowd_map"))
        for name, client in (("operator", hall.operator), ("viewer", hall.viewer)):
            seen: list[dict[str, Any]] = []
            while not seen or seen[-1].get("t") != result["t"]:
                update = await client.wait_for("room_update")
                seen.append(update["cameras"].get(hall.camera, {}))
            sent = [one["crowd_map"] for one in seen if "crowd_map" in one]
            assert len(sent) <= 1
            maps[name].append(sent[0] if sent else None)

    counted = Tracks(0, 800, 400, BOXED)
    for there in (crowd(470, 1), crowd(470, 1), crowd(480, 2), None, crowd(480, 2), crowd(470, 3)):
        await frame(counted if there is None else crowded(0, BOXED, there))
    assert [one is not None for one in maps["own"]] == [True, False, True, False, True, True]
    assert maps["operator"] == maps["own"]
    assert maps["operator"][0]["cells"] == bytes([255]) * (24 * 48)
    assert maps["viewer"] == [None] * 6
    # Another stream begins its versions anew: the same number is another map.
    await hall.owner.call("stream_close", {"stream": hall.stream})
    hall.stream, seq = (await hall.owner.open(hall.camera))["stream"], 0
    await frame(crowded(0, BOXED, crowd(470, 1)))
    assert maps["operator"][-1] == maps["own"][-1] is not None


async def test_a_map_comes_with_the_look_at_its_camera_not_with_the_next_frame(
    hall: Hall, engine: ScriptedEngine
) -> None:
    look: dict[str, object] = {"room": hall.id, "pictures": None}
    await hall.operator.call("room_enter", look)
    await show(hall, engine, crowded(0, BOXED, crowd(470)))
    for _ in range(2):
        await hall.operator.call("room_view", look | {"focus": hall.camera})
        async with asyncio.timeout(10):
            while "crowd_map" not in (await hall.operator.wait_for("room_update"))["cameras"].get(hall.camera, {}):
                pass
        await hall.operator.call("room_view", look | {"focus": None})


async def test_places_where_nobody_moves_are_told_to_the_room(
    hall: Hall, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty minutes are a tenth of a second here."""
    monkeypatch.setattr(stillness, "STILL_MS", 100.0)
    monkeypatch.setattr(stillness, "MIN_OBSERVATIONS", 2)
    monkeypatch.setattr(stillness, "UPDATE_MS", 0.0)
    await show(hall, engine, *[Tracks(0, 800, 400, BOXED[:1])] * 3)
    (place,) = (await looks(hall))["cameras"][hall.camera]["still"]
    assert (place["since"], place["box"]) == (100.0, [0.1, 0.1, 0.2, 0.4])
