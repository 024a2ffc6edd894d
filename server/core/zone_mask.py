"""How much of each cell of a crowd's grid lies inside a zone."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from server.core.geometry import PointNorm, PolygonFields
from server.core.view import SAME, Affine, inverse, map_box

Mask = NDArray[np.float32]
"""(rows, columns): the part of each cell that is inside, 0..1; read-only."""

KEPT = 1024
"""Masks that are kept: of twenty streams with fifty zones, 16 KB each."""


@lru_cache(KEPT)
def zone_mask(points_norm: tuple[PointNorm, ...], rows: int, columns: int, affine: Affine = SAME) -> Mask:
    """Return the mask of a simple polygon, exact to rounding however small or slanted the polygon is.

    The part of a cell that is inside does not depend on the frame's shape. Zones that share an edge share its cells, so
    the masks of zones that tile the frame add up to one.

    Parameters
    ----------
    points_norm : tuple of PointNorm
        Corners, normalised. What is drawn to within `geometry.BORDER` of the frame's border lies on it.
    rows, columns : int
        Shape of the grid, which covers the whole frame.
    affine : Affine
        From where the polygon was drawn to the frame.
    """
    row, column = np.divmod(np.arange(rows * columns), columns)
    left, top = column / columns, row / rows
    cells = np.stack([left, top, left + 1 / columns, top + 1 / rows], axis=1)
    if affine != SAME:
        back = inverse(affine)
        cells = np.array([map_box(back, (x0, y0, x1, y1)) for x0, y0, x1, y1 in cells.tolist()])
    sizes = (cells[:, 2] - cells[:, 0]) * (cells[:, 3] - cells[:, 1])
    covered = PolygonFields([points_norm], 1.0).covered(cells, np.zeros(len(cells), np.intp))
    mask: Mask = np.clip(covered / sizes, 0.0, 1.0).reshape(rows, columns).astype(np.float32)
    mask.setflags(write=False)
    return mask


def union_mask(zones: Iterable[Sequence[PointNorm]], rows: int, columns: int, *, affine: Affine = SAME) -> Mask:
    """Return the mask of what lies in any of these zones: people in two of them count once.

    Of a cell that several zones share in part, the largest part counts.
    """
    masks = [zone_mask(tuple(points), rows, columns, affine) for points in zones]
    return np.maximum.reduce(masks) if masks else np.zeros((rows, columns), np.float32)
