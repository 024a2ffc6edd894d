"""docs/protocol.md, clause by clause, over a real socket."""

import asyncio
import contextlib
from typing import Any

import pytest
from prometheus_client import REGISTRY
from socketio.exceptions import ConnectionError as SocketConnectionError

from server.config import Settings
from server.core.errors import EngineError, FrameError
from server.live.connections import namespace
from server.live.connections.event_rules import OVERALL, EventRule
from server.storage.cameras.streams import select_last_streams
from server.storage.engine.database import Database
from tests.support.engine import ScriptedEngine, person
from tests.support.server import RunningServer, run_server
from tests.support.wait import until


async def test_a_frame_is_answered_with_people_and_totals(server: RunningServer, engine: ScriptedEngine) -> None:
    engine.script.extend([(person(1), person(2)), (person(2),), (person(3),)])
    async with server.user() as user:
        opened = await user.open(await user.camera())
        assert opened["epoch"] == 1
        assert opened["resumed"] is False
        assert opened["next_seq"] == 1
        answers = [await user.frame(opened["stream"], seq) for seq in (1, 2, 3)]
    results = [answer["result"] for answer in answers]
    assert [answer["status"] for answer in answers] == ["processed"] * 3
    assert [[p["id"] for p in r["people"]] for r in results] == [[1, 2], [2], [3]]
    assert [(r["count"], r["peak"], r["unique"]) for r in results] == [(2, 2, 2), (1, 2, 2), (1, 2, 3)]
    unjudged = {"known": True, "count_low": None, "count_high": None, "saturated": False}
    unjudged |= {"crowd": None, "crowd_peak": None, "advice": None}
    assert all(unjudged.items() <= r.items() for r in results)
    assert results[0]["people"][0]["box"] == [0.4, 0.2, 0.5, 0.8]
    assert results[2]["peak_t"] == 100.0
    assert results[2]["counters"] == {"received": 3, "processed": 3, "dropped": 0, "rejected": 0}
    rate = results[2]["rate"]
    assert 0 < rate["offered"] == rate["counted"] <= 3.0
    assert rate["full"] is False
    heatmap = results[0]["heatmap"]
    assert len(heatmap["cells"]) == heatmap["rows"] * heatmap["columns"]
    assert "heatmap" not in results[1], "it comes about twice a second"
    assert {"wait_ms", "decode_ms", "detect_ms", "embed_ms", "track_ms", "total_ms"} <= results[0]["timing"].keys()


async def test_one_frame_runs_one_waits_and_the_newest_wins(server: RunningServer, engine: ScriptedEngine) -> None:
    engine.gate.clear()
    async with server.user() as user:
        stream = (await user.open(await user.camera()))["stream"]
        calls = [asyncio.create_task(user.frame(stream, seq)) for seq in range(1, 11)]
        await asyncio.wait_for(asyncio.gather(*calls[1:9]), 30)  # dropped ones are answered at once
        engine.gate.set()
        answers = await asyncio.gather(*calls)
    assert [answer["status"] for answer in answers] == ["processed", *["dropped"] * 8, "processed"]
    assert {answer["reason"] for answer in answers[1:9]} == {"newer_frame"}
    assert [t for _, _, t in engine.seen] == [100.0, 1000.0]
    assert engine.most_running == 1
    assert answers[-1]["result"]["counters"] == {"received": 10, "processed": 2, "dropped": 8, "rejected": 0}


BAD_FRAMES: list[tuple[dict[str, Any], str]] = [
    ({"jpeg": b""}, "EMPTY_FRAME"),
    ({"jpeg": b"x" * 900_001}, "FRAME_TOO_LARGE"),
    ({"jpeg": "text"}, "BAD_REQUEST"),
    ({"jpeg": None}, "BAD_REQUEST"),
    ({"t": -1}, "BAD_TIME"),
    ({"t": 50}, "BAD_TIME"),
    ({"t": 1e300}, "BAD_TIME"),
    ({"t": 9e15}, "BAD_TIME"),  # an alert in the year 287,000 has no date, and no list could be shown with it
    ({"t": "1"}, "BAD_REQUEST"),
    ({"t": True}, "BAD_REQUEST"),
    ({"seq": 1}, "SEQ_OUT_OF_ORDER"),
    ({"seq": 0}, "BAD_REQUEST"),
    ({"seq": 1.5}, "BAD_REQUEST"),
    ({"seq": "2"}, "BAD_REQUEST"),
    ({"seq": 2**60}, "BAD_REQUEST"),
    ({"stream": "str_nobody"}, "UNKNOWN_STREAM"),
    ({"stream": None}, "BAD_REQUEST"),
    ({"stream": "x" * 101}, "BAD_REQUEST"),
]


