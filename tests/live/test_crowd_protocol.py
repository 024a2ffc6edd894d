"""Crowds in the live protocol: estimates, the map of the crowd, and what is not known."""

from dataclasses import replace
from math import nan

import numpy as np
from prometheus_client import REGISTRY

from server.core.certainty import Certainty
from server.core.quality import Advice, Quality
from server.core.tracks import Track, Tracks
from tests.support.crowds import SHAPE, SIZE, crowd, crowded, not_yet_known, saturated
from tests.support.engine import ScriptedEngine, person
from tests.support.server import RunningServer
from tests.support.wait import until

PLAN = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": "left",
            "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [0.5, 0], [0.5, 1], [0, 1]]]},
            "properties": {"name": "Left"},
        }
    ],
}


async def test_a_crowded_frame_is_answered_with_an_estimate(server: RunningServer, engine: ScriptedEngine) -> None:
    first = crowded(0, (person(1),), crowd(470.4))
    engine.script.extend([first, replace(first, crowd=crowd(120), advice=Advice(Quality.ACCURATE, 19.6)), (person(1),)])
    async with server.user() as user:
        camera = await user.camera()
        async with user.http.put(f"/api/cameras/{camera}/plan", json={"version": 0, "plan": PLAN}) as response:
            assert response.status == 200
        stream = (await user.open(camera))["stream"]
        results = [(await user.frame(stream, seq))["result"] for seq in (1, 2, 3)]
        live = (await user.get(f"/api/cameras/{camera}"))["camera"]["live"]
        summary = (await user.call("stream_close", {"stream": stream}))["summary"]
    one, two, three = results
    assert one["crowd"] == {"estimate": 470, "low": 376, "high": 565, "method": "mixed"}
    assert (one["count"], one["count_low"], one["count_high"], one["saturated"]) == (1, 376, 565, True)
    assert (one["known"], one["advice"]) == (True, None)
    (zone,) = one["zones"]
    assert zone["crowd"]["low"] < zone["crowd"]["estimate"] == 235 < zone["crowd"]["high"]
    assert zone["known"]
    assert two["advice"] == {"quality": "accurate", "height": 20}
    assert three["crowd"] is three["zones"][0]["crowd"] is None
    assert [result["crowd_peak"] for result in results] == [470, 470, 470]
    assert (live["known"], live["crowd"]) == (True, None)
    assert summary["crowd_peak"] == 470


async def test_an_alert_has_the_range_of_its_peak(server: RunningServer, engine: ScriptedEngine) -> None:
    limits = {"people": {"warning": 1, "hold_s": 0}}
    (left,) = PLAN["features"]
    plan = PLAN | {"features": [left | {"properties": {"name": "Left", "limits": limits}}]}  # type: ignore[operator]
    engine.script.extend([(person(1),), (person(1),), (person(1),), crowded(0, (person(1),), crowd(470))])
    async with server.user() as user:
        camera = await user.camera()
        async with user.http.put(f"/api/cameras/{camera}/plan", json={"version": 0, "plan": plan}) as response:
            assert response.status == 200
        stream = (await user.open(camera))["stream"]
        results = [(await user.frame(stream, seq, t=seq * 300.0))["result"] for seq in (1, 2, 3, 4)]
    counted, estimated = (results[at]["zones"][0]["alerts"]["people"] for at in (2, 3))
    assert (counted["peak"], counted["estimated"], counted["peak_low"], counted["peak_high"]) == (1, False, None, None)
    assert (estimated["peak"], estimated["estimated"]) == (235, True)
    assert estimated["peak_low"] < 235 < estimated["peak_high"]
    assert results[3]["zones"][0]["crowd_peak"] == 235


