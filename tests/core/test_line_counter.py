"""Crossings of a line."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.line_counter import LineCounter
from server.core.zone import Line
from tests.core.walk import jitter, people

UP = Line("l", "Door", ((0.5, 0.9), (0.5, 0.3)))
"""Walks upwards in the picture: its right hand is the picture's right side."""


def walk(line: LineCounter, *places: tuple[float, float] | None, start: float = 0) -> list[bool]:
    """One person in one place a frame; the directions of the crossings."""
    found = []
    for n, place in enumerate(places):
        found += line.update(people(start + n * 100, {1: place} if place else {}))
    return [crossing.inward for crossing in found]


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([(0.4, 0.6), (0.6, 0.6)], [True]),
        ([(0.6, 0.6), (0.4, 0.6)], [False]),
        ([(0.4, 0.6), (0.45, 0.6), (0.499, 0.6), (0.5, 0.6), (0.501, 0.6), (0.6, 0.6)], [True]),
        ([(0.4, 0.6), (0.501, 0.6), (0.4, 0.6)], []),  # turned round at the line
        ([(0.4, 0.6), (0.6, 0.6), (0.4, 0.6)], [True, False]),
        ([(0.4, 0.95), (0.6, 0.95)], []),  # past its end
        ([(0.4, 0.6), (0.4, 0.95), (0.6, 0.95), (0.6, 0.6)], []),  # round its end
        ([(0.4, 0.95), (0.6, 0.95), (0.4, 0.6)], [False]),  # round the end, then back through
        ([(0.4, 0.6), None, None, (0.6, 0.6)], [True]),  # not seen while crossing
        ([(0.5, 0.6), (0.6, 0.6)], []),  # born on the line
        ([(0.4, 0.2), (0.6, 0.4)], [True]),  # slantwise, at the upper end
        ([(0.4, 0.2), (0.6, 0.3)], []),
    ],
)
def test_who_crosses(places: list[tuple[float, float] | None], expected: list[bool]) -> None:
    line = LineCounter(UP)
    assert walk(line, *places) == expected
    assert (line.inward, line.outward) == (expected.count(True), expected.count(False))


def test_the_direction_turns_with_the_line() -> None:
    line = LineCounter(Line("l", "Door", (UP.points_norm[1], UP.points_norm[0])))
    assert walk(line, (0.4, 0.6), (0.6, 0.6)) == [False]


def test_jitter_on_the_line_never_counts() -> None:
    line = LineCounter(UP)
    for n, (dx, dy) in enumerate(jitter(2, 10_000, 0.008)):
        assert line.update(people(n * 100, {1: (0.5 + dx / 2, 0.6 + dy)})) == []
    assert (line.inward, line.outward) == (0, 0)


def test_an_identity_that_was_away_for_long_has_no_side() -> None:
    line = LineCounter(UP)
    walk(line, (0.4, 0.6))
    for n in range(1, 120):
        line.update(people(n * 100, {}))
    assert walk(line, (0.6, 0.6), start=12_000) == []


def test_a_restart_forgets_sides_and_keeps_counts() -> None:
    line = LineCounter(UP)
    walk(line, (0.4, 0.6), (0.6, 0.6))
    line.restart()
    assert walk(line, (0.4, 0.6), start=1000) == []
    assert line.inward == 1


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=60))
def test_directions_alternate_for_one_person_on_a_line_without_ends(places: list[tuple[float, float]]) -> None:
    line = LineCounter(Line("l", "All", ((0.5, 1.0), (0.5, 0.0))))
    found = walk(line, *places)
    assert all(first != second for first, second in pairwise(found))
    assert abs(line.inward - line.outward) <= 1
