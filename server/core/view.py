"""Mappings between frames of one camera in different formats: 16:9, 4:3, portrait."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.core.geometry import PointNorm

XyxyNorm = tuple[float, float, float, float]
"""left, top, right, bottom; each 0..1 of the frame as displayed."""
Affine = tuple[float, float, float, float, float, float]
"""a, b, c, d, e, f map (x, y) to (a·x + b·y + c, d·x + e·y + f); both normalised, each to its own frame."""
IDENTITY: Affine = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
Matrix = NDArray[np.float64]

ASPECT_TOLERANCE = 0.02
"""Relative tolerance for aspect ratios of one format: sides are rounded to whole pixels."""


@dataclass(frozen=True, slots=True)
class View:
    """The mapping from the stream's first format to a frame of another format.

    Attributes
    ----------
    width, height : int
        Size of frames of the first format, pixels.
    affine : Affine
        Mapping from the first format to this frame.
    fits : bool
        Whether image registration succeeded; otherwise `affine` is the identity.
    """

    width: int
    height: int
    affine: Affine
    fits: bool


def same_shape(one: float, other: float) -> bool:
    """Return whether two aspect ratios (width / height) belong to one format."""
    return abs(one / other - 1) < ASPECT_TOLERANCE


def map_points(affine: Affine, points_norm: Sequence[PointNorm]) -> tuple[PointNorm, ...]:
    """Return the mapped points."""
    a, b, c, d, e, f = affine
    return tuple((a * x + b * y + c, d * x + e * y + f) for x, y in points_norm)


def map_box(affine: Affine, box_norm: XyxyNorm) -> XyxyNorm:
    """Return the bounding box of the mapped box; exact for quarter turns, translations and scaling."""
    left, top, right, bottom = box_norm
    corners = map_points(affine, ((left, top), (right, top), (right, bottom), (left, bottom)))
    xs, ys = zip(*corners, strict=True)
    return (min(xs), min(ys), max(xs), max(ys))


def as_matrix(affine: Affine) -> Matrix:
    """Return the affine map as a matrix of shape (3, 3)."""
    return np.array([affine[:3], affine[3:], (0.0, 0.0, 1.0)])


def as_affine(matrix: Matrix) -> Affine:
    """Return a matrix of shape (3, 3) or (2, 3) as an affine map."""
    a, b, c, d, e, f = matrix[:2].ravel().tolist()
    return (a, b, c, d, e, f)


def inverse(affine: Affine) -> Affine:
    """Return the inverse map."""
    back = np.linalg.inv(as_matrix(affine))
    return as_affine(back.astype(np.float64))


def compose(first: Affine, second: Affine) -> Affine:
    """Return the composition: `first`, then `second`."""
    return as_affine(as_matrix(second) @ as_matrix(first))
