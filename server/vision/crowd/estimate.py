"""Estimation of the number of people, its range and its distribution, from detections and density."""

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
"""Side of a region, in cells. In each region, the larger of both estimates is used."""
DUPLICATE_IOU, DUPLICATE_COVERAGE, MAX_AREA_RATIO = 0.55, 0.85, 4.0
"""Boxes of several looks are duplicates if their IoU exceeds `DUPLICATE_IOU`. They also are if their coverage exceeds
`DUPLICATE_COVERAGE` and their areas differ by a factor below `MAX_AREA_RATIO`."""
ZERO_SCORE, FULL_SCORE = 0.05, 0.35
"""Scores in closer looks that map to probabilities 0 and 1 of being a person; linear in between."""
CERTAIN_SCORE = 0.6
"""Score in closer looks of certain people, whose number is a lower bound for the range."""
FAR_HEIGHT, NEAR_HEIGHT, NEAR_WEIGHT = 0.1, 0.4, 0.85
"""Heights of people relative to the frame. A box of a far person counts 1. Near people cause additional boxes of
body parts, so each counts `NEAR_WEIGHT`. In seven kinds of scenes the sum is then 0.9 to 1.25 times the people."""
BACKGROUND_DENSITY = 0.02
"""Density per cell that is subtracted as background: foliage, shelves and paving cause as much."""
DENSITY_GAIN = 1.16
"""Factor on the remaining density: the median over 25 photographs of crowds of 164 to 4,633 people."""
DENSE, DENSE_FROM = 1.5, 30.0
"""Factor and offset by which density must exceed detections to override them. In an image that looks packed,
exceeding them is enough."""
BOXED_RANGE = (0.68, 1.35)
DENSE_RANGE = (0.58, 1.75)
"""90 % intervals of the true number relative to the estimate, for detections and for density (docs/accuracy.md)."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """The estimate of one round of looks.

    Attributes
    ----------
    people : float
        Number of people.
    boxed : float
        The part of `people` based on detections.
    least : int
        Number of certain people.
    method : Method
    grid : ndarray of float32, shape (rows, columns)
        People per cell; the sum is `people`.
    density : float
        Number of people by density alone.
    """

    people: float
    boxed: float
    least: int
    method: Method
    grid: Grid
    density: float = 0.0

    def scaled(self, factor: float) -> "Estimate":
        """Return the estimate scaled by a factor."""
        return replace(self, people=self.people * factor, boxed=self.boxed * factor, grid=self.grid * factor)

    @property
    def dense(self) -> bool:
        """Whether density contributes to the estimate."""
        return self.method is not Method.BOXES

    def figure(self, people: float, count: int, confident: int) -> CrowdFigure:
        """Return the estimate with its range.

        Parameters
        ----------
        people : float
            The smoothed estimate.
        count : int
            Number of tracked people, a lower bound for the estimate.
        confident : int
            Lower end of the count's range, a lower bound for the range.
        """
        share = min(1.0, self.boxed / self.people) if self.people > 0 else 1.0
        low, high = (share * a + (1 - share) * b for a, b in zip(BOXED_RANGE, DENSE_RANGE, strict=True))
        people = max(people, float(count))
        least = min(max(int(people * low), confident, self.least), int(people))
        return CrowdFigure(people, least, int(np.ceil(people * high)) + 1, self.method)


def chances(found: Detections) -> NDArray[np.float64]:
    """Return the probability that each merged box is a person, (n,)."""
    return np.clip((found.scores - ZERO_SCORE) / (FULL_SCORE - ZERO_SCORE), 0.0, 1.0)


def likely_people(found: Detections, height: int) -> NDArray[np.float64]:
    """Return how many people each merged box stands for, (n,). `height` is that of the frame, pixels."""
    tall = (found.xyxy[:, 3] - found.xyxy[:, 1]) / height
    return chances(found) * np.interp(tall, (FAR_HEIGHT, NEAR_HEIGHT), (1.0, NEAR_WEIGHT))


def merge(looks: list[Detections]) -> Detections:
    """Merge the detections of several looks at one frame: the best box of each person."""
    boxes = np.vstack([look.xyxy for look in looks])
    scores = np.concatenate([look.scores for look in looks])
    kept = suppress(boxes, scores, DUPLICATE_IOU)
    boxes, scores = boxes[kept], scores[kept]
    area = areas(boxes)
    ratio = area[:, None] / np.maximum(area[None], 1e-9)
    double = (coverage(boxes, boxes) > DUPLICATE_COVERAGE) & (ratio < MAX_AREA_RATIO) & (ratio > 1 / MAX_AREA_RATIO)
    # Boxes are sorted by score: compare each with the better ones that remain.
    alone = np.ones(len(scores), bool)
    for row in range(1, len(scores)):
        alone[row] = not (double[row, :row] & alone[:row]).any()
    return Detections(boxes[alone], scores[alone])


def grid_shape(height: int, width: int) -> tuple[int, int]:
    """Return rows and columns of the grid for a frame of this size."""
    longer = max(height, width)
    return max(1, round(CELLS * height / longer)), max(1, round(CELLS * width / longer))


def estimate(found: Detections, maps: list[Grid], height: int, width: int) -> Estimate:
    """Estimate the number of people in a frame.

    Parameters
    ----------
    found : Detections
        Merged detections of all looks, pixels.
    maps : list of ndarray, each of shape (rows, columns)
        Density maps at several scales, people per cell; empty to use detections only.
    height, width : int
        Size of the frame, pixels.
    """
    shape = grid_shape(height, width)
    boxed = _place(found.xyxy, likely_people(found, height), shape, height, width)
    least = int((found.scores >= CERTAIN_SCORE).sum())
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
    """Add the people of boxes to the grid cells of their feet."""
    rows, columns = shape
    height, width = size
    grid = np.zeros(shape, np.float32)
    column = np.clip((boxes_xyxy[:, 0] + boxes_xyxy[:, 2]) / 2 / width * columns, 0, columns - 1).astype(int)
    row = np.clip(boxes_xyxy[:, 3] / height * rows, 0, rows - 1).astype(int)
    np.add.at(grid, (row, column), people.astype(np.float32))
    return grid


def _dense(maps: list[Grid], shape: tuple[int, int]) -> Grid:
    """Return people per cell by density, using in each region the scale that finds most: a wrong scale misses heads."""
    grids = np.stack([_resize(np.maximum(one - BACKGROUND_DENSITY, 0.0), shape) for one in maps])
    regions = np.stack([_regions(grid) for grid in grids])
    best = np.take_along_axis(grids, regions.argmax(axis=0)[None], axis=0)[0]
    grid: Grid = (best * DENSITY_GAIN).astype(np.float32)
    return grid


def _resize(density: Grid, shape: tuple[int, int]) -> Grid:
    """Resample a density map to another grid; the sum is preserved."""
    rows, columns = shape
    shrinks = density.shape[0] > rows
    resized = cv2.resize(density, (columns, rows), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    total = float(resized.sum())
    return np.asarray(resized * (float(density.sum()) / total) if total > 0 else resized, np.float32)


def _regions(grid: Grid) -> Grid:
    """Return the number of people in each cell's region, shape (rows, columns)."""
    rows, columns = grid.shape
    tall, wide = -(-rows // REGION), -(-columns // REGION)
    padded = np.zeros((tall * REGION, wide * REGION), np.float32)
    padded[:rows, :columns] = grid
    sums = padded.reshape(tall, REGION, wide, REGION).sum(axis=(1, 3))
    spread: Grid = np.repeat(np.repeat(sums, REGION, axis=0), REGION, axis=1)[:rows, :columns]
    return spread
