"""How a frame of one format lies to frames of another, of the same camera: 16:9, 4:3, portrait."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.core.geometry import PointNorm

XyxyNorm = tuple[float, float, float, float]
"""left, top, right, bottom; each 0..1 of the frame as displayed."""
Affine = tuple[float, float, float, float, float, float]
"""a, b, c, d, e, f: the point (x, y) goes to (a·x + b·y + c, d·x + e·y + f); both normalised, each to its own frame."""
SAME: Affine = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
Matrix = NDArray[np.float64]

SAME_SHAPE = 0.02
"""How far the sides of two frames of one format may be apart: they are rounded to whole pixels."""


@dataclass(frozen=True, slots=True)
class View:
    """What vision says of a frame whose format is not the one that it saw first.

    Attributes
    ----------
    width, height : int
        Of the frames of the first format, pixels.
    affine : Affine
        From the first format to this frame.
    fits : bool
        Whether the pictures show how they lie to each other; else `affine` leaves everything where it is.
    """

    width: int
    height: int
    affine: Affine
    fits: bool


def same_shape(one: float, other: float) -> bool:
    """Whether two aspect ratios, width over height, are of one format."""
    return abs(one / other - 1) < SAME_SHAPE


def map_points(affine: Affine, points_norm: Sequence[PointNorm]) -> tuple[PointNorm, ...]:
    """Return where the points go."""
    a, b, c, d, e, f = affine
    return tuple((a * x + b * y + c, d * x + e * y + f) for x, y in points_norm)


def map_box(affine: Affine, box_norm: XyxyNorm) -> XyxyNorm:
    """Return the upright box around where a box goes; after quarter turns, shifts and stretches it is exact."""
    left, top, right, bottom = box_norm
    corners = map_points(affine, ((left, top), (right, top), (right, bottom), (left, bottom)))
    xs, ys = zip(*corners, strict=True)
    return (min(xs), min(ys), max(xs), max(ys))


def as_matrix(affine: Affine) -> Matrix:
    """Return the map as a matrix of shape (3, 3)."""
    return np.array([affine[:3], affine[3:], (0.0, 0.0, 1.0)])


def as_affine(matrix: Matrix) -> Affine:
    """Return a matrix of shape (3, 3) or (2, 3) as a map."""
    a, b, c, d, e, f = matrix[:2].ravel().tolist()
    return (a, b, c, d, e, f)


def inverse(affine: Affine) -> Affine:
    """Return the way back."""
    back = np.linalg.inv(as_matrix(affine))
    return as_affine(back.astype(np.float64))


def chain(first: Affine, second: Affine) -> Affine:
    """Return the map that does one after the other."""
    return as_affine(as_matrix(second) @ as_matrix(first))
