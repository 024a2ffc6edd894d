"""Zone masks: the fraction of each cell of a density grid that lies inside a zone."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from server.core.geometry import PointNorm, PolygonFields
from server.core.view import IDENTITY, Affine, inverse, map_box

Mask = NDArray[np.float32]
"""(rows, columns): fraction of each cell inside the zone, 0..1; read-only."""

MAX_MASKS = 1024
"""Number of cached masks: 20 streams with 50 zones, 16 KB each."""


@lru_cache(MAX_MASKS)
def zone_mask(points_norm: tuple[PointNorm, ...], rows: int, columns: int, affine: Affine = IDENTITY) -> Mask:
    """Return the mask of a simple polygon, exact up to rounding for polygons of any size and orientation.

    The fraction does not depend on the aspect ratio. Masks of zones that tile the frame add up to one.

    Parameters
    ----------
    points_norm : tuple of PointNorm
        Corners, normalised. Corners within `geometry.BORDER` of the frame border lie on it.
    rows, columns : int
        Shape of the grid, which covers the whole frame.
    affine : Affine
        Mapping from plan to frame coordinates.
    """
    row, column = np.divmod(np.arange(rows * columns), columns)
    left, top = column / columns, row / rows
    cells = np.stack([left, top, left + 1 / columns, top + 1 / rows], axis=1)
    if affine != IDENTITY:
        back = inverse(affine)
        cells = np.array([map_box(back, (x0, y0, x1, y1)) for x0, y0, x1, y1 in cells.tolist()])
    sizes = (cells[:, 2] - cells[:, 0]) * (cells[:, 3] - cells[:, 1])
    covered = PolygonFields([points_norm], 1.0).covered(cells, np.zeros(len(cells), np.intp))
    mask: Mask = np.clip(covered / sizes, 0.0, 1.0).reshape(rows, columns).astype(np.float32)
    mask.setflags(write=False)
    return mask


def union_mask(zones: Iterable[Sequence[PointNorm]], rows: int, columns: int, *, affine: Affine = IDENTITY) -> Mask:
    """Return the mask of the union of these zones, so that people in two of them count once.

    In a cell that several zones cover partly, the largest fraction counts.
    """
    masks = [zone_mask(tuple(points), rows, columns, affine) for points in zones]
    return np.maximum.reduce(masks) if masks else np.zeros((rows, columns), np.float32)
