"""Estimates over time."""

from itertools import pairwise

import numpy as np
import pytest

from server.core.crowd import Method
from server.core.crowd_versions import MAX_DRIFT
from server.vision.crowd.estimate import Estimate
from server.vision.crowd.smoothed import EXPIRY_MS, SMOOTH_MS, SmoothedPeople


def people(number: float, method: Method = Method.DENSITY) -> Estimate:
    """So many, evenly over the frame."""
    boxed = number if method is Method.BOXES else 0.0
    return Estimate(number, boxed, 0, method, np.full((48, 64), number / (48 * 64), np.float32))


def shown(smoothed: SmoothedPeople, count: int = 0, t: float = 0.0) -> float:
    """The estimate, whose grid holds as many."""
    crowd = smoothed.crowd(count, count, t)
    assert crowd is not None
    assert crowd.grid.sum(dtype=np.float64) == pytest.approx(crowd.figure.estimate, rel=MAX_DRIFT)
    assert crowd.figure.low <= crowd.figure.estimate <= crowd.figure.high
    return crowd.figure.estimate


def test_before_the_first_there_is_none() -> None:
    smoothed = SmoothedPeople()
    assert smoothed.crowd(7, 5, 0.0) is None


def test_the_first_counts_as_it_is() -> None:
    smoothed = SmoothedPeople()
    smoothed.take(people(400), 90_000.0)
    assert shown(smoothed) == pytest.approx(400)


def test_newer_ones_replace_it_with_the_time_constant() -> None:
    smoothed = SmoothedPeople()
    smoothed.take(people(400), 0.0)
    smoothed.take(people(500), SMOOTH_MS)
    assert shown(smoothed) == pytest.approx(500 - 100 / np.e, rel=1e-3)
    smoothed.take(people(500), 20 * SMOOTH_MS)
    assert shown(smoothed) == pytest.approx(500, rel=1e-3)


def test_two_looks_at_one_moment_do_not_divide_by_zero_or_go_back() -> None:
    smoothed = SmoothedPeople()
    smoothed.take(people(400), 5_000.0)
    smoothed.take(people(800), 5_000.0)
    assert shown(smoothed) == pytest.approx(400)
    smoothed.take(people(800), 1_000.0)
    assert shown(smoothed) == pytest.approx(400)


def test_from_boxes_to_density_nothing_is_smoothed() -> None:
    smoothed = SmoothedPeople()
    smoothed.take(people(60, Method.BOXES), 0.0)
    assert not smoothed.dense
    smoothed.take(people(600), 100.0)
    assert shown(smoothed) == pytest.approx(600)
    assert smoothed.dense


def test_forgotten_is_not_known_and_comes_back_as_it_is() -> None:
    smoothed = SmoothedPeople()
    smoothed.take(people(400), 0.0)
    smoothed.forget()
    assert smoothed.crowd(3, 3, 0.0) is None
    smoothed.take(people(100), 10.0)
    assert shown(smoothed) == pytest.approx(100)


def test_each_new_estimate_has_a_version_of_its_own() -> None:
    smoothed, versions = SmoothedPeople(), []
    for number in range(4):
        smoothed.take(people(100 + number), number * 1000.0)
        for _ in range(2):
            crowd = smoothed.crowd(0, 0, 0.0)
            assert crowd is not None
            versions.append(crowd.version)
    assert versions[::2] == versions[1::2]
    assert sorted(set(versions)) == versions[::2]


@pytest.mark.parametrize("number", [0.0, 3.0])
def test_there_are_at_least_as_many_as_are_tracked(number: float) -> None:
    smoothed = SmoothedPeople()
    smoothed.take(people(number), 0.0)
    assert shown(smoothed, count=12) == 12


def test_one_that_is_old_is_not_known() -> None:
    smoothed = SmoothedPeople()
    smoothed.take(people(300), 5_000.0)
    assert smoothed.crowd(0, 0, 5_000.0 + EXPIRY_MS) is not None
    assert smoothed.crowd(0, 0, 5_001.0 + EXPIRY_MS) is None


def test_more_tracked_people_than_estimated_scale_the_grid_with_a_new_version() -> None:
    smoothed = SmoothedPeople()
    smoothed.take(people(100), 0.0)
    crowds = [smoothed.crowd(count, 0, 0.0) for count in (90, 100, 101, 102, 103, 102, 101, 100, 110, 90)]
    assert all(crowds)
    found = [crowd for crowd in crowds if crowd is not None]
    assert [crowd.figure.estimate for crowd in found] == [100, 100, 101, 102, 103, 102, 101, 100, 110, 100]
    assert [crowd.version for crowd in found] == [1, 1, 1, 1, 2, 2, 2, 3, 4, 5]
    for before, after in pairwise(found):
        assert np.array_equal(before.grid, after.grid) == (before.version == after.version)
        assert after.grid.sum(dtype=np.float64) == pytest.approx(after.figure.estimate, rel=MAX_DRIFT)


def test_people_who_come_between_two_looks_count() -> None:
    smoothed = SmoothedPeople()
    smoothed.take(people(30, Method.BOXES), 0.0, usual=12.0)
    crowd = smoothed.crowd(0, 0, 1_000.0, usual=15.0)
    assert crowd is not None
    assert crowd.figure.estimate == pytest.approx(33)
    gone = smoothed.crowd(0, 0, 2_000.0, usual=0.0)
    assert gone is not None
    assert gone.figure.estimate == pytest.approx(18)


def test_boxes_of_the_usual_look_move_no_estimate_by_density() -> None:
    smoothed = SmoothedPeople()
    smoothed.take(people(300), 0.0, usual=12.0)
    crowd = smoothed.crowd(0, 0, 1_000.0, usual=40.0)
    assert crowd is not None
    assert crowd.figure.estimate == pytest.approx(300)
