"""Tracks of one recording by each pipeline of `bench.table`."""

import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from bench import peers
from bench.compare import ROOT
from bench.detections import sights
from bench.lines import Counts, count_feet, count_ours
from bench.score import Rows, load
from bench.tracks import HALF, Recording, judged
from server.core.quality import Quality
from server.core.tracks import Tracks
from server.vision.boxes import iou
from server.vision.settings import VisionSettings
from server.vision.vision import Vision

STRANGER = 1_000_000
"""Offset for the IDs of boxes without a matching person; the others get true IDs."""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a pipeline on a recording.

    Attributes
    ----------
    rows : Rows
        Its tracks, without those on ignored boxes.
    crossings : Counts
    ranges : list of (float, float), optional
        The range of the count in each frame, less those who were left out.
    """

    rows: Rows
    crossings: Counts
    ranges: list[tuple[float, float]] | None = None


def ours(recording: Recording, settings: VisionSettings, vision: Vision, quality: Quality) -> Result:
    """Return the result of crowdcount at a quality."""
    pipeline = vision.open(quality=quality)
    frames = sights(vision, settings, quality, recording.video)
    every = [pipeline.track(image, t, people, {}) for image, t, people in frames]
    found = {number: _people(tracks) for number, tracks in enumerate(every, start=1)}
    rows = judged(found, recording.truth(), recording.unjudged())
    ranges = []
    for number, tracks in enumerate(every, start=1):
        assert tracks.certainty
        away = len(found[number]) - len(rows[number])
        high = math.inf if tracks.certainty.high is None else tracks.certainty.high  # an end that is not known
        ranges.append((tracks.certainty.low - away, high - away))
    return Result(rows, count_ours(_only(every, rows)), ranges)


def oracle(found: Rows, recording: Recording, size: tuple[int, int]) -> Result:
    """Return the same boxes with the true ID of the person they match: the result of a perfect tracker."""
    truth = recording.truth()
    rows: Rows = {}
    for frame, people in found.items():
        there = truth.get(frame, [])
        shared = iou(_boxes(people), _boxes(there))
        named = {i: there[j][0] for i, j in zip(*linear_sum_assignment(-shared), strict=True) if shared[i, j] >= HALF}
        rows[frame] = [(named.get(i, STRANGER + name), box) for i, (name, box) in enumerate(people)]
    # A box that loses its person for some frames would otherwise cross twice, once under each ID.
    known = {frame: [person for person in people if person[0] < STRANGER] for frame, people in rows.items()}
    return Result(rows, count_feet(known, *size))


def others(recording: Recording, weights: Path, out: Path, size: tuple[int, int]) -> Iterator[tuple[str, Result]]:
    """Yield the results of Ultralytics' trackers and of deep-sort-realtime; their tracks are cached in the folder
    `out`."""
    for name, program in (("peers", str(peers.python())), ("plain", sys.executable)):
        if (out / f"{peers.TRACKERS[-1] if name == 'peers' else name}.txt").exists():
            continue
        command = [
            program,
            "-m",
            "bench.others",
            name,
            str(recording.video),
            "--weights",
            str(weights),
            "--out",
            str(out),
        ]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    for name in ("plain", *peers.TRACKERS):
        rows = judged(load(out / f"{name}.txt"), recording.truth(), recording.unjudged())
        yield name, Result(rows, count_feet(rows, *size))


def _people(tracks: Tracks) -> list[tuple[int, NDArray[np.float64]]]:
    size = (tracks.width, tracks.height) * 2
    return [(person.id, np.array(person.box_norm) * size) for person in tracks.people]


def _only(every: list[Tracks], rows: Rows) -> Iterator[Tracks]:
    """Yield the tracks without ignored people."""
    for number, tracks in enumerate(every, start=1):
        kept = {name for name, _ in rows[number]}
        yield replace(tracks, people=tuple(person for person in tracks.people if person.id in kept))


def _boxes(people: list[tuple[int, NDArray[np.float64]]]) -> NDArray[np.float64]:
    return np.array([box for _, box in people]).reshape(-1, 4)
