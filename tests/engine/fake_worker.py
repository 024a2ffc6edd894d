"""A vision process without vision, for the tests of those who watch it: behaves as the first byte of a frame says."""

import json
import os
import sys
import time
from pathlib import Path
from typing import BinaryIO

from server.engine import wire

NO_ANSWERS = {
    b"babble": (4).to_bytes(4, "big") + bytes(4) + b"nope",
    b"array": wire.pack([1]),  # type: ignore[arg-type]
    b"nameless": wire.pack({"tracks": {}}),
    b"foreign": wire.pack({"id": ["no"]}),
}
"""What is written instead of an answer, by frame."""


TAKES_S = {b"hang": 3600.0, b"work": 0.01, b"slow": 0.4, b"dear": 0.05}
"""How long a frame takes."""


def answer(body: bytes, number: int, t: float) -> wire.Head:
    """To a frame, the so-many-th of its stream."""
    if body == b"lose":
        return {"lost": True}
    if body == b"refuse":
        return {"error": {"code": "NOT_A_JPEG", "message": "no"}}
    people = [[number, 0.1, 0.1, 0.2, 0.2, 0.9]]
    tracks = {"t": t, "width": 4, "height": 3, "people": people, "stages_ms": {}}
    return {"tracks": tracks, "spent_ms": 1 + 1000 * TAKES_S.get(body, 0.0)}


def end(body: bytes, head: wire.Head, output: BinaryIO) -> None:
    """Die where the frame says so."""
    if body == b"die":
        os._exit(9)
    if body == b"late":  # as a process whose decoder takes too long
        output.write(wire.pack({"id": head["id"], "stopped": "decode"}))
        output.flush()
        os._exit(4)


def work(body: bytes, output: BinaryIO, frame_s: float) -> None:
    """Take as long as the frame says, or as every frame takes."""
    if body == b"compile":
        for _ in range(8):
            time.sleep(0.4)
            output.write(wire.pack({"id": wire.HEARTBEAT_ID}))
            output.flush()
    time.sleep(TAKES_S.get(body, frame_s))


def main() -> None:
    """Argument: JSON with `failures` (a file that counts starts down) and `frame_s`, how long a frame takes."""
    options = json.loads(sys.argv[1])
    output = sys.stdout.buffer
    countdown = Path(options["failures"]) if "failures" in options else None
    if countdown and int(countdown.read_text()) > 0:
        countdown.write_text(str(int(countdown.read_text()) - 1))
        if options.get("say"):
            output.write(wire.pack({"failed": options["say"]}))
            output.flush()
        sys.exit(1)
    if options.get("stuck"):
        output.write(wire.pack({"id": wire.HEARTBEAT_ID}))
        output.flush()
        time.sleep(3600)
    output.write(wire.pack({"ready": {"backend": "fake", "pid": os.getpid()}}))
    output.flush()
    known: dict[str, int] = {}
    while (message := wire.read(sys.stdin.buffer)) is not None:
        head, body = message
        if head["type"] == "ping":
            output.write(wire.pack({"id": head["id"]}))
            output.flush()
            continue
        stream = head["stream"]
        if head["type"] == "close":
            known.pop(stream, None)
            continue
        end(body, head, output)
        work(body, output, options.get("frame_s", 0.0))
        if body in NO_ANSWERS:
            output.write(NO_ANSWERS[body])
            output.flush()
            continue
        if head["fresh"]:
            known[stream] = 0
        known[stream] += 1
        output.write(wire.pack({"id": head["id"], **answer(body, known[stream], head["t"])}))
        output.flush()


if __name__ == "__main__":
    main()
