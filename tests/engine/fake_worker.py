"""A vision process without vision, for the tests of those who watch it: behaves as the first byte of a frame says."""

import json
import os
import sys
import time
from pathlib import Path

from server.engine import wire


def main() -> None:
    """Argument: JSON with `failures` (a file that counts starts down) and `sleep_s`."""
    options = json.loads(sys.argv[1])
    output = sys.stdout.buffer
    countdown = Path(options["failures"]) if "failures" in options else None
    if countdown and int(countdown.read_text()) > 0:
        countdown.write_text(str(int(countdown.read_text()) - 1))
        if options.get("say"):
            output.write(wire.pack({"failed": options["say"]}))
            output.flush()
        sys.exit(1)
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
        if body == b"die":
            os._exit(9)
        time.sleep({b"hang": 3600.0, b"work": 0.01}.get(body, 0.0))
        if head["fresh"]:
            known[stream] = 0
        known[stream] += 1
        if body == b"lose":
            answer = {"lost": True}
        elif body == b"refuse":
            answer = {"error": {"code": "NOT_A_JPEG", "message": "no"}}
        else:
            people = [[known[stream], 0.1, 0.1, 0.2, 0.2, 0.9]]
            answer = {"tracks": {"t": head["t"], "width": 4, "height": 3, "people": people, "stages_ms": {}}}
        output.write(wire.pack({"id": head["id"], **answer}))
        output.flush()


if __name__ == "__main__":
    main()
