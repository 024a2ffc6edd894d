"""Geometry of boxes, against what can be seen by eye and a slow reference."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.vision.boxes import areas, coverage, intersections, iou, suppress

SQUARE = [0.0, 0.0, 10.0, 10.0]


@pytest.mark.parametrize(
    ("other", "shared", "over_union", "covered"),
    [
        ([0.0, 0.0, 10.0, 10.0], 100, 1.0, 1.0),
        ([5.0, 0.0, 15.0, 10.0], 50, 50 / 150, 0.5),
        ([2.0, 2.0, 4.0, 4.0], 4, 0.04, 1.0),
        ([10.0, 0.0, 20.0, 10.0], 0, 0.0, 0.0),
        ([30.0, 30.0, 40.0, 40.0], 0, 0.0, 0.0),
    ],
)
def test_two_boxes(other: list[float], shared: float, over_union: float, covered: float) -> None:
    a, b = np.array([SQUARE]), np.array([other])
    assert intersections(a, b)[0, 0] == shared
    assert iou(a, b)[0, 0] == pytest.approx(over_union)
    assert coverage(b, a)[0, 0] == pytest.approx(covered)


def test_nothing_has_no_pairs() -> None:
    none, one = np.zeros((0, 4)), np.array([SQUARE])
    assert iou(none, one).shape == (0, 1)
    assert coverage(one, none).shape == (1, 0)
    assert len(suppress(none, np.zeros(0), 0.5)) == 0


sides = st.tuples(st.floats(0, 100), st.floats(0, 100), st.floats(1, 60), st.floats(1, 60), st.integers(1, 1000))


@given(st.lists(sides, max_size=30, unique_by=lambda row: row[4]), st.floats(0.1, 0.9))
def test_suppression_keeps_exactly_the_best(rows: list[tuple[float, ...]], most: float) -> None:
    values = np.array(rows).reshape(-1, 5)
    boxes = np.hstack([values[:, :2], values[:, :2] + values[:, 2:4]])
    values[:, 4] /= 1000
    kept = suppress(boxes, values[:, 4], most).tolist()
    expected: list[int] = []
    for index in np.argsort(-values[:, 4], kind="stable").tolist():
        if all(iou(boxes[[index]], boxes[[better]])[0, 0] <= most for better in expected):
            expected.append(index)
    assert kept == expected
    assert np.all(areas(boxes) > 0)
