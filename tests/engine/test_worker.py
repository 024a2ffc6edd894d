"""The vision process' own loop: frames of several streams overlap, and each gets its own answer."""

import io
import queue
import threading
import time

import pytest

from server.engine import wire
from server.engine import worker as worker_module
from server.engine.decode_watch import DecodeWatch
from server.engine.worker import Message, Worker
from server.models.paths import default_models_dir
from server.vision.settings import VisionSettings
from server.vision.vision import Vision
from tests.faults.jpeg_maker import FACTORS, empty
from tests.media import encode_jpeg, find_asset, read_vtest


def frame(id_: int, stream: str, jpeg: bytes, t: float) -> Message:
    head = {"type": "frame", "id": id_, "stream": stream, "t": t, "fresh": t == 0, "model": "yolo26n"}
    return {**head, "quality": "balanced", "picture_widths": [160]}, jpeg


def answer(vision: Vision, messages: list[Message], waiting: bool) -> dict[int, wire.Head]:
    """Let a worker answer; all messages wait at once, or each comes when the one before is answered."""
    inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
    output = io.BytesIO()
    worker = Worker(vision, inbox, output)
    for message in messages:
        inbox.put(message)
        if not waiting:
            worker.step()
            worker.drain()
    while not inbox.empty():
        worker.step()
    worker.drain()
    output.seek(0)
    answers = []
    while (read := wire.read(output)) is not None:
        if "doing" not in read[0]:
            answers.append(read[0] | {"body": read[1]})
    assert len({one["id"] for one in answers}) == len(answers), "one answer each"
    return {one["id"]: one for one in answers}


def test_signs_of_life_are_given_while_a_network_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "HEARTBEAT_INTERVAL_S", 0.02)
    vision = Vision(VisionSettings(models_dir=str(default_models_dir())))
    output = io.BytesIO()
    worker = Worker(vision, queue.SimpleQueue(), output)
    threading.Thread(target=worker.send_compile_heartbeats, daemon=True).start()
    time.sleep(0.2)
    assert output.tell() == 0, "nothing is compiled"
    vision.warm_up()
    output.seek(0)
    said = wire.read(output)
    assert said is not None
    assert said[0] == {"id": wire.HEARTBEAT_ID}


def test_frames_that_wait_together_are_answered_as_if_alone() -> None:
    vision = Vision(VisionSettings(models_dir=str(default_models_dir())))
    street, bus = [encode_jpeg(image) for image in read_vtest(6)], find_asset("bus.jpg").read_bytes()
    messages: list[Message] = []
    for n, jpeg in enumerate(street):
        messages += [frame(3 * n, "street", jpeg, n * 100.0), frame(3 * n + 1, "bus", bus, n * 100.0)]
        messages += [frame(3 * n + 2, "street", jpeg[:900], n * 100.0 + 1)]
    messages.append(({"type": "ping", "id": 900}, b""))
    messages.append(({"type": "close", "stream": "bus"}, b""))
    together, alone = answer(vision, messages, waiting=True), answer(vision, messages, waiting=False)
    assert together.keys() == alone.keys() == {*range(18), 900}
    for id_, expected in alone.items():
        found = together[id_]
        if "tracks" in expected:
            assert found["tracks"]["people"] == expected["tracks"]["people"]
            assert found["body"] == expected["body"] != b""
        else:
            assert found["spent_ms"] >= 0 if "error" in found else found == expected
            assert found.get("error") == expected.get("error")
    assert alone[15]["tracks"]["people"]
    assert alone[16]["tracks"]["people"]
    assert [alone[id_]["error"]["code"] for id_ in (2, 5)] == ["BROKEN_JPEG"] * 2


def test_a_frame_says_what_it_cost_and_at_which_one_the_process_is() -> None:
    vision = Vision(VisionSettings(models_dir=str(default_models_dir())))
    vision.warm_up()
    output, (small, *_) = io.BytesIO(), [encode_jpeg(image) for image in read_vtest(1)]
    worker = Worker(vision, queue.SimpleQueue(), output)
    bomb = empty(1920, 1080, FACTORS[1], 60)
    for message in (frame(1, "a", small, 0), frame(2, "b", bomb, 0)):
        worker.handle(*message)
    worker.drain()
    output.seek(0)
    said = []
    while (read := wire.read(output)) is not None:
        said.append(read[0])
    assert [one["doing"] for one in said if "doing" in one] == [1, 2, 1]
    costs = {one["id"]: one["spent_ms"] for one in said if "spent_ms" in one}
    assert 1 < costs[1] < 1000
    assert 0 < costs[2] < 20, "refused before it was decoded"


def test_a_decoder_that_does_not_end_ends_the_process() -> None:
    """The limit is of processor time: a decoder that waits for its turn on a busy machine is not late."""
    late: list[int] = []
    watch = DecodeWatch(0.3, late.append)
    with watch.watch(1):
        time.sleep(0.6)
    assert late == []
    with watch.watch(2):
        until = time.thread_time() + 2
        while not late and time.thread_time() < until:
            sum(range(1000))
    assert late == [2]


def test_another_quality_keeps_the_identities() -> None:
    vision = Vision(VisionSettings(models_dir=str(default_models_dir())))
    messages = [frame(n, "street", encode_jpeg(image), n * 100.0) for n, image in enumerate(read_vtest(10))]
    for head, _ in messages[6:]:
        head["quality"] = "fast"
    found = answer(vision, messages, waiting=False)
    same = answer(vision, [({**head, "quality": "balanced"}, jpeg) for head, jpeg in messages], waiting=False)
    before, after = [{person[0] for person in found[n]["tracks"]["people"]} for n in (5, 9)]
    assert len(before & after) >= 2, "those who were there are who they were"
    assert found[5]["tracks"]["people"] == same[5]["tracks"]["people"]
    assert found[9]["tracks"]["people"] != same[9]["tracks"]["people"], "another input finds them elsewhere by a little"
