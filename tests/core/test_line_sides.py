"""Who crosses a line and who does not: evidence in time and body heights, at any frame rate."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.core.crossings import Crossings
from server.core.foot_points import foot_points
from server.core.tracks import Track, Tracks
from server.core.zone import Line, LineMode
from tests.core.walk import SIZE, at

DOWN = Line("l", "Line", ((1.0, 0.6), (0.0, 0.6)))
"""Level with the ground of the picture; who comes nearer crosses it outward."""
HEIGHT = 0.3
Place = tuple[float, float]


def cross(
    places: list[Place], *, fps: float = 10.0, score: float = 0.9, noise: float = 0.0, line: Line = DOWN
) -> Crossings:
    """One person in these places; boxes jittered by a share of the height."""
    crossings, rng = Crossings([line]), np.random.default_rng(1)
    for n, place in enumerate(places):
        box = np.array(at(*place, HEIGHT)) + rng.normal(0, noise * HEIGHT, 4) * (0.5, 1, 0.5, 1)
        crossings.update(foot_points(Tracks(n * 1000 / fps, *SIZE, (Track(1, tuple(box.tolist()), score),))))
    return crossings


def counts(crossings: Crossings) -> tuple[int, int]:
    (report,) = crossings.update(foot_points(Tracks(1e6, *SIZE, ())))
    return report.inward, report.outward


def straight(first: Place, last: Place, frames: int) -> list[Place]:
    return [(x, y) for x, y in np.linspace(first, last, frames).tolist()]


@pytest.mark.parametrize("fps", [2.0, 5.0, 10.0, 25.0, 60.0])
@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_who_crosses_squarely_counts_once_at_any_rate(fps: float, noise: float) -> None:
    way = straight((0.5, 0.4), (0.5, 0.8), round(2.5 * fps))  # 0.5 heights a second
    assert counts(cross(way, fps=fps, noise=noise)) == (0, 1)
    assert counts(cross(way[::-1], fps=fps, noise=noise)) == (1, 0)


@pytest.mark.parametrize("fps", [2.0, 10.0, 30.0])
@pytest.mark.parametrize("beside", [-0.15, -0.1, -0.06, 0.0, 0.06, 0.1, 0.15])
def test_who_walks_along_a_line_does_not_cross_it(fps: float, beside: float) -> None:
    along = straight((0.1, 0.6 + beside * HEIGHT), (0.9, 0.6 + beside * HEIGHT), round(10 * fps))
    assert counts(cross(along, fps=fps, noise=0.02)) == (0, 0)


def test_a_faint_sighting_moves_nobody() -> None:
    assert counts(cross(straight((0.5, 0.4), (0.5, 0.8), 40), score=0.2)) == (0, 0)
    assert counts(cross(straight((0.5, 0.4), (0.5, 0.8), 40), score=0.3)) == (0, 1)


def test_faint_sightings_on_the_way_do_not_hide_a_crossing() -> None:
    crossings = Crossings([DOWN])
    for n, place in enumerate(straight((0.5, 0.4), (0.5, 0.8), 40)):
        score = 0.1 if 10 <= n < 30 else 0.9
        crossings.update(foot_points(Tracks(n * 100.0, *SIZE, (Track(1, at(*place), score),))))
    assert counts(crossings) == (0, 1)


def test_one_wrong_box_counts_nobody() -> None:
    way: list[Place] = [(0.5, 0.57)] * 60
    way[30] = (0.5, 0.64)
    assert counts(cross(way, fps=30)) == (0, 0)


def test_hidden_feet_are_less_sure_and_do_not_cross() -> None:
    """A car's length of people in front hides the legs: the box ends at the hip, beyond the line."""
    crossings = Crossings([DOWN])
    for n in range(60):
        hidden = 20 <= n < 40
        foot = 0.56 if hidden else 0.63
        behind = Track(1, (0.48, 0.33, 0.55, foot), 0.45 if hidden else 0.9)
        before = Track(2, (0.45, 0.5, 0.6, 0.9), 0.9)
        crossings.update(foot_points(Tracks(n * 100.0, *SIZE, (behind, before) if hidden else (behind,))))
    assert counts(crossings) == (0, 0)


def test_an_identity_that_leaps_to_somebody_else_does_not_cross() -> None:
    """The box of somebody small behind the line becomes that of somebody tall before it, from one frame to the next."""
    crossings = Crossings([DOWN])
    for n in range(40):
        box = at(0.5, 0.5, 0.15) if n < 20 else at(0.5, 0.75, 0.45)
        crossings.update(foot_points(Tracks(n * 40.0, *SIZE, (Track(1, box, 0.9),))))
    assert counts(crossings) == (0, 0)


@settings(max_examples=60)
@given(st.lists(st.sampled_from([0.45, 0.75]), min_size=1, max_size=12))
def test_once_a_person_counts_where_each_ends(sides: list[float]) -> None:
    way = [(0.5, y) for y in sides for _ in range(3)]
    every = counts(cross(way, fps=1))
    once = counts(cross(way, fps=1, line=Line("l", "Line", DOWN.points_norm, mode=LineMode.ONCE)))
    assert once[0] - once[1] == every[0] - every[1]
    assert once == (int(sides[0] > sides[-1]), int(sides[0] < sides[-1]))


def test_another_mode_starts_the_line_anew_and_no_count_falls_below_zero() -> None:
    once = Line(DOWN.id, DOWN.name, DOWN.points_norm, mode=LineMode.ONCE)
    crossings = cross([(0.5, 0.45), (0.5, 0.75)], fps=0.5)
    crossings.set_lines([once])
    (report,) = crossings.update(foot_points(Tracks(6000.0, *SIZE, (Track(1, at(0.5, 0.45), 0.9),))))
    assert (report.inward, report.outward) == (1, 0)
    crossings.reset()
    (report,) = crossings.update(foot_points(Tracks(9000.0, *SIZE, (Track(1, at(0.5, 0.75), 0.9),))))
    assert (report.inward, report.outward) == (0, 1)