@pytest.mark.parametrize(("wrong", "code"), BAD_FRAMES)
async def test_a_wrong_frame_is_refused_and_the_stream_goes_on(
    server: RunningServer, wrong: dict[str, Any], code: str
) -> None:
    async with server.user() as user:
        stream = (await user.open(await user.camera()))["stream"]
        good = {"stream": stream, "seq": 2, "t": 200.0, "jpeg": b"jpeg"}
        await user.frame(stream, 1)
        refused = await user.call("frame", {**good, **wrong})
        assert refused["error"]["code"] == code
        after = await user.frame(stream, 3)
        assert after["status"] == "processed"
        counters = after["result"]["counters"]
        assert counters["received"] == counters["processed"] + counters["dropped"] + counters["rejected"]


async def test_what_the_engine_refuses_is_told_and_the_stream_goes_on(
    server: RunningServer, engine: ScriptedEngine
) -> None:
    engine.script.extend([FrameError("NOT_A_JPEG", "no"), EngineError("ENGINE_RESTARTED", "died"), RuntimeError("bug")])
    async with server.user() as user:
        stream = (await user.open(await user.camera()))["stream"]
        codes = [(await user.frame(stream, seq))["error"]["code"] for seq in (1, 2, 3)]
        assert codes == ["NOT_A_JPEG", "ENGINE_RESTARTED", "INTERNAL"]
        result = (await user.frame(stream, 4))["result"]
        assert result["counters"] == {"received": 4, "processed": 1, "dropped": 0, "rejected": 3}


async def test_a_new_epoch_does_not_mix_identities(server: RunningServer, engine: ScriptedEngine) -> None:
    async with server.user() as user:
        stream = (await user.open(await user.camera()))["stream"]
        assert (await user.frame(stream, 1))["result"]["unique"] == 1
        engine.epoch = 2
        result = (await user.frame(stream, 2))["result"]
        assert (result["epoch"], result["unique"]) == (2, 2)


BAD_OPENS: list[tuple[object, str]] = [
    (None, "BAD_REQUEST"),
    ([], "BAD_REQUEST"),
    ({}, "BAD_REQUEST"),
    ({"camera": "cam_nobody", "source": "camera", "mode": "live"}, "UNKNOWN_CAMERA"),
    ({"camera": "cam_nobody", "source": "satellite", "mode": "live"}, "BAD_REQUEST"),
    ({"camera": "cam_nobody", "source": "camera", "mode": "sometimes"}, "BAD_REQUEST"),
    ({"camera": 7, "source": "camera", "mode": "live"}, "BAD_REQUEST"),
]


@pytest.mark.parametrize(("payload", "code"), BAD_OPENS)
async def test_a_wrong_stream_open_is_refused(server: RunningServer, payload: object, code: str) -> None:
    async with server.user() as user:
        assert (await user.call("stream_open", payload))["error"]["code"] == code


async def test_unknown_models_events_and_streams(server: RunningServer) -> None:
    async with server.user() as user:
        camera = await user.camera()
        assert (await user.open(camera, model="yolo99x"))["error"]["code"] == "UNKNOWN_MODEL"
        assert (await user.frame("str_1", 1))["error"]["code"] == "UNKNOWN_STREAM"
        assert (await user.call("stream_close", {"stream": "str_1"}))["error"]["code"] == "UNKNOWN_STREAM"
        for event in ("nonsense", "connect", "disconnect", "end_session", "__init__"):
            await user.socket.emit(event, {"stream": "x"})
        assert (await user.call("nonsense", {}))["error"]["code"] in {"BAD_REQUEST", "UNAUTHENTICATED"}


