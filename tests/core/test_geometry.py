"""Points, segments, polygons; checked against another way to compute the same."""

import cv2
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from server.core.geometry import PointNorm, PolygonFields, area, is_simple, segments_touch

SQUARE = [(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)]
OCTAGON = [(0.1, 0.8), (0.1, 0.2), (0.2, 0.1), (0.8, 0.1), (0.9, 0.2), (0.9, 0.8), (0.8, 0.9), (0.2, 0.9)]
coordinate = st.integers(0, 20).map(lambda n: n / 20)
point = st.tuples(coordinate, coordinate)
inner = st.integers(1, 19).map(lambda n: n / 20)
inner_point = st.tuples(inner, inner)


@pytest.mark.parametrize(
    ("points", "simple"),
    [
        (SQUARE, True),
        (SQUARE[::-1], True),
        ([(0, 0), (1, 0), (0, 1)], True),
        ([(0.2, 0.2), (0.8, 0.8), (0.8, 0.2), (0.2, 0.8)], False),  # a bow tie
        ([(0, 0), (1, 0)], False),
        ([(0, 0), (1, 0), (1, 0)], False),
        ([(0, 0), (0.5, 0), (1, 0)], False),  # no area: folds back on itself
        ([(0, 0), (1, 0), (1, 1), (0.5, 0), (0, 1)], False),  # a corner touches an edge
        ([(0, 0), (1, 0), (0.5, 0), (0.5, 1)], False),  # an edge on top of another
        ([(0, 0), (0.5, 0), (1, 0), (1, 1)], True),  # a corner in line is fine
        ([(0, 0), (1, 0), (1, 1), (0.5, 0.2), (0, 1)], True),  # not convex
    ],
)
def test_simple_polygons(points: list[PointNorm], simple: bool) -> None:
    assert is_simple(points) is simple


@pytest.mark.parametrize(
    ("a", "b", "c", "d", "touch"),
    [
        ((0, 0), (1, 1), (0, 1), (1, 0), True),
        ((0, 0), (1, 0), (0, 1), (1, 1), False),
        ((0, 0), (1, 0), (1, 0), (1, 1), True),
        ((0, 0), (1, 0), (0.5, 0), (0.5, 1), True),
        ((0, 0), (0.4, 0), (0.5, 0), (1, 0), False),
        ((0, 0), (0.6, 0), (0.5, 0), (1, 0), True),
    ],
)
def test_touching_segments(a: PointNorm, b: PointNorm, c: PointNorm, d: PointNorm, touch: bool) -> None:
    for one in ((a, b), (b, a)):
        for other in ((c, d), (d, c)):
            assert segments_touch(*one, *other) is touch
            assert segments_touch(*other, *one) is touch


@pytest.mark.parametrize(("points", "expected"), [(SQUARE, 0.36), ([(0, 0), (1, 0), (0, 1)], 0.5)])
def test_area(points: list[PointNorm], expected: float) -> None:
    assert area(points) == pytest.approx(expected)
    assert area(points[::-1]) == pytest.approx(expected)


@given(
    st.lists(inner_point, min_size=3, max_size=10, unique=True),
    st.lists(inner_point, min_size=1, max_size=20),
    st.floats(0.3, 3),
)
def test_distances_are_those_of_opencv(corners: list[PointNorm], points: list[PointNorm], scale_x: float) -> None:
    assume(is_simple(corners))
    scaled = np.array(points) * (scale_x, 1)
    triangle = [(0.1, 0.1), (0.7, 0.2), (0.3, 0.9)]  # with fewer corners than most, so that it is padded
    ours = PolygonFields([triangle, corners, [*SQUARE, *OCTAGON]], scale_x).distance(scaled, np.ones(len(points), int))
    contour = (np.array(corners) * (scale_x, 1)).astype(np.float32).reshape(-1, 1, 2)
    theirs = [cv2.pointPolygonTest(contour, (float(x), float(y)), True) for x, y in scaled]
    assert ours == pytest.approx(theirs, abs=1e-5)


