"""The ground plane: mapping from points of the frame to metres."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import dist, isfinite

import numpy as np
from numpy.typing import NDArray

from server.core.errors import CodedError
from server.core.geometry import PointNorm, Points, area, is_simple

MAX_METRES = 10_000.0

# Upper limits of people per m² for levels of service A to E of a standing crowd; F is above (J. Fruin, Pedestrian
# Planning and Design, 1971, queuing: 1.21, 0.93, 0.65, 0.28 and 0.19 m² a person).
FRUIN = (("A", 0.83), ("B", 1.08), ("C", 1.54), ("D", 3.57), ("E", 5.26))


class GroundError(CodedError):
    """An invalid calibration."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Reference points of the frame with known ground coordinates.

    Attributes
    ----------
    points_norm : tuple of PointNorm
        Two points (a known length) or four (a known quadrangle), normalised.
    metres : tuple of (float, float)
        The ground coordinates of these points, metres, in any coordinate system that is not mirrored.

    Raises
    ------
    GroundError
        ``BAD_CALIBRATION`` for a wrong number of points, or coordinates that do not define a plane.
    """

    points_norm: tuple[PointNorm, ...]
    metres: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        if len(self.points_norm) != len(self.metres) or len(self.metres) not in (2, 4):
            raise GroundError("BAD_CALIBRATION", "A calibration has two or four points, each with its place in metres.")
        if not all(isfinite(v) and 0 <= v <= 1 for point in self.points_norm for v in point):
            raise GroundError("BAD_CALIBRATION", "Points lie between 0 and 1 of the frame.")
        if not all(isfinite(v) and abs(v) <= MAX_METRES for place in self.metres for v in place):
            raise GroundError("BAD_CALIBRATION", f"Places lie within {MAX_METRES:.0f} m.")
        for points in (self.points_norm, self.metres):
            if len(points) == 2 and dist(*points) < 1e-6:
                raise GroundError("BAD_CALIBRATION", "The two points must differ.")
            if len(points) == 4 and not (is_simple(points) and _convex(points)):
                raise GroundError("BAD_CALIBRATION", "The four points must be the corners of a convex shape, in order.")


def _convex(points: Sequence[PointNorm]) -> bool:
    corners = np.asarray(points, float)
    edges = np.roll(corners, -1, axis=0) - corners
    following = np.roll(edges, -1, axis=0)
    turns = edges[:, 0] * following[:, 1] - edges[:, 1] * following[:, 0]
    return bool((turns > 1e-9).all() or (turns < -1e-9).all())


class Ground:
    """Mapping from points of the frame to metres on the ground.

    Four points define the homography (direct linear transform; Hartley and Zisserman, Multiple View Geometry, 4.1). Two
    points define one scale for the whole frame, which is exact only for a camera that looks straight down.

    Parameters
    ----------
    calibration : Calibration
    scale_x : float
        Frame width over frame height.
    """

    def __init__(self, calibration: Calibration, scale_x: float) -> None:
        source = np.asarray(calibration.points_norm, float) * (scale_x, 1.0)
        target = np.asarray(calibration.metres, float)
        self._scale_x = scale_x
        self._matrix = _similarity(source, target) if len(source) == 2 else _homography(source, target)

    def to_metres(self, points_norm: Sequence[PointNorm] | Points) -> Points:
        """Return ground coordinates, (n, 2) metres; NaN for points above the horizon."""
        scaled = np.asarray(points_norm, float).reshape(-1, 2) * (self._scale_x, 1.0)
        mapped = np.column_stack([scaled, np.ones(len(scaled))]) @ self._matrix.T
        depth = mapped[:, 2:]
        with np.errstate(divide="ignore", invalid="ignore"):
            places: Points = np.where(depth > 1e-9, mapped[:, :2] / depth, np.nan)
        return places

    def area_m2(self, points_norm: Sequence[PointNorm]) -> float | None:
        """Return the area of a polygon on the ground, m²; None if any corner is above the horizon."""
        places = self.to_metres(points_norm)
        if not np.isfinite(places).all():
            return None
        return area([(float(x), float(y)) for x, y in places])


def _similarity(source: Points, target: Points) -> NDArray[np.float64]:
    """Return the rotation, scale and translation that map two points to two points, without reflection; (3, 3)."""
    a, b = (complex(*p) for p in source)
    c, d = (complex(*p) for p in target)
    factor = (d - c) / (b - a)
    shift = c - factor * a
    return np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag], [0.0, 0.0, 1.0]])


def _homography(source: Points, target: Points) -> NDArray[np.float64]:
    """Return the homography defined by four points, positive in front of the camera; (3, 3).

    The element fixed to 1 is the depth at the centroid of the points, which cannot lie on the horizon. At a
    corner of the frame the depth may be 0.

    Raises
    ------
    GroundError
        ``BAD_CALIBRATION`` if no camera can see the points like this.
    """
    middle = source.mean(axis=0)
    rows, right = [], []
    for (x, y), (u, v) in zip(source - middle, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    try:
        matrix = np.append(np.linalg.solve(np.array(rows), np.array(right)), 1.0).reshape(3, 3)
    except np.linalg.LinAlgError as error:
        raise GroundError("BAD_CALIBRATION", "The four points do not make a plane.") from error
    matrix[:, 2] -= matrix[:, :2] @ middle
    if not (np.column_stack([source, np.ones(4)]) @ matrix[2] > 0).all():
        raise GroundError("BAD_CALIBRATION", "The four points cannot be seen like this by a camera.")
    oriented: NDArray[np.float64] = matrix
    return oriented


def area_on_ground(points_norm: Sequence[PointNorm], calibration: Calibration | None, scale_x: float) -> float | None:
    """Return the area of a polygon, m²; None without a calibration, or if that does not define it."""
    if calibration is None:
        return None
    try:
        return Ground(calibration, scale_x).area_m2(points_norm)
    except GroundError:
        return None


def level_of_service(people_per_m2: float) -> str:
    """Return Fruin's level of service of a standing crowd, ``"A"`` (free flow) to ``"F"`` (jammed)."""
    return next((level for level, limit in FRUIN if people_per_m2 <= limit), "F")
