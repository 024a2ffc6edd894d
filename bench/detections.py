"""Detections of whole recordings, cached in ``.cache/detections``, so that tracker changes are measured in seconds."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.compare import ROOT
from bench.timing import Image, read
from server.core.quality import Quality
from server.vision.detections import Detections
from server.vision.settings import VisionSettings
from server.vision.vision import Vision

FOLDER = ROOT / ".cache" / "detections"


def sights(
    vision: Vision, settings: VisionSettings, quality: Quality, video: Path, folder: Path = FOLDER
) -> Iterator[tuple[Image, float, Detections]]:
    """Yield each frame of a video with its time (ms) and detections, computed once per network."""
    kept = folder / f"{video.stem}-{quality.value}-{network_key(settings)}.npz"
    if not kept.exists():
        detector = vision.open(quality=quality).detector
        store(kept, [detector.detect(image) for image, _ in read(video, None)])
    for (image, t), people in zip(read(video, None), fetch(kept), strict=True):
        yield image, t, people


def store(path: Path, frames: list[Detections]) -> None:
    """Write the detections of all frames into one file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        path,
        lengths=np.array([len(people) for people in frames]),
        xyxy=np.vstack([people.xyxy for people in frames]),
        scores=np.concatenate([people.scores for people in frames]),
    )


def fetch(path: Path) -> list[Detections]:
    """Read a file written by `store`."""
    with np.load(path) as kept:
        ends = np.cumsum(kept["lengths"])[:-1]
        boxes, scores = np.split(kept["xyxy"], ends), np.split(kept["scores"], ends)
    return [Detections(some, of_them) for some, of_them in zip(boxes, scores, strict=True)]


def network_key(settings: VisionSettings) -> str:
    """Return a short hash of the network's files and the detection settings."""
    digest = hashlib.sha256(f"{settings.precision} {settings.input_side} {settings.min_score}".encode())
    for file in sorted((Path(settings.models_dir) / settings.model).glob("*.bin")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
