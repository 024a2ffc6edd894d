"""Which part of a crowd's grid belongs to a zone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.geometry import PointNorm, area
from server.core.zone_mask import union_mask, zone_mask

shapes = st.tuples(st.integers(1, 64), st.integers(1, 64))
inner = st.floats(0.01, 0.99)


def box(left: float, top: float, right: float, bottom: float) -> tuple[PointNorm, ...]:
    return ((left, top), (right, top), (right, bottom), (left, bottom))


@given(shapes, inner, inner)
def test_zones_that_tile_the_frame_share_its_cells(shape: tuple[int, int], x: float, y: float) -> None:
    zones = [box(0, 0, x, y), box(x, 0, 1, y), box(0, y, x, 1), box(x, y, 1, 1)]
    total = sum(zone_mask(zone, *shape).astype(float) for zone in zones)
    np.testing.assert_allclose(total, 1.0, atol=1e-5)


@given(shapes, st.lists(inner, min_size=2, max_size=2), st.lists(inner, min_size=2, max_size=2))
def test_slanted_halves_share_the_cells_too(shape: tuple[int, int], top: list[float], bottom: list[float]) -> None:
    left = ((0.0, 0.0), (top[0], 0.0), (bottom[0], 1.0), (0.0, 1.0))
    right = ((top[0], 0.0), (1.0, 0.0), (1.0, 1.0), (bottom[0], 1.0))
    total = zone_mask(left, *shape).astype(float) + zone_mask(right, *shape)
    np.testing.assert_allclose(total, 1.0, atol=1e-5)


@given(shapes, inner, inner, st.floats(1e-4, 0.4))
def test_the_mask_has_the_area_of_the_zone(shape: tuple[int, int], x: float, y: float, size: float) -> None:
    zone = ((x, y), (min(0.99, x + size), y), (x, min(0.99, y + size)))
    rows, columns = shape
    mask = zone_mask(zone, rows, columns)
    assert mask.min() >= 0
    assert mask.max() <= 1
    assert float(mask.sum()) / (rows * columns) == pytest.approx(area(zone), rel=1e-3, abs=1e-9)


def test_a_zone_smaller_than_a_cell_has_its_part_of_it() -> None:
    mask = zone_mask(box(0.41, 0.61, 0.42, 0.63), 4, 4)
    assert mask[2, 1] == pytest.approx(0.01 * 0.02 * 16, rel=1e-4)
    assert np.count_nonzero(mask) == 1


@pytest.mark.parametrize("zone", [box(0.0005, 0.0005, 0.9995, 0.9995), box(0, 0, 1, 1), box(-0.2, -0.1, 1.3, 1.1)])
def test_what_reaches_the_border_takes_all_of_it(zone: tuple[PointNorm, ...]) -> None:
    np.testing.assert_allclose(zone_mask(zone, 9, 16), 1.0)


@pytest.mark.parametrize("zone", [box(1.1, 0.2, 1.4, 0.8), box(0.2, -0.8, 0.4, -0.1)])
def test_what_lies_outside_the_frame_has_nobody(zone: tuple[PointNorm, ...]) -> None:
    assert not zone_mask(zone, 9, 16).any()


def test_a_mask_is_made_once_and_cannot_be_changed() -> None:
    mask = zone_mask(box(0, 0, 0.5, 1), 9, 16)
    assert zone_mask(box(0, 0, 0.5, 1), 9, 16) is mask
    with pytest.raises(ValueError, match="read-only"):
        mask[0, 0] = 0.5


def test_what_lies_in_two_zones_is_in_their_union_once() -> None:
    halves = [box(0, 0, 0.5, 1), box(0.25, 0, 1, 1)]
    np.testing.assert_allclose(union_mask(halves, 9, 16), 1.0)
    assert not union_mask([], 9, 16).any()
