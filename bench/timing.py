"""Times a pipeline over a video, from JPEG in memory to tracks; needs only OpenCV and NumPy."""

import resource
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.plain import Row

Image = NDArray[np.uint8]
Process = Callable[[bytes, float], list[Row]]
"""From a JPEG and its time in milliseconds to the people in it."""
QUALITY = 95
"""Of the JPEGs."""


def read(video: Path, frames: int | None) -> Iterator[tuple[Image, float]]:
    """Pictures and their times in milliseconds."""
    capture = cv2.VideoCapture(str(video))
    fps = capture.get(cv2.CAP_PROP_FPS)
    index = 0
    while frames is None or index < frames:
        taken, image = capture.read()
        if not taken:
            return
        yield image.astype(np.uint8, copy=False), index * 1000 / fps
        index += 1


def measure_all(process: Process, video: Path, frames: int | None, out: Path) -> dict[str, Any]:
    """Run over the video, write the tracks in MOTChallenge form and return the figures."""
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
    return {
        "frames": len(times),
        "fps": len(settled) / sum(settled),
        "ms_median": 1000 * statistics.median(settled),
        "cpu_ms": 1000 * sum(work[1:]) / len(settled),
        "ms_p95": 1000 * float(np.percentile(settled, 95)),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
