"""An estimate and its parts."""

from dataclasses import replace
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from server.core.crowd import Crowd, CrowdFigure, Method, people_of
from server.core.zone_mask import zone_mask
from tests.core.test_zone_mask import box

FRAME = box(0, 0, 1, 1)
cells = arrays(np.float32, st.tuples(st.integers(1, 40), st.integers(1, 64)), elements=st.floats(0, 5, width=16))


@st.composite
def crowds(draw: st.DrawFn) -> Crowd:
    grid = draw(cells)
    estimate = float(grid.sum())
    low, high = draw(st.floats(0.1, 1)), draw(st.floats(1, 3))
    return Crowd(CrowdFigure(estimate, int(estimate * low), ceil(estimate * high), Method.MIXED), 1, grid)


@given(crowds(), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_the_parts_add_up_to_the_frame(there: Crowd, x: float, y: float) -> None:
    zones = [box(0, 0, x, y), box(x, 0, 1, y), box(0, y, x, 1), box(x, y, 1, 1)]
    parts = [there.part(zone_mask(zone, *there.grid.shape)) for zone in zones]
    assert sum(part.estimate for part in parts) == pytest.approx(there.figure.estimate, rel=1e-4, abs=1e-4)


@given(crowds(), st.tuples(*[st.floats(0, 0.9)] * 2), st.floats(0.001, 0.5), st.integers(0, 300))
def test_the_estimate_lies_in_its_range_and_people_who_are_seen_are_there(
    there: Crowd, corner: tuple[float, float], size: float, seen: int
) -> None:
    x, y = corner
    part = there.part(zone_mask(box(x, y, min(1, x + size), min(1, y + size)), *there.grid.shape), seen)
    assert 0 <= seen <= part.low <= part.estimate <= part.high


@given(crowds())
def test_the_part_that_is_all_of_the_frame_is_the_frame(there: Crowd) -> None:
    part = there.part(zone_mask(FRAME, *there.grid.shape))
    assert part.estimate == pytest.approx(there.figure.estimate, rel=1e-5)
    if there.figure.estimate > 1:
        assert abs(part.low - there.figure.low) <= 1
        assert abs(part.high - there.figure.high) <= 1


def test_a_smaller_part_is_less_certain() -> None:
    there = Crowd(CrowdFigure(400.0, 360, 440, Method.DENSITY), 1, np.full((10, 20), 2.0, np.float32))
    whole, tenth = (there.part(zone_mask(zone, 10, 20)) for zone in (FRAME, box(0, 0, 0.1, 1)))
    assert (whole.low, whole.high) == (360, 440)
    assert tenth.estimate == pytest.approx(40)
    assert (tenth.high - tenth.low) / 40 > 2 * (whole.high - whole.low) / 400


def test_the_number_shown_is_the_estimate_where_there_is_one() -> None:
    assert people_of(12, None) == 12.0
    assert people_of(12, CrowdFigure(28.4, 20, 40, Method.MIXED)) == 28.4


def test_a_zone_of_the_whole_frame_has_its_range_although_cells_are_rounded() -> None:
    grid = np.random.default_rng(3).random((36, 64), np.float32)
    grid *= np.float32(421.3 / grid.sum(dtype=np.float64))
    there = Crowd(CrowdFigure(421.3 * (1 + 1e-6), 244, 739, Method.DENSITY), 1, grid)
    part = there.part(zone_mask(FRAME, *grid.shape))
    assert (part.low, part.high) == (244, 739)


@given(crowds())
def test_crowds_are_equal_when_figure_version_and_cells_are(there: Crowd) -> None:
    assert there == replace(there, grid=there.grid.copy())
    assert there != replace(there, version=2)
    assert there != replace(there, grid=there.grid + 1)
    with pytest.raises(TypeError, match="unhashable"):
        hash(there)
