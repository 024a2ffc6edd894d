"""Crowd counting accuracy: ``python -m bench.crowds``.

Uses photographs of crowds and a mall recording from the folder in ``CROWDCOUNT_TEST_DATA`` (``crowds/truth.json``
with its images, ``mall/counts.csv`` with ``mall/mall-300.mp4``), at each quality. Plain detection at the same
input and the bare density network serve as baselines. For uncrowded recordings, the share of flagged frames is
reported.
"""

import argparse
import csv
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.timing import read
from server.core.errors import ModelError
from server.core.quality import Quality
from server.core.tracks import Tracks
from server.models.catalogue import DENSITY, find_prepared
from server.models.paths import default_models_dir
from server.vision.backend import choose_backend
from server.vision.crowd.density import DensityNetwork
from server.vision.network_features import MEAN, SCALE
from server.vision.settings import VisionSettings
from server.vision.vision import Vision

Image = NDArray[np.uint8]
RESULTS = Path(__file__).parent / "results" / "crowds.json"
PLAIN = 0.25
"""Minimum score of plain detection: the default of Ultralytics."""
BARE_SIDE = 1024
"""Long side of the bare density network's input, pixels."""
GROUPS = ("dense", "groups", "streets")
SETS = (*GROUPS, "mall", "walks", "sparse")
SPARSE = (
    "PETS09-S2L1/vtest.avi",
    "station-corridor.mp4",
    "sidewalk.mp4",
    "one-by-one-person-detection.mp4",
    "CAVIAR/Walk3a.mp4",
    "CAVIAR/FallOnFloor.mp4",
    "CAVIAR/BrowseWW2.mp4",
)
COLUMNS = (
    "truth",
    "shown",
    "mean_absolute_error",
    "median_relative_error",
    "mean_relative_error",
    "range_holds",
    "range_width",
    "flagged",
)
WALKS = {
    "PETS09-S2L1": ("PETS09-S2L1/vtest.avi", "PETS09-S2L1/gt.txt"),
    "MOT17-09": ("MOT17-09/MOT17-09.mp4", "MOT17-09/gt.txt"),
    "ETH-Bahnhof": ("ETH-Bahnhof/ETH-Bahnhof-500.mp4", "ETH-Bahnhof/gt.txt"),
}
"""Recordings with annotated people, in MOTChallenge format."""


@dataclass(slots=True)
class Figures:
    """Per-image results of a data set."""

    truth: list[int] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    flagged: list[bool] = field(default_factory=list)

    def note(self, truth: int, tracks: Tracks) -> None:
        """Add a frame; an unknown upper end counts as infinite."""
        assert tracks.certainty
        certainty, crowd = tracks.certainty, tracks.crowd
        self.truth.append(truth)
        self.shown.append(crowd.figure.estimate if crowd else float(len(tracks.people)))
        self.low.append(certainty.low)
        self.high.append(float("inf") if certainty.high is None else certainty.high)
        self.flagged.append(certainty.saturated)

    def note_number(self, truth: int, shown: float) -> None:
        """Add the result of a baseline without a range."""
        self.truth.append(truth)
        self.shown.append(shown)
        self.low.append(shown)
        self.high.append(shown)
        self.flagged.append(False)

    def summary(self) -> dict[str, float]:
        """Return shares and errors; widths are relative to the truth."""
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


def open_density(models_dir: Path) -> DensityNetwork | None:
    """Return the bare density network; None if it is not prepared."""
    try:
        model = find_prepared(models_dir, DENSITY)
    except ModelError:
        return None
    return DensityNetwork(choose_backend("auto", 0).open(model, MEAN, SCALE))


