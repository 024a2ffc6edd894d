"""How carefully frames are looked at: choices, prices, and the choice for a camera."""

import pytest

from server.core.errors import EngineError
from server.core.quality import Quality, input_sides, sent_side
from tests.support.engine import ScriptedEngine
from tests.support.server import RunningServer


async def test_prices_are_those_of_the_engine(server: RunningServer) -> None:
    async with server.user() as user, user.http.get("/api/qualities") as response:
        answer = await response.json()
    assert answer["default"] == "balanced"
    found = [(one["name"], one["input"], one["ms"], one["price"]) for one in answer["qualities"]]
    assert found == [("fast", 416, 10.0, 0.5), ("balanced", 640, 20.0, 1.0), ("accurate", 1280, 50.0, 2.5)]


async def test_no_price_is_invented(server: RunningServer, engine: ScriptedEngine) -> None:
    engine.no_prices = EngineError("ENGINE_UNAVAILABLE", "The vision process is still starting.")
    async with server.user() as user, user.http.get("/api/qualities") as response:
        answer = await response.json()
    assert {(one["ms"], one["price"]) for one in answer["qualities"]} == {(None, None)}


async def test_the_choice_is_kept_for_the_camera_and_used_by_its_stream(
    server: RunningServer, engine: ScriptedEngine
) -> None:
    async with server.user() as user:
        camera = await user.camera()
        path = f"/api/cameras/{camera}/quality"
        async with user.http.get(path) as response:
            assert await response.json() == {"quality": "balanced", "max_side": 960}
        async with user.http.put(path, json={"quality": "accurate"}) as response:
            assert await response.json() == {"quality": "accurate", "max_side": 1280}
        async with user.http.put(path, json={"quality": "best"}) as response:
            assert response.status == 400
        opened = await user.open(camera)
        assert opened["quality"] == "accurate"
        assert opened["limits"]["max_side"] == 1280, "there is more to look at"
        assert engine.opened[opened["stream"]].quality is Quality.ACCURATE
        opened = await user.open(camera, quality="fast")
        assert engine.opened[opened["stream"]].quality is Quality.FAST
        assert opened["limits"]["max_side"] == 960


async def test_a_stream_that_goes_on_gets_the_new_quality_at_once(
    server: RunningServer, engine: ScriptedEngine
) -> None:
    async with server.user() as user:
        camera, other = await user.camera(), await user.camera("Yard")
        stream = (await user.open(camera))["stream"]
        beside = (await user.open(other))["stream"]
        await user.frame(stream, 1)
        async with user.http.put(f"/api/cameras/{camera}/quality", json={"quality": "accurate"}) as response:
            assert response.status == 200
        assert engine.opened[stream].quality is Quality.ACCURATE
        assert engine.opened[beside].quality is Quality.BALANCED
        answer = await user.frame(stream, 2)
        assert answer["result"]["epoch"] == 1, "identities go on"
        resumed = await user.open(camera, resume=stream)
        assert (resumed["resumed"], resumed["quality"], resumed["limits"]["max_side"]) == (True, "accurate", 1280)


@pytest.mark.parametrize("balanced", [160, 320, 640, 1280, 1920])
def test_sides_fit_the_detector_and_grow_with_care(balanced: int) -> None:
    sides = [input_sides(quality, balanced) for quality in Quality]
    assert sides == sorted(sides)
    assert sides[1] == (balanced, balanced)
    assert all(side % 32 == 0 and 160 <= side <= 1920 for pair in sides for side in pair)
    assert all(usual <= closer for usual, closer in sides)


@pytest.mark.parametrize(("usual", "asked"), [(640, 853), (960, 1280), (1600, 1920), (3840, 3840)])
def test_more_is_asked_for_only_where_the_detector_looks_at_it(usual: int, asked: int) -> None:
    assert sent_side(Quality.ACCURATE, usual) == asked
    assert sent_side(Quality.BALANCED, usual) == sent_side(Quality.FAST, usual) == usual
