"""How many people are seen where boxes end: ``python -m bench.crowds``.

Photographs of crowds and a hall, from the folder that ``CROWDCOUNT_TEST_DATA`` names (``crowds/truth.json`` with its
pictures, ``mall/counts.csv`` with ``mall/mall-300.mp4``), at each quality; beside ours plain detection at the same
input, and the bare density network. Recordings without a crowd follow with the share of frames that were flagged.
"""

import argparse
import csv
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from server.core.quality import Quality
from server.core.tracks import Tracks
from server.models.paths import default_models_dir
from server.vision.settings import VisionSettings
from server.vision.vision import Vision

Image = NDArray[np.uint8]
RESULTS = Path(__file__).parent / "results" / "crowds.json"
PLAIN = 0.25
"""Score from which on plain detection counts: Ultralytics' default."""
BARE_SIDE = 1024
"""Long side of the bare density network's input, pixels."""
GROUPS = ("dense", "groups", "streets")
SPARSE = {
    "PETS09-S2L1/vtest.avi": 1,
    "station-corridor.mp4": 1,
    "sidewalk.mp4": 1,
    "one-by-one-person-detection.mp4": 1,
    "CAVIAR/Walk3a.mp4": 1,
    "CAVIAR/FallOnFloor.mp4": 1,
    "CAVIAR/BrowseWW2.mp4": 1,
}


@dataclass(slots=True)
class Figures:
    """What a set is judged by, picture by picture."""

    truth: list[int] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    flagged: list[bool] = field(default_factory=list)

    def note(self, truth: int, tracks: Tracks) -> None:
        """Take in what a frame showed; an upper end that is not known holds everything."""
        assert tracks.certainty
        certainty, crowd = tracks.certainty, tracks.crowd
        self.truth.append(truth)
        self.shown.append(crowd.figure.estimate if crowd else float(len(tracks.people)))
        self.low.append(certainty.low)
        self.high.append(float("inf") if certainty.high is None else certainty.high)
        self.flagged.append(certainty.saturated)

    def summary(self) -> dict[str, float]:
        """Shares and errors; widths are relative to the truth."""
        truth, shown = np.array(self.truth, float), np.array(self.shown)
        low, high = np.array(self.low), np.array(self.high)
        relative = np.abs(shown - truth) / np.maximum(truth, 1)
        return {
            "pictures": len(truth),
            "truth": round(float(truth.mean()), 2),
            "shown": round(float(shown.mean()), 2),
            "mean_absolute_error": round(float(np.abs(shown - truth).mean()), 2),
            "median_relative_error": round(float(np.median(relative)), 3),
            "mean_relative_error": round(float(relative.mean()), 3),
            "range_holds": round(float(((low <= truth) & (truth <= high)).mean()), 3),
            "range_width": round(float(((high - low) / np.maximum(truth, 1)).mean()), 3),
            "flagged": round(float(np.mean(self.flagged)), 3),
        }


def data() -> Path:
    """The folder with the recordings."""
    folder = Path(os.environ.get("CROWDCOUNT_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not (folder / "crowds" / "truth.json").is_file():
        raise SystemExit("this needs photographs of crowds: CROWDCOUNT_TEST_DATA names their folder")
    return folder


def stills(folder: Path, group: str) -> Iterator[tuple[str, Image, int]]:
    """Each photograph of a group with its number of people."""
    truth: dict[str, int] = json.loads((folder / "crowds" / "truth.json").read_text())
    for name, people in sorted(truth.items()):
        if name.startswith(group):
            image = cv2.imread(str(folder / "crowds" / name))
            assert image is not None
            yield name, image.astype(np.uint8, copy=False), people


def frames(path: Path, every: int = 1) -> Iterator[tuple[int, Image, float]]:
    """Every so many frames of a recording: number, picture, milliseconds."""
    capture = cv2.VideoCapture(str(path))
    rate = capture.get(cv2.CAP_PROP_FPS)
    number = 0
    while True:
        taken, image = capture.read()
        if not taken:
            return
        if number % every == 0:
            yield number, image.astype(np.uint8, copy=False), number * 1000 / rate
        number += 1


def look_at_stills(vision: Vision, folder: Path, group: str, quality: Quality, *, advised: bool) -> Figures:
    """Count each photograph; `advised`: with the quality that is advised, once it is."""
    figures = Figures()
    for _, image, people in stills(folder, group):
        tracks = vision.open(quality=quality).photograph(image)
        while advised and tracks.advice is not None:
            tracks = vision.open(quality=tracks.advice.quality).photograph(image)
        figures.note(people, tracks)
    return figures


def look_at_mall(vision: Vision, folder: Path, quality: Quality) -> Figures:
    """Count the people of the hall, frame by frame."""
    with (folder / "mall" / "counts.csv").open() as file:
        truth = {int(row["frame"]): int(row["people"]) for row in csv.DictReader(file)}
    pipeline, figures = vision.open(quality=quality), Figures()
    for number, image, t in frames(folder / "mall" / "mall-300.mp4"):
        figures.note(truth[number + 1], pipeline.process_image(image, t))
    return figures


def look_at_sparse(vision: Vision, path: Path, quality: Quality) -> dict[str, float]:
    """The share of a recording's frames that are flagged, and the mean width of the range."""
    pipeline = vision.open(quality=quality)
    seen = [pipeline.process_image(image, t).certainty for _, image, t in frames(path)]
    known = [one for one in seen if one is not None]
    widths = [one.high - one.low for one in known if one.high is not None]
    return {
        "frames": len(known),
        "flagged": round(sum(one.saturated for one in known) / len(known), 4),
        "range_width": round(float(np.mean(widths)), 3),
    }


def rows(found: dict[str, Any]) -> Iterable[str]:
    """The results as a table."""
    yield "| set | who | truth | shown | median error | mean error | range holds | width | flagged |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for name, by in found.items():
        for who, one in by.items():
            if "truth" in one:
                keys = ("truth", "shown", "median_relative_error", "mean_relative_error", "range_holds", "range_width")
                yield f"| {name} | {who} | " + " | ".join(str(one[key]) for key in keys) + f" | {one['flagged']} |"
            else:
                yield f"| {name} | {who} | | | | | | {one['range_width']} | {one['flagged']} |"


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the table and keep it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quality", choices=[one.value for one in Quality], nargs="*", default=list(Quality))
    parser.add_argument("--sets", choices=(*GROUPS, "mall", "sparse"), nargs="*", default=[*GROUPS, "mall", "sparse"])
    chosen = parser.parse_args(arguments)
    folder = data()
    vision = Vision(VisionSettings(models_dir=str(default_models_dir())))
    found: dict[str, Any] = {}
    for quality in map(Quality, chosen.quality):
        for name in chosen.sets:
            if name in GROUPS:
                figures = look_at_stills(vision, folder, name, quality, advised=False)
                found.setdefault(name, {})[quality.value] = figures.summary()
                if quality is Quality.BALANCED:
                    figures = look_at_stills(vision, folder, name, quality, advised=True)
                    found[name]["advised"] = figures.summary()
            elif name == "mall":
                found.setdefault(name, {})[quality.value] = look_at_mall(vision, folder, quality).summary()
            else:
                for path in SPARSE:
                    found.setdefault(path, {})[quality.value] = look_at_sparse(vision, folder / path, quality)
            print("\n".join(rows({name: found[name]} if name in found else {})), flush=True)
    print("\n".join(rows(found)))
    RESULTS.write_text(json.dumps(found, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
