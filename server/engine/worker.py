"""A vision process: reads frames from standard input, writes tracks to standard output.

Started as `python -m server.engine.worker SETTINGS_JSON`. It ends when its input ends, so it never outlives the web
process, not even when that one is killed.
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
from server.engine.decode_watch import DecodeWatch, leave
from server.vision.pipeline import PendingFrame, Pipeline
from server.vision.settings import DECODE_TIMEOUT_S, VisionSettings
from server.vision.vision import Vision

logger = logging.getLogger("crowdcount.worker")

Message = tuple[wire.Head, bytes]
Result = TypeVar("Result")
SIGN_S = 1.0
COMPILE_S = 120.0
"""A network that takes longer to compile, on however busy a machine, hangs."""
LOOK_GROWS = 1.001
"""Between two looks."""
NICENESS = 5
"""Below the web process: sockets are answered even while every core detects people."""


@dataclass(frozen=True, slots=True)
class _Begun:
    """A frame that the detector looks at, and the processor time that it took so far, in seconds."""

    head: wire.Head
    frame: PendingFrame
    spent_s: float


class Worker:
    """Answers messages with one shared detector and a tracker for each stream.

    While the detector looks at one frame, the next that waits, always another stream's, is decoded and put behind it.
    Each answer says what the frame cost: processor time of this thread, and what the detector takes for a look. What
    threads beside it do for a crowd is left out: it has a budget of its own.

    Parameters
    ----------
    vision : Vision
    inbox : SimpleQueue
    output : BinaryIO
    decode_timeout_s : float
        Processor time that decoding a frame may take.
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
        self._looks_ms: dict[tuple[str, str], float] = {}
        self._decoding = DecodeWatch(decode_timeout_s, self._give_up)

    def run(self) -> None:
        """Answer for ever."""
        while True:
            self.step()

    def step(self) -> None:
        """Take the next message; when none waits, finish what was begun first."""
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

    def tell_of_compiling(self) -> None:
        """For ever, in a thread of its own: give signs of life while a network is compiled for a new shape.

        On a busy machine that may take longer than a frame may, and whoever then took the process for one that hangs
        would begin the same work anew.
        """
        signs = 0
        while True:
            time.sleep(SIGN_S)
            signs = signs + 1 if self._vision.compiling() else 0
            if 0 < signs * SIGN_S <= COMPILE_S:
                self.send({"id": wire.SIGN_OF_LIFE})

    def handle(self, head: wire.Head, body: bytes) -> None:
        """Answer one message, or begin to."""
        if head["type"] == "ping":
            self.send({"id": head["id"]})
        elif head["type"] == "price":
            self.drain()  # alone, or the price would be two frames'
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
        """Track the people of the frame that was begun, if there is one, and send them."""
        if self._ahead is None:
            return
        begun, self._ahead = self._ahead, None
        start = time.thread_time() - begun.spent_s
        self._say_at(begun.head)
        tracks = self._guard(begun.head, start, begun.frame.finish)
        if tracks is not None:
            lengths, pictures = wire.pack_pictures(tracks.pictures)
            spent = {"spent_ms": _spent_ms(start) + self._look_ms(begun.head, begun.frame.pending.running.took_ms)}
            head = {"id": begun.head["id"], "tracks": wire.encode_tracks(tracks), **spent, **lengths}
            self.send(head, pictures)

    def _look_ms(self, head: wire.Head, took_ms: float) -> float:
        """Return what a look of this model and quality costs: the fastest, for what else the machine does adds to it.

        The fastest is forgotten slowly: a machine may become slower.
        """
        key = head["model"], head["quality"]
        self._looks_ms[key] = min(took_ms, LOOK_GROWS * self._looks_ms.get(key, took_ms))
        return self._looks_ms[key]

    def _say_at(self, head: wire.Head) -> None:
        """Tell at which frame the process is: if it dies, that one is not tried again at once."""
        self.send({"id": wire.SIGN_OF_LIFE, "doing": head["id"]})

    def _give_up(self, number: int) -> None:
        """End: the decoder does not come to an end with this frame."""
        self.send({"id": number, "stopped": "decode"})
        leave()

    def _guard(self, head: wire.Head, start: float, act: Callable[[], Result]) -> Result | None:
        """Do one stream's work, begun at `start` by the thread's processor time; what goes wrong is its answer."""
        try:
            return act()
        except (FrameError, CodedError) as error:
            told = {"code": error.code, "message": error.message}
            self.send({"id": head["id"], "error": told, "spent_ms": _spent_ms(start)})
        except Exception:
            # The boundary of one stream: its tracker can no longer be trusted, the others' can.
            logger.exception("stream %s failed", head["stream"], extra={"stream": head["stream"]})
            self._pipelines.pop(head["stream"], None)
            self.send({"id": head["id"], "lost": True, "spent_ms": _spent_ms(start)})
        return None

    def _begin(self, head: wire.Head, body: bytes) -> PendingFrame:
        stream = head["stream"]
        self._say_at(head)
        if head["fresh"] or stream not in self._pipelines:
            self._pipelines[stream] = self._vision.open(head["model"], Quality(head["quality"]), live=True)
        else:
            self._vision.adjust(self._pipelines[stream], head["model"], Quality(head["quality"]))
        pipeline = self._pipelines[stream]
        with self._decoding.watching(head["id"]):
            image, decode_ms = pipeline.decode(body)
        return pipeline.begin_image(image, decode_ms, head["t"], head["picture_widths"])


def _spent_ms(start: float) -> float:
    """Processor time of this thread since `start`, milliseconds."""
    return (time.thread_time() - start) * 1000


def _read_forever(source: BinaryIO, inbox: "queue.SimpleQueue[Message]") -> None:
    while (message := wire.read(source)) is not None:
        inbox.put(message)
    # At once, whatever the main thread is doing: the web process is gone.
    os._exit(0)


@contextlib.contextmanager
def _signs_of_life(output: BinaryIO) -> Iterator[None]:
    """Give them at once and every second, from a thread, until the block ends."""
    over = threading.Event()

    def tell() -> None:
        while True:
            output.write(wire.pack({"id": wire.SIGN_OF_LIFE}))
            output.flush()
            if over.wait(SIGN_S):
                return

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def main() -> None:
    """Run until the input ends."""
    signal_when_parent_dies(signal.SIGKILL)  # one that hangs or was stopped does not see its input end
    set_up_logs("info", os.environ.get("CROWDCOUNT_LOG_FORMAT", "text"))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the web process decides
    # Whatever a library prints must not get between the messages.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with contextlib.suppress(OSError, AttributeError):
        os.nice(NICENESS)
    inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_read_forever, args=(sys.stdin.buffer, inbox), daemon=True).start()
    try:
        with _signs_of_life(output):
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
    threading.Thread(target=worker.tell_of_compiling, daemon=True).start()
    worker.run()


if __name__ == "__main__":
    main()
