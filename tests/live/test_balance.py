"""Every frame is received and then processed, dropped or rejected, whatever comes in which order."""

import asyncio
from collections.abc import Mapping, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from server.core.errors import CodedError, FrameError
from server.core.quality import Quality
from server.engine.base import StreamSettings
from server.live.streams.frame import FrameMessage
from server.live.streams.stream import Answer, Stream
from tests.support.engine import ScriptedEngine


class Nobody:
    """An audience that does not look."""

    def picture_widths(self, camera_id: str) -> Sequence[int]:
        """None."""
        return ()

    def show(self, stream: Stream, result: Answer, pictures: Mapping[int, bytes], arrived_s: float) -> None:
        """It is not seen."""


ACTS = st.sampled_from(["frame", "frame", "refused", "engine error", "crash", "hold", "let go", "breathe", "close"])


@settings(max_examples=60)
@given(st.lists(ACTS, max_size=30))
def test_counters_balance(acts: list[str]) -> None:
    asyncio.run(play(acts))


async def play(acts: list[str]) -> None:
    engine = ScriptedEngine()
    engine.open("str_1", StreamSettings("yolo26n", Quality.BALANCED))
    stream = Stream(
        "str_1", "cam_1", "usr_1", "camera", "yolo26n", engine, asyncio.get_running_loop().time, 0.0, Nobody()
    )
    answers: list[asyncio.Future[Answer]] = []
    sent = 0
    for seq, act in enumerate(acts, 1):
        if act in ("engine error", "crash"):
            engine.script.append(FrameError("NOT_A_JPEG", "no") if act == "engine error" else RuntimeError(act))
        if act in ("frame", "engine error", "crash"):
            answers.append(stream.offer(FrameMessage(seq, seq * 100.0, b"jpeg")))
            sent += 1
        elif act == "refused":
            stream.refuse(seq, CodedError("BAD_TIME", "no"))
            sent += 1
        elif act == "close" and engine.gate.is_set():
            await stream.close()
        elif act in ("hold", "let go"):
            (engine.gate.clear if act == "hold" else engine.gate.set)()
        await asyncio.sleep(0)
    engine.gate.set()
    if engine.opened:
        await stream.close()
    assert all(answer.done() for answer in answers)
    counters = stream.counters
    assert counters.received == sent == counters.processed + counters.dropped + counters.rejected
    assert sum(answer.result().get("status") == "processed" for answer in answers) == counters.processed