def data() -> Path:
    """Return the folder of the recordings."""
    folder = Path(os.environ.get("CROWDCOUNT_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not (folder / "crowds" / "truth.json").is_file():
        raise SystemExit("no crowd photographs found; set CROWDCOUNT_TEST_DATA to their folder")
    return folder


def stills(folder: Path, group: str) -> Iterator[tuple[str, Image, int]]:
    """Yield name, image and true count of each photograph of a group."""
    truth: dict[str, int] = json.loads((folder / "crowds" / "truth.json").read_text())
    for name, people in sorted(truth.items()):
        if name.startswith(group):
            image = cv2.imread(str(folder / "crowds" / name))
            assert image is not None
            yield name, image.astype(np.uint8, copy=False), people


def frames(path: Path, every: int = 1) -> Iterator[tuple[int, Image, float]]:
    """Yield number, image and time (ms) of every n-th frame of a recording."""
    for number, (image, t) in enumerate(read(path, None)):
        if number % every == 0:
            yield number, image, t


def look_at_stills(vision: Vision, folder: Path, group: str, quality: Quality, *, advised: bool) -> Figures:
    """Count each photograph; with `advised`, follow the recommended quality."""
    figures = Figures()
    for _, image, people in stills(folder, group):
        tracks = vision.open(quality=quality).process_still(image)
        while advised and tracks.advice is not None:
            tracks = vision.open(quality=tracks.advice.quality).process_still(image)
        figures.note(people, tracks)
    return figures


def look_plainly(vision: Vision, density: DensityNetwork | None, folder: Path, group: str) -> dict[str, Figures]:
    """Count each photograph by plain detection at the input of each quality, and by the bare density network."""
    found = {f"plain, {quality.value}": Figures() for quality in Quality}
    if density is not None:
        found["bare density"] = Figures()
    for _, image, people in stills(folder, group):
        for quality in Quality:
            shown = int((vision.open(quality=quality).detector.detect(image).scores >= PLAIN).sum())
            found[f"plain, {quality.value}"].note_number(people, shown)
        if density is not None:
            found["bare density"].note_number(people, float(density.look(image, BARE_SIDE).sum()))
    return found


def look_at_mall(vision: Vision, folder: Path, quality: Quality) -> Figures:
    """Count the people in each frame of the mall recording."""
    with (folder / "mall" / "counts.csv").open() as file:
        truth = {int(row["frame"]): int(row["people"]) for row in csv.DictReader(file)}
    pipeline, figures = vision.open(quality=quality), Figures()
    for number, image, t in frames(folder / "mall" / "mall-300.mp4"):
        figures.note(truth[number + 1], pipeline.process_image(image, t))
    return figures


def look_at_walk(vision: Vision, folder: Path, name: str, quality: Quality) -> Figures:
    """Count the annotated people in each frame of a recording."""
    film, annotation = WALKS[name]
    truth: Counter[int] = Counter()
    for line in (folder / annotation).read_text().splitlines():
        columns = line.split(",")
        truth[int(columns[0])] += float(columns[6]) > 0
    pipeline, figures = vision.open(quality=quality), Figures()
    for number, image, t in frames(folder / film):
        figures.note(truth[number + 1], pipeline.process_image(image, t))
    return figures


def look_at_sparse(vision: Vision, path: Path, quality: Quality) -> dict[str, float]:
    """Return the share of flagged frames of a recording, and the mean width of the range."""
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
    """Yield the lines of the result table."""
    yield "| set | method | truth | shown | absolute error | median error | mean error | coverage | width | flagged |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for name, by in found.items():
        for method, one in by.items():
            if "truth" in one:
                yield f"| {name} | {method} | " + " | ".join(str(one[key]) for key in COLUMNS) + " |"
            else:
                yield f"| {name} | {method} | | | | | | | {one['range_width']} | {one['flagged']} |"


def measure(
    vision: Vision, density: DensityNetwork | None, folder: Path, name: str, quality: Quality
) -> dict[str, dict[str, Any]]:
    """Measure a data set at a quality; return results by recording and by method."""
    if name == "mall":
        return {name: {quality.value: look_at_mall(vision, folder, quality)}}
    if name == "walks":
        return {walk: {quality.value: look_at_walk(vision, folder, walk, quality)} for walk in WALKS}
    if name == "sparse":
        return {path: {quality.value: look_at_sparse(vision, folder / path, quality)} for path in SPARSE}
    by: dict[str, Any] = {quality.value: look_at_stills(vision, folder, name, quality, advised=False)}
    if quality is Quality.BALANCED:
        by |= look_plainly(vision, density, folder, name)
        by["advised"] = look_at_stills(vision, folder, name, quality, advised=True)
    return {name: by}


def draw(sets: dict[str, Figures], path: Path) -> None:
    """Plot displayed number and range over the true number, one point per photograph."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4.6), layout="constrained")
    for name, one in sets.items():
        shown = np.array(one.shown)
        ends = np.abs(np.array([one.low, one.high]) - shown)
        axes.errorbar(one.truth, shown, yerr=ends, fmt="o", ms=4, lw=1, label=name)
    axes.plot((2, 6000), (2, 6000), color="grey", lw=1)
    axes.set(xscale="log", yscale="log", xlabel="people in the photograph", ylabel="people shown, and their range")
    axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print and store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quality", choices=[one.value for one in Quality], nargs="*", default=list(Quality))
    parser.add_argument("--sets", choices=SETS, nargs="*", default=SETS)
    parser.add_argument("--picture", type=Path, help="path of a plot of the photographs at balanced quality")
    chosen = parser.parse_args(arguments)
    folder = data()
    vision = Vision(VisionSettings(models_dir=str(default_models_dir())))
    density = open_density(default_models_dir())
    found: dict[str, Any] = {}
    drawn: dict[str, Figures] = {}
    for quality in map(Quality, chosen.quality):
        for name in chosen.sets:
            for set_, by in measure(vision, density, folder, name, quality).items():
                figures = {key: one.summary() if isinstance(one, Figures) else one for key, one in by.items()}
                found.setdefault(set_, {}).update(figures)
                if name in GROUPS and quality is Quality.BALANCED:
                    drawn[name] = by[quality.value]
            print(f"{name}, {quality.value}: done", file=sys.stderr, flush=True)
    print("\n".join(rows(found)))
    if chosen.picture:
        draw(drawn, chosen.picture)
    if set(chosen.sets) == set(SETS):
        RESULTS.write_text(json.dumps(found, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
