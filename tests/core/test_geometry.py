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
    st.lists(point, min_size=3, max_size=10, unique=True), st.lists(point, min_size=1, max_size=20), st.floats(0.3, 3)
)
def test_distances_are_those_of_opencv(corners: list[PointNorm], points: list[PointNorm], scale_x: float) -> None:
    assume(is_simple(corners))
    scaled = np.array(points) * (scale_x, 1)
    triangle = [(0.1, 0.1), (0.7, 0.2), (0.3, 0.9)]  # with fewer corners than most, so that it is padded
    ours = PolygonFields([triangle, corners, [*SQUARE, *OCTAGON]], scale_x).distance(scaled, np.ones(len(points), int))
    contour = (np.array(corners) * (scale_x, 1)).astype(np.float32).reshape(-1, 1, 2)
    theirs = [cv2.pointPolygonTest(contour, (float(x), float(y)), True) for x, y in scaled]
    assert ours == pytest.approx(theirs, abs=1e-5)
