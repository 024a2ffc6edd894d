"""Resetting the counters and choosing how far the heatmap looks back."""

import pytest
from sqlalchemy.exc import OperationalError

from tests.support.engine import ScriptedEngine, person
from tests.support.server import RunningServer


async def test_a_reset_begins_anew_and_is_in_the_log(server: RunningServer, engine: ScriptedEngine) -> None:
    engine.script.extend([(person(1), person(2)), (person(2),)])
    async with server.user() as user:
        stream = (await user.open(await user.camera()))["stream"]
        for seq in (1, 2):
            await user.frame(stream, seq)
        summary = (await user.call("counters_reset", {"stream": stream}))["summary"]
        assert (summary["count"], summary["peak"], summary["unique"]) == (1, 1, 1)
        async with user.http.get("/api/audit") as response:
            entry = (await response.json())["entries"][0]
        assert (entry["action"], entry["target"], entry["detail"]) == ("counters_reset", "Gate", "peak 2, people 2")


async def test_without_a_trace_nothing_is_reset(
    server: RunningServer, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    engine.script.extend([(person(1), person(2)), (person(2),), (person(2),)])
    async with server.user() as user:
        stream = (await user.open(await user.camera()))["stream"]
        for seq in (1, 2):
            await user.frame(stream, seq)
        monkeypatch.setattr("server.live.streams.stream_events.insert_audit", fail)
        answer = await user.call("counters_reset", {"stream": stream})
        assert answer["error"]["code"] == "STORAGE_UNAVAILABLE"
        assert (await user.frame(stream, 3))["result"]["unique"] == 2


@pytest.mark.parametrize("window", ["minute", "quarter", "session", "reset"])
async def test_the_heatmap_looks_back_as_asked(server: RunningServer, window: str) -> None:
    async with server.user() as user:
        stream = (await user.open(await user.camera()))["stream"]
        assert (await user.frame(stream, 1))["result"]["heatmap"]["window"] == "quarter"
        assert await user.call("heatmap_window", {"stream": stream, "window": window}) == {"window": window}
        assert (await user.frame(stream, 2))["result"]["heatmap"]["window"] == window


@pytest.mark.parametrize("window", [None, "century", 7])
async def test_windows_that_are_none(server: RunningServer, window: object) -> None:
    async with server.user() as user:
        stream = (await user.open(await user.camera()))["stream"]
        answer = await user.call("heatmap_window", {"stream": stream, "window": window})
        assert answer["error"]["code"] == "BAD_REQUEST"
