"""The process that takes frames out of one file: `python -m server.uploads.decoder_child FILE SIDE MAX_BYTES`.

It decodes what strangers send, so it is given nothing: no settings, no secrets, no database, a bounded memory, the
lowest priority, and it can neither write to a file nor, once the first frame is out, open another one. It writes to
standard output, waits where nobody reads, and ends with the server.
"""

import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from server.common.parent_death import signal_when_parent_dies
from server.core.errors import CodedError
from server.engine.wire import pack

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from server.recording.source import Source

MEMORY_BYTES = 3 << 30
"""Memory of its own. On two cores H.264 takes 0.8 GB in 8K and 0.2 in 1080p; more cores decode more frames at once."""
NICENESS = 10
"""Below vision processes: a film has time."""
OPEN_FILES = 64
JPEG_QUALITY, LEAST_QUALITY = 90, 60
ENDS_EARLY = "ends early"
"""What the reader says of a file that was cut off."""
MOST_T_MS = 24 * 3_600_000.0
"""Longest film."""


def main() -> None:
    """Decode the file that the arguments name."""
    path, side, max_bytes = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    output = _take_output()
    _give_up_rights()
    try:
        for head, body in messages(path, side, max_bytes):
            output.write(pack(head, body))
            output.flush()
    except CodedError as error:
        output.write(pack({"type": "error", "code": error.code}))
    except MemoryError:
        output.write(pack({"type": "error", "code": "FILM_TOO_LARGE"}))
    with suppress(BrokenPipeError):
        output.flush()


def _take_output() -> BinaryIO:
    """Standard output for messages alone: what a library prints goes nowhere."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return output


def _give_up_rights() -> None:
    signal_when_parent_dies(signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    os.nice(NICENESS)
    limits = {"RLIMIT_CORE": 0, "RLIMIT_FSIZE": 0, "RLIMIT_NOFILE": OPEN_FILES, "RLIMIT_DATA": MEMORY_BYTES}
    for name, most in limits.items():
        resource.setrlimit(getattr(resource, name), (most, most))


def messages(path: Path, side: int, max_bytes: int) -> Iterator[tuple[dict[str, Any], bytes]]:
    """What is known of a film, each of its frames as JPEG of at most `side` pixels, and how it ended.

    Raises
    ------
    CodedError
        The file cannot be read, or a frame is too large.
    """
    from server.recording.recording import Recording

    with Recording(path) as film:
        yield {"type": "about", "frames": film.frames or None, "recorded_at": _seconds(film.source().recorded_at)}, b""
        cut = False
        for number, frame in enumerate(film):
            if frame.t > MOST_T_MS:
                cut = True
                break
            yield {"type": "frame", "t": round(frame.t, 3)}, to_jpeg(frame.image_bgr, side, max_bytes)
            if number == 0:
                # What it needs is loaded. Soft and hard: it cannot be taken back.
                resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
        yield {"type": "end", **_ending(film.source(), cut=cut)}, b""


def to_jpeg(image_bgr: "NDArray[np.uint8]", side: int, max_bytes: int) -> bytes:
    """A frame made smaller, unless it is, and compressed."""
    import cv2

    height, width = image_bgr.shape[:2]
    if max(height, width) > side:
        scale = side / max(height, width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        image_bgr = cv2.resize(image_bgr, size, interpolation=cv2.INTER_AREA).astype("uint8", copy=False)
    for quality in (JPEG_QUALITY, LEAST_QUALITY):
        done, data = cv2.imencode(".jpg", image_bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if done and data.size <= max_bytes:
            return data.tobytes()
    raise CodedError("FILM_TOO_LARGE", "A frame is too large.")


def _seconds(date: str | None) -> float | None:
    """A date of ISO 8601 as Unix seconds."""
    return datetime.fromisoformat(date).timestamp() if date else None


def _ending(source: "Source", *, cut: bool) -> dict[str, Any]:
    """Whether everything was read, as a code."""
    if cut:
        return {"complete": False, "why": "TOO_LONG", "frames": None}
    why = None if source.complete else "CUT_SHORT" if ENDS_EARLY in (source.why or "") else "FRAMES_DAMAGED"
    known = source.frames_expected is not None or not source.complete
    return {"complete": source.complete if known else None, "why": why, "frames": source.frames_expected}


if __name__ == "__main__":
    main()
