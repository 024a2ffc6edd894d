"""Real pictures and videos for the tests; found or fetched from packages, never kept in the repository.

- ``vtest.avi`` (795 frames of a campus, PETS 2009) from Debian's opencv-doc,
- ``bus.jpg`` (4 people, one cut off at the left edge) and ``zidane.jpg`` (2 people) from the Ultralytics wheel,
- the annotation of ``vtest.avi``, which may not be redistributed: optional,
- ``one-by-one-person-detection.mp4`` (Intel's sample-videos, CC BY 4.0), where somebody put it: optional.
"""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from server.recording.recording import Recording

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache" / "media"
_IN_PACKAGE = "usr/share/doc/opencv-doc/examples/data/vtest.avi"


def find_vtest() -> Path:
    """Return the path of ``vtest.avi``, fetching it on first use; skip the test where that is impossible."""
    path = CACHE / "vtest.avi"
    if not path.exists():
        reason = _fetch_vtest(path)
        if reason:
            pytest.skip(f"vtest.avi is not here: {reason}")
    return path


def _fetch_vtest(path: Path) -> str | None:
    """Take the video out of the Debian package; return why that failed."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return "it comes in Debian's opencv-doc, and this system has no apt-get and dpkg-deb"
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        got = subprocess.run(["apt-get", "download", "opencv-doc"], cwd=folder, capture_output=True, text=True)
        package = next(Path(folder).glob("*.deb"), None)
        if package is None:
            return f"`apt-get download opencv-doc` failed: {got.stderr.strip()[-200:]}"
        subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
        Path(folder, _IN_PACKAGE).replace(path)
    return None


def find_asset(name: str) -> Path:
    """Return the path of a picture in the installed Ultralytics package, without importing it."""
    spec = importlib.util.find_spec("ultralytics")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("the pictures come in the Ultralytics package, which is not installed (extra `models`)")
    return Path(spec.submodule_search_locations[0]) / "assets" / name


def find_annotation_or_none() -> Path | None:
    """Return the path of the annotation of ``vtest.avi`` (MOTChallenge 2015, non-commercial), if it is here."""
    for folder in (os.environ.get("CROWDCOUNT_TEST_DATA"), ROOT.parent / "shared" / "data" / "PETS09-S2L1"):
        if folder and (path := Path(folder) / "gt.txt").is_file():
            return path
    return None


def find_annotation() -> Path:
    """The same, but skip the test without it."""
    path = find_annotation_or_none()
    if path:
        return path
    pytest.skip("no annotation of vtest.avi: CROWDCOUNT_TEST_DATA names no folder with MOTChallenge's gt.txt")


def find_clip(name: str) -> Path:
    """Return the path of a recording that no package holds; skip the test where it is not."""
    for folder in (os.environ.get("CROWDCOUNT_TEST_DATA"), ROOT.parent / "shared" / "data"):
        if folder and (path := Path(folder) / name).is_file():
            return path
    pytest.skip(f"{name} is not here: put it into a folder and name that in CROWDCOUNT_TEST_DATA")


def load_annotation() -> dict[int, list[tuple[int, float, float, float, float]]]:
    """Return frame (from 1) -> [(person, left, top, width, height)], pixels, of ``vtest.avi``."""
    people: dict[int, list[tuple[int, float, float, float, float]]] = {}
    for line in find_annotation().read_text("utf-8").splitlines():
        frame, person, left, top, width, height, flag = (float(value) for value in line.split(",")[:7])
        if flag:
            people.setdefault(int(frame), []).append((int(person), left, top, width, height))
    return people


@cache
def read_vtest(count: int, start: int = 0) -> tuple[NDArray[np.uint8], ...]:
    """Return frames of ``vtest.avi``, each of shape (576, 768, 3), blue, green, red."""
    frames = tuple(islice(read_film(find_vtest()), start, start + count))
    assert len(frames) == count, f"vtest.avi has no {start + count} frames"
    return frames


def read_film(path: Path) -> Iterator[NDArray[np.uint8]]:
    """Yield the pictures of a recording, each of shape (height, width, 3), blue, green, red."""
    with Recording(path) as film:
        for frame in film:
            yield frame.image_bgr


def encode_jpeg(image_bgr: NDArray[np.uint8], quality: int = 85) -> bytes:
    """Compress a picture as a browser would."""
    done, data = cv2.imencode(".jpg", image_bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return data.tobytes()


def write_clip(path: Path, frames: tuple[NDArray[np.uint8], ...], fps: float = 10.0) -> Path:
    """Write a Motion JPEG video, which every OpenCV can write."""
    height, width = frames[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), fps, (width, height))
    assert writer.isOpened()
    for frame in frames:
        writer.write(frame)
    writer.release()
    return path