@pytest.mark.parametrize(
    ("corners", "point", "expected"),
    [
        ([(0, 0), (1, 0), (1, 1), (0, 1)], (0.3, 1.0), float("inf")),
        ([(0, 0), (1, 0), (1, 1), (0, 1)], (0.0, 0.0), float("inf")),
        ([(0.2, 0.6), (0.8, 0.6), (0.8, 1), (0.2, 1)], (0.5, 1.0), 0.4),  # to its top; at its sides are 0.6
        ([(0.2, 0.6), (0.8, 0.6), (0.8, 1), (0.2, 1)], (0.1, 1.0), -0.2),
        ([(0.2, 0.6), (0.8, 0.6), (0.8, 0.9995), (0.2, 0.9995)], (0.5, 1.0), 0.4),
        ([(0.2, 0.6), (0.8, 0.6), (0.8, 0.9), (0.2, 0.9)], (0.5, 1.0), -0.1),
        ([(0, 0.6), (0.5, 0.6), (0.5, 1), (0, 1)], (0.0, 0.9), 0.3),
        ([(0, 0.6), (0.5, 0.6), (0.5, 1), (0, 1)], (-0.05, 0.9), -(0.1**0.5)),  # not in the frame
        ([(0.5, 0), (1, 0), (1, 0.5)], (1.0, 0.0), 2 / 5**0.5 / 2),  # a corner of the frame, to the slant
    ],
)
def test_the_border_of_the_frame_is_no_outline(corners: list[PointNorm], point: PointNorm, expected: float) -> None:
    fields = PolygonFields([corners, [*SQUARE, *OCTAGON]], 2.0)
    (found,) = fields.distance(np.array([point]) * (2.0, 1.0), np.zeros(1, int))
    assert found == pytest.approx(expected, abs=2e-3)


@given(
    st.lists(point, min_size=3, max_size=10, unique=True),
    st.lists(inner_point, min_size=1, max_size=20),
    st.floats(0.3, 3),
)
def test_the_border_moves_nobody_to_the_other_side(
    corners: list[PointNorm], points: list[PointNorm], scale_x: float
) -> None:
    assume(is_simple(corners))
    scaled = np.array(points) * (scale_x, 1)
    ours = PolygonFields([corners, [*SQUARE, *OCTAGON]], scale_x).distance(scaled, np.zeros(len(points), int))
    contour = (np.array(corners) * (scale_x, 1)).astype(np.float32).reshape(-1, 1, 2)
    for found, (x, y) in zip(ours, scaled.tolist(), strict=True):
        theirs = cv2.pointPolygonTest(contour, (x, y), True)
        assert abs(found) >= abs(theirs) - 1e-5
        assert abs(theirs) < 1e-5 or (found > 0) == (theirs > 0)


def clipped(corners: list[PointNorm], box: tuple[float, float, float, float]) -> float:
    """Area of the part of a polygon inside a box, side after side of the box (Sutherland and Hodgman)."""
    for axis, limit, sign in ((0, box[0], 1), (1, box[1], 1), (0, box[2], -1), (1, box[3], -1)):
        kept: list[PointNorm] = []
        for n, b in enumerate(corners):
            a = corners[n - 1]
            from_in, to_in = sign * (a[axis] - limit) >= 0, sign * (b[axis] - limit) >= 0
            if from_in != to_in:
                share = (limit - a[axis]) / (b[axis] - a[axis])
                kept.append((a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])))
            if to_in:
                kept.append(b)
        corners = kept
    return area(corners) if len(corners) > 2 else 0.0


@given(
    st.lists(point, min_size=3, max_size=10, unique=True),
    st.lists(st.tuples(*[st.floats(0, 1)] * 4), min_size=1, max_size=8),
    st.floats(0.3, 3),
)
def test_covered_areas_are_those_of_clipping(
    corners: list[PointNorm], spans: list[tuple[float, float, float, float]], scale_x: float
) -> None:
    assume(is_simple(corners))
    boxes = np.array([(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in spans]) * (scale_x, 1, scale_x, 1)
    fields = PolygonFields([[*SQUARE, *OCTAGON], corners], scale_x)
    scaled = [(x * scale_x, y) for x, y in corners]
    expected = [clipped(scaled, tuple(box)) for box in boxes.tolist()]
    assert fields.covered(boxes, np.ones(len(boxes), int)) == pytest.approx(expected, abs=1e-6)
