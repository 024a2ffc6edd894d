"""Line crossing accuracy on fifteen lines across a recording.

The truth follows from the feet of annotated people. A crossing counts when they are further from the line than
`BAND` on one side and then on the other, each time. Our crossings come from the product's own lines; for other
trackers, the rule of the truth is applied to their boxes.
"""

from collections.abc import Iterable

import numpy as np

from bench.score import Rows
from server.core.crossings import Crossings
from server.core.foot_points import foot_points
from server.core.tracks import Tracks
from server.core.zone import Line

BAND = 0.04
"""Half width of the band, in heights of the person."""
ACROSS = (0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
"""Positions of the horizontal lines, relative to the frame height; on a street, people walk along them."""
DOWN = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
"""Positions of the vertical lines, relative to the frame width; people cross them at right angles."""
Counts = dict[str, tuple[int, int]]
"""Line -> crossings downward or to the right, and upward or to the left."""


def lines() -> list[Line]:
    """Return the lines as zones of the product; inward is downward, or to the right."""
    across = [Line(f"h{at}", f"h{at}", ((0.0, at), (1.0, at))) for at in ACROSS]
    return across + [Line(f"v{at}", f"v{at}", ((at, 1.0), (at, 0.0))) for at in DOWN]


def count_feet(rows: Rows, width: int, height: int) -> Counts:
    """Return the crossings of the feet of boxes, by the rule of the truth."""
    sides: dict[tuple[str, int], int] = {}
    counts = {line.id: [0, 0] for line in lines()}
    for frame in sorted(rows):
        for identity, (left, top, right, bottom) in rows[frame]:
            x, y = (left + right) / 2, min(bottom, height - 1)
            for name, at in [(f"h{at}", y - at * height) for at in ACROSS] + [
                (f"v{at}", x - at * width) for at in DOWN
            ]:
                if abs(at) < BAND * (bottom - top):
                    continue
                side = 1 if at > 0 else -1
                if sides.get((name, identity), side) != side:
                    counts[name][side < 0] += 1
                sides[name, identity] = side
    return {name: (forth, back) for name, (forth, back) in counts.items()}


def count_ours(results: Iterable[Tracks]) -> Counts:
    """Return the crossings counted by the product."""
    crossings = Crossings(lines())
    reports = None
    for tracks in results:
        reports = crossings.update(foot_points(tracks))
    return {report.line.id: (report.inward, report.outward) for report in reports or ()}


def errors(truth: Counts, counted: Counts, kind: str) -> dict[str, int]:
    """Return sums over the lines of a kind, ``"h"`` or ``"v"``: true and counted crossings, gross and net error.

    Gross: absolute error per line and direction. Net: absolute error of the difference between the directions.
    """
    names = [name for name in truth if name[0] == kind]
    true, ours = (np.array([counts[name] for name in names]) for counts in (truth, counted))
    net = (true[:, 0] - true[:, 1]) - (ours[:, 0] - ours[:, 1])
    return {
        "true": int(true.sum()),
        "counted": int(ours.sum()),
        "gross": int(np.abs(true - ours).sum()),
        "net": int(np.abs(net).sum()),
    }