async def test_what_is_not_known_is_not_zero(server: RunningServer, engine: ScriptedEngine) -> None:
    engine.script.extend([not_yet_known(0), saturated(0, (person(1), person(2)))])
    async with server.user() as user:
        camera = await user.camera()
        async with user.http.put(f"/api/cameras/{camera}/plan", json={"version": 0, "plan": PLAN}) as response:
            assert response.status == 200
        stream = (await user.open(camera))["stream"]
        assert (await user.get(f"/api/cameras/{camera}"))["camera"]["live"]["known"] is False
        begin, bound, sure = [(await user.frame(stream, seq))["result"] for seq in (1, 2, 3)]
        await user.call("stream_close", {"stream": stream})
    assert (begin["known"], begin["count_low"], begin["saturated"]) == (False, 0, False)
    assert (bound["known"], bound["count_low"], bound["count_high"], bound["saturated"]) == (True, 2, None, True)
    assert (bound["crowd"], bound["crowd_peak"]) == (None, None)
    assert [result["zones"][0]["known"] for result in (begin, bound, sure)] == [False, False, True]


async def test_a_map_is_sent_once_for_each_estimate(server: RunningServer, engine: ScriptedEngine) -> None:
    grid = np.zeros(SHAPE, np.float32)
    grid[3, 5], grid[3, 6] = 2, 1
    versions = [1, 1, 2, None, 2, 2]
    for version in versions:
        there = None if version is None else crowd(30, version, grid=grid)
        engine.script.append(crowded(0, (), there) if there else (person(1),))
    async with server.user() as user:
        stream = (await user.open(await user.camera()))["stream"]
        results = [(await user.frame(stream, seq))["result"] for seq in range(1, 7)]
        # Versions begin again when the vision process is replaced: the same number is another map.
        engine.epoch = 2
        engine.script.append(crowded(0, (), crowd(30, 2, grid=grid)))
        results.append((await user.frame(stream, 7))["result"])
    assert ["crowd_map" in result for result in results] == [True, False, True, False, True, False, True]
    sent = results[0]["crowd_map"]
    assert (sent["columns"], sent["rows"], sent["max_people"]) == (SHAPE[1], SHAPE[0], 20)
    cells = np.frombuffer(sent["cells"], np.uint8).reshape(SHAPE)
    assert (cells[3, 5], cells[3, 6], cells.sum()) == (255, 128, 383)


async def test_a_resumed_stream_gets_the_map_again(server: RunningServer, engine: ScriptedEngine) -> None:
    engine.script.extend([crowded(0, (), crowd(30))] * 3)
    async with server.user() as user:
        camera = await user.camera()
        stream = (await user.open(camera))["stream"]
        assert "crowd_map" in (await user.frame(stream, 1))["result"]
        await user.socket.disconnect()
        await user.connect()
        assert (await user.open(camera, resume=stream))["resumed"] is True
        results = [(await user.frame(stream, seq))["result"] for seq in (2, 3)]
    assert ["crowd_map" in result for result in results] == [True, False]


async def test_an_estimate_of_nobody_has_an_empty_map(server: RunningServer, engine: ScriptedEngine) -> None:
    there = crowd(0, grid=np.zeros(SHAPE, np.float32))
    engine.script.append(replace(crowded(0, (), there), certainty=Certainty(0, 3)))
    async with server.user() as user:
        stream = (await user.open(await user.camera()))["stream"]
        result = (await user.frame(stream, 1))["result"]
    assert (result["crowd"]["estimate"], result["width"]) == (0, SIZE[0])
    assert (result["crowd_map"]["max_people"], result["crowd_map"]["cells"]) == (0, bytes(SHAPE[0] * SHAPE[1]))


def metric(name: str) -> float | None:
    return REGISTRY.get_sample_value(f"crowdcount_{name}")


async def test_operators_see_estimates_and_what_is_unknown(server: RunningServer, engine: ScriptedEngine) -> None:
    names = ("people", "people_estimated", "streams_crowded", "streams_unknown")
    async with server.user() as user:
        stream = (await user.open(await user.camera()))["stream"]
        expected: list[tuple[tuple[Track, ...] | Tracks, list[float]]] = [
            (crowded(0, (person(1),), crowd(470)), [1, 470, 1, 0]),
            (saturated(0, (person(1),)), [1, 1, 0, 1]),
            (not_yet_known(0), [nan, nan, 0, 1]),
            ((person(1),), [1, 1, 0, 0]),
        ]
        for seq, (entry, figures) in enumerate(expected, 1):
            engine.script.append(entry)
            await user.frame(stream, seq)
            await until(
                lambda figures=figures: [str(metric(name)) for name in names] == [*map(str, map(float, figures))]
            )  # type: ignore[misc]
