"""From closer looks and density to one number with its range, and to where its people are."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from server.core.crowd import CrowdFigure, Method
from server.vision.boxes import areas, coverage, suppress
from server.vision.detections import Detections

Grid = NDArray[np.float32]

CELLS = 64
"""Cells of the grid along the longer side of the frame."""
REGION = 8
"""Side of a region in cells: in each the larger of the answers counts."""
SAME, WITHIN, ALIKE = 0.55, 0.85, 4.0
"""Boxes of several looks are one person when they overlap by more than `SAME`, or when one lies in the other by more
than `WITHIN` and is not `ALIKE` times as large."""
NOBODY, SURELY = 0.05, 0.35
"""Scores in closer looks at which surely no person, or surely a person, is there; in between boxes count by chance."""
CERTAIN = 0.6
"""Score in closer looks of people who surely are there: the range does not go below their number."""
FAR, NEAR, ONCE = 0.1, 0.4, 0.85
"""Heights of people as fractions of the frame's: a box of a far one is a person; a near one has more boxes than one, of
parts of the body, so that each counts `ONCE`. In seven kinds of scenes the sum is then 0.9 to 1.25 times the people."""
FLOOR = 0.02
"""People in a cell of the density map that stand for nothing: foliage, shelves and paving give as much."""
MISSED = 1.16
"""What the density that is left has to be multiplied by: the median over 25 photographs of crowds of 164 to 4,633."""
DENSE, DENSE_FROM = 1.5, 30.0
"""Where density finds more than so many times the boxes and so many people more, the crowd is too dense for boxes. In a
picture that is packed by texture and weak signs it is enough that density finds more."""
BOXED_RANGE = (0.68, 1.35)
DENSE_RANGE = (0.58, 1.75)
"""What the truth is divided by the estimate: within these, nine times in ten (docs/accuracy.md)."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """People by one round of looks.

    Attributes
    ----------
    people : float
    boxed : float
        Those of them whom boxes carry.
    least : int
        People who were surely found.
    method : Method
    grid : ndarray of float32, shape (rows, columns)
        People per cell; the sum is `people`.
    density : float
        People by density alone.
    """

    people: float
    boxed: float
    least: int
    method: Method
    grid: Grid
    density: float = 0.0

    def times(self, factor: float) -> "Estimate":
        """Return the same estimate of so many times the people."""
        return replace(self, people=self.people * factor, boxed=self.boxed * factor, grid=self.grid * factor)

    @property
    def dense(self) -> bool:
        """Whether density carries a part of it."""
        return self.method is not Method.BOXES

    def figure(self, people: float, count: int, surely: int) -> CrowdFigure:
        """Return the estimate with its range.

        Parameters
        ----------
        people : float
            What the estimate is after smoothing.
        count : int
            People who are tracked.
        surely : int
            The least of them who are there, however doubtful single ones are.
        """
        share = min(1.0, self.boxed / self.people) if self.people > 0 else 1.0
        low, high = (share * a + (1 - share) * b for a, b in zip(BOXED_RANGE, DENSE_RANGE, strict=True))
        people = max(people, float(count))
        least = min(max(int(people * low), surely, self.least), int(people))
        return CrowdFigure(people, least, int(np.ceil(people * high)) + 1, self.method)


def chances(found: Detections) -> NDArray[np.float64]:
    """Probability, shape (n,), that each of the merged boxes is a person."""
    return np.clip((found.scores - NOBODY) / (SURELY - NOBODY), 0.0, 1.0)


def likely_people(found: Detections, height: int) -> NDArray[np.float64]:
    """People, shape (n,), whom each of the merged boxes stands for in a frame of this height, pixels."""
    tall = (found.xyxy[:, 3] - found.xyxy[:, 1]) / height
    return chances(found) * np.interp(tall, (FAR, NEAR), (1.0, ONCE))


def merge(looks: list[Detections]) -> Detections:
    """Put together what several looks at one frame found: each person once, the best box of each."""
    boxes = np.vstack([look.xyxy for look in looks])
    scores = np.concatenate([look.scores for look in looks])
    kept = suppress(boxes, scores, SAME)
    boxes, scores = boxes[kept], scores[kept]
    area = areas(boxes)
    ratio = area[:, None] / np.maximum(area[None], 1e-9)
    double = (coverage(boxes, boxes) > WITHIN) & (ratio < ALIKE) & (ratio > 1 / ALIKE)
    # Best first: a box is a double of a better one that is kept.
    alone = np.ones(len(scores), bool)
    for row in range(1, len(scores)):
        alone[row] = not (double[row, :row] & alone[:row]).any()
    return Detections(boxes[alone], scores[alone])


def grid_shape(height: int, width: int) -> tuple[int, int]:
    """Rows and columns of the grid of a frame of this size."""
    longer = max(height, width)
    return max(1, round(CELLS * height / longer)), max(1, round(CELLS * width / longer))


def estimate(found: Detections, maps: list[Grid], height: int, width: int) -> Estimate:
    """Return how many people a frame shows.

    Parameters
    ----------
    found : Detections
        Of all looks, each person once, pixels.
    maps : list of ndarray, each of shape (rows, columns)
        People per cell as density networks see them, at several scales; empty where boxes have to do.
    height, width : int
        Of the frame, pixels.
    """
    shape = grid_shape(height, width)
    boxed = _place(found.xyxy, likely_people(found, height), shape, height, width)
    least = int((found.scores >= CERTAIN).sum())
    if not maps:
        people = float(boxed.sum())
        return Estimate(people, people, least, Method.BOXES, boxed)
    dense = _dense(maps, shape)
    chosen = _regions(dense) > _regions(boxed)
    grid = np.where(chosen, dense, boxed)
    by_boxes = float(boxed[~chosen].sum())
    with_density = Method.MIXED if by_boxes >= 1.0 else Method.DENSITY
    method = with_density if chosen.any() else Method.BOXES
    return Estimate(float(grid.sum()), by_boxes, least, method, grid, float(dense.sum()))


def _place(boxes_xyxy: NDArray[np.float64], people: NDArray[np.float64], shape: tuple[int, int], *size: int) -> Grid:
    """Put the people of boxes where their feet are."""
    rows, columns = shape
    height, width = size
    grid = np.zeros(shape, np.float32)
    column = np.clip((boxes_xyxy[:, 0] + boxes_xyxy[:, 2]) / 2 / width * columns, 0, columns - 1).astype(int)
    row = np.clip(boxes_xyxy[:, 3] / height * rows, 0, rows - 1).astype(int)
    np.add.at(grid, (row, column), people.astype(np.float32))
    return grid


def _dense(maps: list[Grid], shape: tuple[int, int]) -> Grid:
    """People per cell by density: in each region the scale that finds most, since a wrong scale misses heads."""
    grids = np.stack([_resize(np.maximum(one - FLOOR, 0.0), shape) for one in maps])
    regions = np.stack([_regions(grid) for grid in grids])
    best = np.take_along_axis(grids, regions.argmax(axis=0)[None], axis=0)[0]
    grid: Grid = (best * MISSED).astype(np.float32)
    return grid


def _resize(density: Grid, shape: tuple[int, int]) -> Grid:
    """Bring a density map to another grid; the sum stays."""
    rows, columns = shape
    shrinks = density.shape[0] > rows
    resized = cv2.resize(density, (columns, rows), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    total = float(resized.sum())
    return np.asarray(resized * (float(density.sum()) / total) if total > 0 else resized, np.float32)


def _regions(grid: Grid) -> Grid:
    """The people of each cell's region, shape (rows, columns)."""
    rows, columns = grid.shape
    tall, wide = -(-rows // REGION), -(-columns // REGION)
    padded = np.zeros((tall * REGION, wide * REGION), np.float32)
    padded[:rows, :columns] = grid
    sums = padded.reshape(tall, REGION, wide, REGION).sum(axis=(1, 3))
    spread: Grid = np.repeat(np.repeat(sums, REGION, axis=0), REGION, axis=1)[:rows, :columns]
    return spread