async def test_closing_answers_with_the_totals(server: RunningServer, engine: ScriptedEngine) -> None:
    engine.script.append((person(1), person(2)))
    async with server.user() as user:
        camera = await user.camera()
        stream = (await user.open(camera))["stream"]
        await user.frame(stream, 1)
        await user.frame(stream, 2)
        summary = (await user.call("stream_close", {"stream": stream}))["summary"]
        assert summary == {
            "duration_ms": 200.0,
            "count": 1,
            "peak": 2,
            "peak_t": 100.0,
            "unique": 2,
            "crowd_peak": None,
            "counters": {"received": 2, "processed": 2, "dropped": 0, "rejected": 0},
        }
        assert engine.opened == {}
        assert (await user.frame(stream, 3))["error"]["code"] == "UNKNOWN_STREAM"
        async with user.http.get(f"/api/cameras/{camera}") as response:
            last = (await response.json())["camera"]["last"]
        assert (last["peak"], last["unique"], last["processed"], last["duration_ms"]) == (2, 2, 2, 200.0)


async def test_a_lost_connection_resumes_its_stream(server: RunningServer) -> None:
    async with server.user() as user:
        camera = await user.camera()
        stream = (await user.open(camera))["stream"]
        await user.frame(stream, 1)
        await user.socket.disconnect()
        await user.connect()
        assert (await user.frame(stream, 2))["error"]["code"] == "UNKNOWN_STREAM"
        again = await user.open(camera, resume=stream)
        assert (again["stream"], again["resumed"], again["next_seq"]) == (stream, True, 2)
        result = (await user.frame(stream, 2))["result"]
        assert (result["unique"], result["counters"]["received"]) == (1, 2)


