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
from typing import BinaryIO

from server.core.errors import CodedError, FrameError
from server.core.quality import Quality
from server.engine import wire
from server.logs import set_up_logs
from server.orphans import signal_when_parent_dies
from server.vision.pipeline import Pipeline
from server.vision.settings import VisionSettings
from server.vision.vision import Vision

logger = logging.getLogger("crowdcount.worker")

Message = tuple[wire.Head, bytes]
NICENESS = 5
"""Below the web process: sockets are answered even while every core detects people."""


class Worker:
    """Answers messages with one shared detector and a tracker for each stream."""

    def __init__(self, vision: Vision, output: BinaryIO) -> None:
        self._vision = vision
        self._output = output
        self._pipelines: dict[str, Pipeline] = {}

    def send(self, head: wire.Head, body: bytes = b"") -> None:
        """Write one message."""
        self._output.write(wire.pack(head, body))
        self._output.flush()

    def handle(self, head: wire.Head, body: bytes) -> None:
        """Answer one message."""
        if head["type"] == "ping":
            self.send({"id": head["id"]})
            return
        if head["type"] == "price":
            self.send({"id": head["id"], "ms": self._vision.price(Quality(head["quality"]))})
            return
        if head["type"] == "close":
            self._pipelines.pop(head["stream"], None)
            return
        pictures = b""
        try:
            answer, pictures = self._process(head, body)
        except (FrameError, CodedError) as error:
            answer = {"error": {"code": error.code, "message": error.message}}
        except Exception:
            # The boundary of one stream: its tracker can no longer be trusted, the others' can.
            logger.exception("stream %s failed", head["stream"], extra={"stream": head["stream"]})
            self._pipelines.pop(head["stream"], None)
            answer = {"lost": True}
        self.send({"id": head["id"], **answer}, pictures)

    def _process(self, head: wire.Head, body: bytes) -> tuple[wire.Head, bytes]:
        stream = head["stream"]
        if head["fresh"] or stream not in self._pipelines:
            self._pipelines[stream] = self._vision.open(head["model"], Quality(head["quality"]))
        tracks = self._pipelines[stream].process(body, head["t"], head["picture_widths"])
        lengths, pictures = wire.pack_pictures(tracks.pictures)
        return {"tracks": wire.encode_tracks(tracks), **lengths}, pictures


def _read_forever(source: BinaryIO, inbox: "queue.SimpleQueue[Message]") -> None:
    while (message := wire.read(source)) is not None:
        inbox.put(message)
    # At once, whatever the main thread is doing: the web process is gone.
    os._exit(0)


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
        vision = Vision(VisionSettings(**json.loads(sys.argv[1])))
        vision.warm_up()
    except CodedError as error:
        output.write(wire.pack({"failed": error.message}))
        output.flush()
        sys.exit(3)
    worker = Worker(vision, output)
    worker.send({"ready": vision.describe()})
    while True:
        worker.handle(*inbox.get())


if __name__ == "__main__":
    main()
