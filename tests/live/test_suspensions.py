"""Streams whose frames stop vision processes are refused for a while, and say so."""

import pytest

from server.core.errors import FrameError, StoppedError
from server.live.streams.suspensions import OF_CAMERA_S, Suspensions
from tests.faults.figures import note
from tests.support.engine import ScriptedEngine
from tests.support.server import RunningServer

STOPPED = StoppedError("ENGINE_RESTARTED", "The vision process died of this frame and is replaced.")


async def test_a_stream_that_stopped_vision_is_refused_for_a_while_and_others_are_not(
    server: RunningServer, engine: ScriptedEngine
) -> None:
    async with server.user() as user:
        bad, good = [(await user.open(await user.camera(name)))["stream"] for name in ("North", "South")]
        engine.script.append(STOPPED)
        assert (await user.frame(bad, 1))["error"]["code"] == "ENGINE_RESTARTED"
        refused = (await user.frame(bad, 2))["error"]
        assert refused["code"] == "STREAM_SUSPENDED"
        assert refused["message"] == "A frame stopped the vision process. Frames are refused for 2 s."
        assert (await user.frame(good, 1))["status"] == "processed"
        assert [stream for stream, *_ in engine.seen] == [bad, good], "a refused frame reaches no process"
        again = (await user.open((await user.get("/api/cameras"))["cameras"][0]["id"]))["stream"]
        other = (await user.frame(again, 1)).get("error") or (await user.frame(bad, 3)).get("error")
        assert other is not None, "to open the camera again changes nothing"
    note(12, "the stream of a frame that stopped vision", "refused for 2, 30, 300 s", "refused, others not")


def test_it_lasts_longer_each_time_and_is_forgotten() -> None:
    now = 0.0
    one = Suspensions(lambda: now).of("cam", "usr")
    for seconds in (*OF_CAMERA_S, OF_CAMERA_S[-1]):
        one.note()
        now += seconds - 0.1
        with pytest.raises(FrameError):
            one.check()
        now += 0.2
        one.check()
    now += 3601
    one.note()
    now += OF_CAMERA_S[0] + 0.1
    one.check()


def test_another_camera_is_no_way_around_it() -> None:
    now = 0.0
    every = Suspensions(lambda: now)
    for number in range(3):
        every.of(f"cam{number}", "usr").note()
    with pytest.raises(FrameError):
        every.of("new", "usr").check()
    every.of("new", "other").check()