async def test_a_stream_goes_on_while_its_model_is_away(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async with server.user() as user:
        camera = await user.camera()
        stream = (await user.open(camera))["stream"]
        await user.socket.disconnect()
        monkeypatch.setattr("server.live.streams.stream_events.prepared_models", lambda folder: [])
        await user.connect()
        again = await user.open(camera, resume=stream)
        assert (again["stream"], again["resumed"]) == (stream, True), "whoever connects again is not sent away for good"
        assert (await user.open(await user.camera("Yard")))["error"]["code"] == "UNKNOWN_MODEL", "none begins with it"


def received() -> float:
    """Frames that arrived at any server of this process."""
    return REGISTRY.get_sample_value("crowdcount_frames_total", {"outcome": "received"}) or 0.0


async def test_every_frame_sent_before_a_loss_is_counted(server: RunningServer, engine: ScriptedEngine) -> None:
    async with server.user() as user:
        camera = await user.camera()
        stream = (await user.open(camera, mode="every"))["stream"]
        engine.gate.clear()
        before = received()
        lost = [asyncio.create_task(user.frame(stream, seq)) for seq in (1, 2)]
        await until(lambda: received() == before + 2)  # one is being worked on, one waits
        await user.socket.disconnect()
        for task in lost:
            task.cancel()
        await user.connect()
        asyncio.get_running_loop().call_later(0.5, engine.gate.set)
        assert (await user.open(camera, mode="every", resume=stream))["next_seq"] == 3
        last = [await user.frame(stream, seq) for seq in (3, 4)][-1]
        assert last["result"]["counters"]["processed"] == 4


async def test_a_stream_that_is_not_resumed_ends_and_is_kept(server: RunningServer, engine: ScriptedEngine) -> None:
    async with server.user() as user:
        camera = await user.camera()
        stream = (await user.open(camera))["stream"]
        await user.frame(stream, 1)
        await user.socket.disconnect()
        await until(lambda: not engine.opened)
        await user.connect()
        again = await user.open(camera, resume=stream)
        assert again["resumed"] is False
        assert again["stream"] != stream
        for _ in range(300):  # it is saved after it ended
            last = (await user.get(f"/api/cameras/{camera}"))["camera"]["last"]
            if last:
                break
            await asyncio.sleep(0.1)
        assert last["processed"] == 1


async def test_opening_a_camera_elsewhere_takes_it_over(server: RunningServer) -> None:
    async with server.user() as first, server.client() as second:
        camera = await first.camera()
        stream = (await first.open(camera))["stream"]
        await second.sign_in()
        await second.connect()
        assert (await second.open(camera))["resumed"] is False
        assert (await first.frame(stream, 1))["error"]["code"] == "UNKNOWN_STREAM"
        told = [payload for event, payload in first.events if event == "stream_closed"]
        assert [(one["stream"], one["reason"]) for one in told] == [(stream, "replaced")], (
            "it is told before anything else"
        )


async def test_another_users_camera_and_stream_look_unknown(server: RunningServer) -> None:
    async with server.user("ada") as ada, server.user("eve") as eve:
        camera = await ada.camera()
        stream = (await ada.open(camera))["stream"]
        assert (await eve.open(camera))["error"]["code"] == "UNKNOWN_CAMERA"
        assert (await eve.open(await eve.camera(), resume=stream))["resumed"] is False
        assert (await eve.frame(stream, 1))["error"]["code"] == "UNKNOWN_STREAM"
        assert (await eve.call("stream_close", {"stream": stream}))["error"]["code"] == "UNKNOWN_STREAM"
        assert (await ada.frame(stream, 1))["status"] == "processed"


async def test_streams_per_user_are_limited(server: RunningServer) -> None:
    async with server.user() as user:
        limit = server.settings.streams_per_user
        answers = [await user.open(await user.camera(f"Gate {n}")) for n in range(limit + 1)]
        assert all("stream" in answer for answer in answers[:limit])
        assert answers[limit]["error"]["code"] == "TOO_MANY_STREAMS"
        await user.call("stream_close", {"stream": answers[0]["stream"]})
        assert "stream" in await user.open(await user.camera("one more"))


async def test_deleting_a_camera_ends_its_stream(server: RunningServer) -> None:
    async with server.user() as user:
        camera = await user.camera()
        stream = (await user.open(camera))["stream"]
        await user.frame(stream, 1)
        async with user.http.delete(f"/api/cameras/{camera}") as response:
            assert response.status == 204
        assert (await user.wait_for("stream_closed"))["reason"] == "camera_deleted"


async def test_signing_out_cuts_the_socket(server: RunningServer) -> None:
    async with server.user() as user:
        stream = (await user.open(await user.camera()))["stream"]
        async with user.http.delete("/api/session") as response:
            assert response.status == 204
        assert (await user.wait_for("stream_closed"))["reason"] == "signed_out"
        await until(lambda: not user.socket.connected)
        assert stream


async def test_strangers_are_not_connected(server: RunningServer) -> None:
    async with server.client() as stranger:
        with pytest.raises(SocketConnectionError):
            await stranger.connect()
        assert [(name, data["data"]["code"]) for name, data in stranger.events] == [
            ("connect_error", "UNAUTHENTICATED")
        ]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_another_sites_page_is_not_connected(server: RunningServer, origin: str) -> None:
    async with server.client() as user:
        await user.register()
        with pytest.raises(SocketConnectionError):
            await user.connect(Origin=origin)
        await user.connect(Origin=server.url)


async def test_a_flood_of_events_is_refused(
    settings: Settings, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So few a second that a slow machine does not get through the flood by taking its time.
    few = EventRule(5.0, OVERALL.burst)
    monkeypatch.setattr(namespace, "OVERALL", few)
    monkeypatch.setitem(namespace.EVENTS, "frame", few)
    async with run_server(settings, engine) as server, server.user() as user:
        stream = (await user.open(await user.camera()))["stream"]
        answers = await asyncio.gather(*(user.call("frame", {"stream": stream, "seq": 0}) for _ in range(600)))
        codes = [answer["error"]["code"] for answer in answers]
        assert codes.count("RATE_LIMITED") > 0
        assert codes.count("BAD_REQUEST") >= 399, "opening took one"
        async with asyncio.timeout(30):
            while "error" in (answer := await user.frame(stream, 1)):
                assert answer["error"]["code"] == "RATE_LIMITED"
                await asyncio.sleep(0.2)
        assert answer["status"] == "processed"


async def test_no_log_holds_what_travels(server: RunningServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with server.user() as user:
        stream = (await user.open(await user.camera("Secret gate")))["stream"]
        await user.frame(stream, 1, b"picture-of-people")
    told = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("crowdcount"))
    assert "picture-of-people" not in told
    assert "people" not in told


async def test_a_shutdown_is_announced_and_what_was_counted_is_kept(settings: Settings, engine: ScriptedEngine) -> None:
    async with contextlib.AsyncExitStack() as stack:
        async with run_server(settings, engine) as server:
            user = await stack.enter_async_context(server.user())
            camera = await user.camera()
            stream = (await user.open(camera))["stream"]
            await user.frame(stream, 1)
        assert (await user.wait_for("going_away"))["retry_ms"] > 0
    database = Database(settings.database)
    async with database.reading() as connection:
        saved = (await select_last_streams(connection, [camera]))[camera]
    await database.close()
    assert (saved.id, saved.processed, saved.unique_people) == (stream, 1, 1)
    assert saved.closed_at is not None
