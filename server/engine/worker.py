"""The vision worker: reads frames from standard input, writes tracks to standard output.

Started as `python -m server.engine.worker SETTINGS_JSON`. It exits when its input ends, so it never outlives the
web process, even if that is killed.
"""

import contextlib
import json
import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, TypeVar

from server.common.logs import set_up_logs
from server.common.parent_death import signal_when_parent_dies
from server.core.errors import CodedError, FrameError
from server.core.quality import Quality
from server.engine import wire
from server.engine.decode_watch import DecodeWatch, exit_now
from server.vision.pipeline import PendingFrame, Pipeline
from server.vision.settings import DECODE_TIMEOUT_S, VisionSettings
from server.vision.vision import Vision

logger = logging.getLogger("crowdcount.worker")

Message = tuple[wire.Head, bytes]
Result = TypeVar("Result")
HEARTBEAT_INTERVAL_S = 1.0
COMPILE_S = 120.0
"""Maximum compilation time, even on a busy machine, seconds; beyond it the worker counts as hung."""
MIN_GROWTH = 1.001
"""Growth of the minimum detection time from one frame to the next."""
NICENESS = 5
"""Below the web process, so that connections are served even while all cores are busy."""


@dataclass(frozen=True, slots=True)
class _Begun:
    """A frame in detection, with the CPU time used so far, seconds."""

    head: wire.Head
    frame: PendingFrame
    spent_s: float


class Worker:
    """Answers messages with a shared detector and one tracker per stream.

    While a frame is in detection, the next one, always of another stream, is decoded and queued behind it. Each answer
    includes the cost of the frame: the CPU time of this thread and the detection time. Closer looks in background
    threads are excluded, because they have their own budget.

    Parameters
    ----------
    vision : Vision
    inbox : SimpleQueue
        Incoming messages.
    output : BinaryIO
        Stream for outgoing messages.
    decode_timeout_s : float
        Maximum CPU time to decode a frame, seconds.
    """

    def __init__(
        self,
        vision: Vision,
        inbox: "queue.SimpleQueue[Message]",
        output: BinaryIO,
        decode_timeout_s: float = DECODE_TIMEOUT_S,
    ) -> None:
        self._vision = vision
        self._inbox = inbox
        self._output, self._writing = output, threading.Lock()
        self._pipelines: dict[str, Pipeline] = {}
        self._ahead: _Begun | None = None
        self._min_detection_ms: dict[tuple[str, str], float] = {}
        self._decoding = DecodeWatch(decode_timeout_s, self._give_up)

    def run(self) -> None:
        """Process messages forever."""
        while True:
            self.step()

    def step(self) -> None:
        """Process the next message; if none is waiting, first finish the frame in detection."""
        try:
            head, body = self._inbox.get(block=self._ahead is None)
        except queue.Empty:
            self.drain()
            return
        self.handle(head, body)

    def send(self, head: wire.Head, body: bytes = b"") -> None:
        """Write one message."""
        with self._writing:
            self._output.write(wire.pack(head, body))
            self._output.flush()

    def send_compile_heartbeats(self) -> None:
        """Send heartbeats while a network is being compiled for a new shape. Runs forever in its own thread.

        On a busy machine, compilation may exceed the frame timeout. A restart would only repeat the same work.
        """
        beats = 0
        while True:
            time.sleep(HEARTBEAT_INTERVAL_S)
            beats = beats + 1 if self._vision.compiling() else 0
            if 0 < beats * HEARTBEAT_INTERVAL_S <= COMPILE_S:
                self.send({"id": wire.HEARTBEAT_ID})

    def handle(self, head: wire.Head, body: bytes) -> None:
        """Process one message, or start to."""
        if head["type"] == "ping":
            self.send({"id": head["id"]})
        elif head["type"] == "price":
            self.drain()  # exclusively, or the time would include another frame
            self.send({"id": head["id"], "ms": self._vision.measure_cost(Quality(head["quality"]))})
        elif head["type"] == "close":
            self._pipelines.pop(head["stream"], None)
        else:
            start = time.thread_time()
            begun = self._guard(head, start, lambda: self._begin(head, body))
            spent_s = time.thread_time() - start
            self.drain()
            if begun is not None:
                self._ahead = _Begun(head, begun, spent_s)

    def drain(self) -> None:
        """Finish the frame in detection, if any, and send its tracks."""
        if self._ahead is None:
            return
        begun, self._ahead = self._ahead, None
        start = time.thread_time() - begun.spent_s
        self._report_current(begun.head)
        tracks = self._guard(begun.head, start, begun.frame.finish)
        if tracks is not None:
            lengths, pictures = wire.pack_pictures(tracks.pictures)
            spent = {"spent_ms": _spent_ms(start) + self._detection_ms(begun.head, begun.frame.pending.request.run_ms)}
            head = {"id": begun.head["id"], "tracks": wire.encode_tracks(tracks), **spent, **lengths}
            self.send(head, pictures)

    def _detection_ms(self, head: wire.Head, run_ms: float) -> float:
        """Return the detection time for this model and quality: the minimum, since other load only adds time.

        The minimum grows slowly, because a machine may become slower.
        """
        key = head["model"], head["quality"]
        self._min_detection_ms[key] = min(run_ms, MIN_GROWTH * self._min_detection_ms.get(key, run_ms))
        return self._min_detection_ms[key]

    def _report_current(self, head: wire.Head) -> None:
        """Report the current frame, so that it is not retried at once if the process crashes."""
        self.send({"id": wire.HEARTBEAT_ID, "doing": head["id"]})

    def _give_up(self, number: int) -> None:
        """Report a frame that cannot be decoded in time, and exit."""
        self.send({"id": number, "stopped": "decode"})
        exit_now()

    def _guard(self, head: wire.Head, start: float, act: Callable[[], Result]) -> Result | None:
        """Run the work of one stream, started at CPU time `start`, and send its error, if any, as the answer."""
        try:
            return act()
        except (FrameError, CodedError) as error:
            error_head = {"code": error.code, "message": error.message}
            self.send({"id": head["id"], "error": error_head, "spent_ms": _spent_ms(start)})
        except Exception:
            # Boundary of one stream: its tracker can no longer be trusted, but the others can.
            logger.exception("stream %s failed", head["stream"], extra={"stream": head["stream"]})
            self._pipelines.pop(head["stream"], None)
            self.send({"id": head["id"], "lost": True, "spent_ms": _spent_ms(start)})
        return None

    def _begin(self, head: wire.Head, body: bytes) -> PendingFrame:
        stream = head["stream"]
        self._report_current(head)
        if head["fresh"] or stream not in self._pipelines:
            self._pipelines[stream] = self._vision.open(head["model"], Quality(head["quality"]), live=True)
        else:
            self._vision.adjust(self._pipelines[stream], head["model"], Quality(head["quality"]))
        pipeline = self._pipelines[stream]
        with self._decoding.watch(head["id"]):
            image, decode_ms = pipeline.decode(body)
        return pipeline.begin_image(image, decode_ms, head["t"], head["picture_widths"])


