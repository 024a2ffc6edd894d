"""A version of a crowd's grid is one grid, whatever is excluded and however the estimate moves."""

from dataclasses import replace

import numpy as np
import pytest

from server.core.analytics import Analytics
from server.core.crowd import Crowd, CrowdFigure, Method
from server.core.crowd_versions import MAX_DRIFT, CrowdVersions
from server.core.plan import Plan
from server.core.zone import Zone
from tests.support.crowds import SHAPE, crowd, crowded
from tests.support.engine import person

HALL = Zone("hall", "Hall", ((0, 0), (1, 0), (1, 1), (0, 1)))
HALF = Zone("half", "Half", ((0.5, 0), (1, 0), (1, 1), (0.5, 1)), counts=False)
EDGE = replace(HALF, id="edge", points_norm=((0.9, 0), (1, 0), (1, 1), (0.9, 1)))


def figure(people: float) -> CrowdFigure:
    return CrowdFigure(people, int(people * 0.8), int(people * 1.2) + 1, Method.DENSITY)


def test_slow_growth_does_not_creep_away_from_the_grid() -> None:
    """Each step is less than the drift, all of them together are not."""
    versions, cells = CrowdVersions(), np.ones(SHAPE, np.float32)
    seen: dict[int, bytes] = {}
    for people in np.linspace(400, 800, 200):
        there = versions.crowd(1, figure(float(people)), cells)
        assert seen.setdefault(there.version, there.grid.tobytes()) == there.grid.tobytes()
        assert there.grid.sum(dtype=np.float64) == pytest.approx(people, rel=MAX_DRIFT * 1.001)
    assert 30 <= len(seen) <= 36, "one for each 2 %"


def test_from_and_to_nobody_is_a_new_grid() -> None:
    versions, cells = CrowdVersions(), np.ones(SHAPE, np.float32)
    numbers = [versions.crowd(1, figure(people), cells).version for people in (0, 0, 3, 3, 0)]
    assert numbers == [1, 1, 2, 2, 3]


def test_drawn_and_removed_exclusion_zones_change_the_version() -> None:
    analytics = Analytics(Plan((HALL,)))
    grid = np.tile(np.arange(1, SHAPE[1] + 1, dtype=np.float32), (SHAPE[0], 1))
    seen: dict[int, bytes] = {}
    plans = [Plan((HALL,)), Plan((HALL, HALF)), Plan((HALL, EDGE)), Plan((HALL,)), Plan((HALL, HALF))]
    for number, plan in enumerate(plans * 2):
        analytics.set_plan(plan)
        for version in (number, number + 1):
            for count in (1, 2):
                people = tuple(person(n) for n in range(count))
                tracks = analytics.update(crowded(len(seen) * 100.0, people, crowd(100, version, grid=grid))).tracks
                assert tracks.crowd is not None
                cells = tracks.crowd.grid.tobytes()
                assert seen.setdefault(tracks.crowd.version, cells) == cells
    assert sorted(seen) == list(range(1, len(seen) + 1)), "they only grow"


def test_more_boxed_people_beside_the_zone_than_cells_say_scale_the_grid_with_a_new_version() -> None:
    """All people of the estimate are where nobody is counted; those who are boxed are not."""
    analytics = Analytics(Plan((HALL, HALF)))
    grid = np.zeros(SHAPE, np.float32)
    grid[:, SHAPE[1] // 2 :] = 1
    grid[:, 0] = 0.001
    crowds = []
    for t, count in enumerate((5, 5, 9, 5)):
        people = tuple(person(n, 0.05) for n in range(count))
        crowds.append(analytics.update(crowded(t * 100.0, people, crowd(100, 7, grid=grid))).tracks.crowd)
    found = [there for there in crowds if there is not None]
    assert [there.figure.estimate for there in found] == [5, 5, 9, 5]
    assert [there.version for there in found] == [1, 1, 2, 3]
    assert [there.grid.sum() for there in found] == pytest.approx([5, 5, 9, 5])


def test_a_zone_follows_an_estimate_that_moves_under_one_version() -> None:
    cells = crowd(200).grid
    analytics = Analytics(Plan((HALL,)))
    zones = []
    for t, people in enumerate((200.0, 203.0)):
        there = Crowd(figure(people), 1, cells)
        zones.append(analytics.update(crowded(t * 100.0, (), there)).zones[0].crowd)
    assert zones == [figure(200.0), figure(203.0)]
