"""Points, segments and simple polygons.

Shapes have normalised coordinates. Distances are in frame heights: x is first multiplied by the aspect ratio
(`scale_x`), so that a circle in the image stays a circle.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

PointNorm = tuple[float, float]
"""x, y; each 0..1 of the frame as displayed."""
Points = NDArray[np.float64]
"""Shape (n, 2)."""
BORDER = 1e-3
"""Distance to the frame border, as a fraction of the frame, below which a point lies on the border."""


def _orientation(a: PointNorm, b: PointNorm, c: PointNorm) -> float:
    """Return twice the signed area of the triangle; 0 for collinear points."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _on_segment(a: PointNorm, b: PointNorm, p: PointNorm) -> bool:
    """Return whether `p`, collinear with a and b, lies between them."""
    return min(a[0], b[0]) <= p[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= p[1] <= max(a[1], b[1])


def segments_touch(a: PointNorm, b: PointNorm, c: PointNorm, d: PointNorm) -> bool:
    """Return whether the closed segments a-b and c-d share a point (orientation test; Cormen et al., ch. 33.1)."""
    o1, o2, o3, o4 = _orientation(c, d, a), _orientation(c, d, b), _orientation(a, b, c), _orientation(a, b, d)
    if ((o1 > 0) != (o2 > 0)) and ((o3 > 0) != (o4 > 0)) and 0 not in (o1, o2, o3, o4):
        return True
    return (
        (o1 == 0 and _on_segment(c, d, a))
        or (o2 == 0 and _on_segment(c, d, b))
        or (o3 == 0 and _on_segment(a, b, c))
        or (o4 == 0 and _on_segment(a, b, d))
    )


def is_simple(points: Sequence[PointNorm]) -> bool:
    """Return whether the closed polygon neither crosses nor touches itself and has no duplicate point."""
    n = len(points)
    if n < 3 or len(set(points)) < n:
        return False
    edges = [(points[i], points[(i + 1) % n]) for i in range(n)]
    for i in range(n):
        for j in range(i + 1, n):
            shared = (j - i) in (1, n - 1)
            if not shared and segments_touch(*edges[i], *edges[j]):
                return False
            if shared and _folds_back(edges[i], edges[j]):
                return False
    return True


def _folds_back(first: tuple[PointNorm, PointNorm], second: tuple[PointNorm, PointNorm]) -> bool:
    """Return whether two edges with a common corner overlap."""
    corner = first[1] if first[1] in second else first[0]
    a = first[0] if first[1] == corner else first[1]
    b = second[0] if second[1] == corner else second[1]
    towards = (a[0] - corner[0]) * (b[0] - corner[0]) + (a[1] - corner[1]) * (b[1] - corner[1])
    return _orientation(corner, a, b) == 0 and towards > 0


def area(points: Sequence[PointNorm]) -> float:
    """Return the area of a simple polygon, in squared coordinate units (shoelace formula)."""
    x, y = np.asarray(points, float).T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


class PolygonFields:
    """Signed distances to polygon outlines and covered box areas, vectorised over many points.

    An edge along the frame border is not an outline: boxes truncated by the frame end exactly there.

    Parameters
    ----------
    polygons_norm : sequence of sequences of PointNorm
        Corners of simple polygons.
    scale_x : float
        Frame width over frame height.
    """

    def __init__(self, polygons_norm: Sequence[Sequence[PointNorm]], scale_x: float) -> None:
        most = max(len(corners) for corners in polygons_norm)
        # Pad with the last corner, so that all polygons have equally many; edges of length 0 change nothing.
        padded = [[*corners, *[corners[-1]] * (most - len(corners))] for corners in polygons_norm]
        norm = np.asarray(padded, float)
        norm = np.where(norm < BORDER, 0.0, np.where(norm > 1 - BORDER, 1.0, norm))
        corners = norm * (scale_x, 1.0)
        following = np.roll(corners, -1, axis=1)
        edge = following - corners
        self._open = np.where(_along_border(norm), np.inf, 0.0)
        self._size = np.array([scale_x, 1.0])
        self._low, self._high = corners.min(axis=1)[:, None], corners.max(axis=1)[:, None]
        self._x, self._y = corners[..., 0], corners[..., 1]
        self._ex, self._ey = edge[..., 0], edge[..., 1]
        self._length2 = np.maximum((edge**2).sum(axis=2), 1e-18)
        # Not from + edge: rounding could make a ray miss a corner at its own height, or hit it twice.
        self._to_y = following[..., 1]
        self._slope = self._ex / np.where(self._ey == 0, 1e-18, self._ey)

    def near(self, low: NDArray[np.float64], high: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return index pairs (polygons, rectangles) of rectangles that touch a polygon's bounding box.

        Parameters
        ----------
        low, high : NDArray
            (polygons or 1, n, 2): top left and bottom right corners, already scaled by `scale_x`.
        """
        touching = (low <= self._high) & (high >= self._low)
        polygons, rectangles = np.nonzero(touching[..., 0] & touching[..., 1])
        return polygons, rectangles

    def distance(self, points: Points, polygons: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the distance of each point to its polygon's outline, in frame heights; positive inside.

        It is infinite for a polygon that covers the whole frame and so has no outline.

        Parameters
        ----------
        points : Points
            Already scaled by `scale_x`.
        polygons : NDArray
            (n,): the index of each point's polygon.
        """
        px, py = self._off_border(points).T[:, :, None]
        from_y, ex, ey = self._y[polygons], self._ex[polygons], self._ey[polygons]
        dx, dy = px - self._x[polygons], py - from_y
        along = np.minimum(np.maximum((dx * ex + dy * ey) / self._length2[polygons], 0), 1)
        nearest2 = ((dx - along * ex) ** 2 + (dy - along * ey) ** 2 + self._open[polygons]).min(axis=1)
        # Even-odd rule: count the edges to the right of the point.
        spans = (from_y > py) != (self._to_y[polygons] > py)
        inside = np.logical_xor.reduce(spans & (dx < dy * self._slope[polygons]), axis=1)
        signed: NDArray[np.float64] = np.where(inside, 1.0, -1.0) * np.sqrt(nearest2)
        return signed

    def _off_border(self, points: Points) -> Points:
        """Move points on the frame border slightly inside; points beyond it are outside the frame and stay."""
        reach = BORDER * self._size
        moved: Points = np.clip(points, reach / 2, self._size - reach / 2)
        return np.where(np.abs(moved - points) <= reach, moved, points)

    def covered(self, boxes: NDArray[np.float64], polygons: NDArray[np.intp]) -> NDArray[np.float64]:
        """Area of the part of each box that its polygon covers, square frame heights; exact.

        What lies below an edge and inside the box is a clamped line, integrated; edges to the right add it and edges to
        the left take it away (Green's theorem).

        Parameters
        ----------
        boxes : NDArray
            (n, 4) left, top, right, bottom, already scaled by `scale_x`.
        polygons : NDArray
            (n,): the index of each box's polygon.
        """
        left, top, right, bottom = (boxes[:, side, None] for side in range(4))
        x, y, ex = self._x[polygons], self._y[polygons], self._ex[polygons]
        rise = self._ey[polygons] / np.where(ex == 0, 1, ex)
        begin, end = np.clip(x, left, right), np.clip(x + ex, left, right)
        height = bottom - top
        low, high = y + rise * (begin - x) - top, y + rise * (end - x) - top
        change = high - low
        steep = np.abs(change) > 1e-9
        middle = np.clip((low + high) / 2, 0, height)
        means = np.where(steep, (_ramp(high, height) - _ramp(low, height)) / np.where(steep, change, 1), middle)
        area_: NDArray[np.float64] = np.abs((means * (end - begin)).sum(axis=1))
        return area_


def _along_border(corners_norm: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which edges, from each corner to the next, lie on the frame border; (polygons, corners)."""
    sides = np.concatenate([corners_norm == 0.0, corners_norm == 1.0], axis=2)
    along: NDArray[np.bool_] = (sides & np.roll(sides, -1, axis=1)).any(axis=2)
    return along


def _ramp(value: NDArray[np.float64], top: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the integral from 0 to `value` of the identity clamped to 0..top."""
    inside = np.clip(value, 0, top)
    ramp: NDArray[np.float64] = inside**2 / 2 + top * np.maximum(value - top, 0)
    return ramp