def _spent_ms(start: float) -> float:
    """Return the CPU time of this thread since `start`, milliseconds."""
    return (time.thread_time() - start) * 1000


def _read_forever(source: BinaryIO, inbox: "queue.SimpleQueue[Message]") -> None:
    while (message := wire.read(source)) is not None:
        inbox.put(message)
    # The web process is gone: exit at once, whatever the main thread is doing.
    os._exit(0)


@contextlib.contextmanager
def _heartbeats(output: BinaryIO) -> Iterator[None]:
    """Send heartbeats, at once and every second, from a thread until the block ends."""
    over = threading.Event()

    def beat() -> None:
        while True:
            output.write(wire.pack({"id": wire.HEARTBEAT_ID}))
            output.flush()
            if over.wait(HEARTBEAT_INTERVAL_S):
                return

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def main() -> None:
    """Run until the input ends."""
    signal_when_parent_dies(signal.SIGKILL)  # a hung or stopped worker does not notice the end of its input
    set_up_logs("info", os.environ.get("CROWDCOUNT_LOG_FORMAT", "text"))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole process group; the web process decides
    # Redirect library output away from the message stream.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with contextlib.suppress(OSError, AttributeError):
        os.nice(NICENESS)
    inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_read_forever, args=(sys.stdin.buffer, inbox), daemon=True).start()
    try:
        with _heartbeats(output):
            settings = VisionSettings(**json.loads(sys.argv[1]))
            vision = Vision(settings)
            vision.warm_up()
    except CodedError as error:
        output.write(wire.pack({"failed": error.message}))
        output.flush()
        sys.exit(3)
    worker = Worker(vision, inbox, output, settings.decode_timeout_s)
    worker.send({"ready": vision.describe()})
    threading.Thread(target=vision.warm_up_others, daemon=True).start()
    threading.Thread(target=worker.send_compile_heartbeats, daemon=True).start()
    worker.run()


if __name__ == "__main__":
    main()
