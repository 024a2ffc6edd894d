"""Times a pipeline over a video, from JPEG in memory to tracks; needs only OpenCV, NumPy and PyAV."""

import resource
import statistics
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Protocol, runtime_checkable

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.plain import Row
from server.recording.recording import Recording

Image = NDArray[np.uint8]
Process = Callable[[bytes, float], list[Row]]
"""From a JPEG and its time in milliseconds to its tracks."""


@runtime_checkable
class Following(Protocol):
    """A pipeline that overlaps frames by itself."""

    def follow(self, frames: Iterable[tuple[bytes, float]]) -> Iterator[list[Row]]:
        """Yield the tracks of each frame, in order."""
        ...


QUALITY = 95
"""JPEG quality."""


def read(video: Path, frames: int | None) -> Iterator[tuple[Image, float]]:
    """Pictures and their times in milliseconds."""
    with Recording(video) as film:
        for frame in islice(film, frames):
            yield frame.image_bgr, frame.t


def measure_all(process: Process, video: Path, frames: int | None, out: Path) -> dict[str, Any]:
    """Run on the video, write the tracks in MOTChallenge format and return the figures.

    Latency is measured frame by frame. A pipeline that overlaps frames (`follow`) then runs again for its
    throughput; for others, throughput is that of frame by frame.
    """
    jpegs = [
        (cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes(), t)
        for image, t in read(video, frames)
    ]
    lines, times, work = [], [], []
    for number, (jpeg, t) in enumerate(jpegs, start=1):
        start, busy = perf_counter(), process_time()
        rows = process(jpeg, t)
        times.append(perf_counter() - start)
        work.append(process_time() - busy)
        for identity, *box, confidence in rows:
            sides = ",".join(f"{value:.2f}" for value in box)
            lines.append(f"{number},{identity},{sides},{confidence:.3f},-1,-1,-1\n")
    out.write_text("".join(lines), "utf-8")
    settled = times[1:]  # the first frame compiles
    one_by_one = len(settled) / sum(settled)
    return {
        "frames": len(times),
        "fps": _rate(process.follow(jpegs)) if isinstance(process, Following) else one_by_one,
        "fps_one_by_one": one_by_one,
        "ms_median": 1000 * statistics.median(settled),
        "cpu_ms": 1000 * sum(work[1:]) / len(settled),
        "ms_p95": 1000 * float(np.percentile(settled, 95)),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _rate(results: Iterator[list[Row]]) -> float:
    """Return results per second, after the first one."""
    next(results)
    start = perf_counter()
    return sum(1 for _ in results) / (perf_counter() - start)
