"""Accuracy of zone counts and line crossings on annotated video.

    python -m bench.zones GT.txt TRACKS.txt [--size 768x576] [--fps 10]

Both files are in MOTChallenge format. The truth in a zone is the number of annotated people with their feet inside, per
frame and without delays. The truth at a line is the number of crossings of annotated people.
"""

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np

from server.core.analytics import Analytics
from server.core.foot_points import foot_points
from server.core.geometry import PolygonFields
from server.core.plan import Plan
from server.core.tracks import Track, Tracks
from server.core.zone import Line, Zone

ZONES = (
    Zone("path", "Path", ((0.0, 0.44), (0.5, 0.5), (0.62, 0.72), (0.35, 0.62), (0.0, 0.56))),
    Zone("crossing", "Crossing", ((0.45, 0.42), (0.85, 0.36), (1.0, 0.62), (0.98, 0.85), (0.6, 0.7))),
    Zone("road", "Road", ((0.7, 0.15), (1.0, 0.15), (1.0, 0.45), (0.72, 0.4))),
)
LINES = (
    Line("west", "West", ((0.33, 0.72), (0.33, 0.35))),
    Line("east", "East", ((0.68, 0.85), (0.68, 0.25))),
)


def read_mot(path: Path, size: tuple[int, int], fps: float, *, truth: bool) -> list[Tracks]:
    """Return the frames of a MOTChallenge file; annotation rows flagged 0 are skipped."""
    width, height = size
    people: dict[int, list[Track]] = defaultdict(list)
    for line in path.read_text().splitlines():
        values = [float(value) for value in line.split(",")]
        if truth and values[6] == 0:
            continue
        left, top, w, h = values[2:6]
        box = (left / width, top / height, (left + w) / width, (top + h) / height)
        people[int(values[0])].append(Track(int(values[1]), box, 1.0))
    return [Tracks((n - 1) * 1000 / fps, width, height, tuple(people[n])) for n in range(1, max(people) + 1)]


def true_counts(frames: list[Tracks]) -> np.ndarray:
    """Return (frames, zones): the number of annotated people with their feet inside."""
    fields = PolygonFields([zone.points_norm for zone in ZONES], frames[0].width / frames[0].height)
    counts = np.zeros((len(frames), len(ZONES)), int)
    for row, frame in enumerate(frames):
        if frame.people:
            feet = foot_points(frame).feet
            for column in range(len(ZONES)):
                counts[row, column] = (fields.distance(feet, np.full(len(feet), column)) > 0).sum()
    return counts


def counted(frames: list[Tracks]) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Return (frames, zones) occupancies, and the crossings of each line, in and out."""
    analytics = Analytics(Plan(ZONES, LINES))
    counts = np.zeros((len(frames), len(ZONES)), int)
    for row, frame in enumerate(frames):
        analysis = analytics.update(frame)
        counts[row] = [report.figures.occupancy for report in analysis.zones]
    return counts, [(report.inward, report.outward) for report in analysis.lines]


def main() -> None:
    """Print the errors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", type=Path)
    parser.add_argument("tracks", type=Path)
    parser.add_argument("--size", default="768x576")
    parser.add_argument("--fps", type=float, default=10.0)
    given = parser.parse_args()
    width, height = map(int, given.size.split("x"))
    truth = read_mot(given.truth, (width, height), given.fps, truth=True)
    tracks = read_mot(given.tracks, (width, height), given.fps, truth=False)
    true, (ours, crossings) = true_counts(truth), counted(tracks)
    frames = min(len(true), len(ours))
    for column, zone in enumerate(ZONES):
        error = np.abs(true[:frames, column] - ours[:frames, column]).mean()
        print(f"zone {zone.name}: mean absolute error {error:.3f} (people on average {true[:, column].mean():.2f})")
    for line, mine, theirs in zip(LINES, crossings, counted(truth)[1], strict=True):
        print(f"line {line.name}: in {mine[0]}, out {mine[1]}; annotated in {theirs[0]}, out {theirs[1]}")


if __name__ == "__main__":
    main()
