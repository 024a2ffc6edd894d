"""Crossings of lines."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.crossings import Crossing, Crossings
from server.core.zone import Line
from tests.core.walk import jitter, people

UP = Line("l", "Door", ((0.5, 0.9), (0.5, 0.3)))
"""Walks upwards in the picture: its right hand is the picture's right side."""


ENDLESS = Line("l", "All", ((0.5, 1.0), (0.5, 0.0)))
STEP_MS = 2500
"""Between two places of a walk; they are up to four body heights apart."""


def walk(line: Crossings, *places: tuple[float, float] | None, start: float = 0) -> list[bool]:
    """One person in one place a frame; the directions of the crossings."""
    found: list[Crossing] = []
    for n, place in enumerate(places):
        (report,) = line.update(people(start + n * STEP_MS, {1: place} if place else {}))
        found += report.crossings
    return [crossing.inward for crossing in found]


def counts(line: Crossings) -> tuple[int, int]:
    """Inward and outward so far."""
    (report,) = line.update(people(1e6, {}))
    return report.inward, report.outward


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
    line = Crossings([UP])
    assert walk(line, *places) == expected
    assert counts(line) == (expected.count(True), expected.count(False))


def test_the_direction_turns_with_the_line() -> None:
    line = Crossings([Line("l", "Door", (UP.points_norm[1], UP.points_norm[0]))])
    assert walk(line, (0.4, 0.6), (0.6, 0.6)) == [False]


def test_jitter_on_the_line_never_counts() -> None:
    line = Crossings([UP])
    for n, (dx, dy) in enumerate(jitter(2, 10_000, 0.008)):
        (report,) = line.update(people(n * 100, {1: (0.5 + dx / 2, 0.6 + dy)}))
        assert report.crossings == ()
    assert counts(line) == (0, 0)


def test_an_identity_that_was_away_for_long_has_no_side() -> None:
    line = Crossings([UP])
    walk(line, (0.4, 0.6))
    for n in range(1, 120):
        line.update(people(n * 100, {}))
    assert walk(line, (0.6, 0.6), start=12_000) == []


def test_a_restart_forgets_sides_and_keeps_counts() -> None:
    line = Crossings([UP])
    walk(line, (0.4, 0.6), (0.6, 0.6))
    line.restart()
    assert walk(line, (0.4, 0.6), start=5000) == []
    assert counts(line) == (1, 0)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 0.6)), max_size=60))
def test_directions_alternate_for_one_person_on_a_line_without_ends(places: list[tuple[float, float]]) -> None:
    line = Crossings([ENDLESS])
    found = walk(line, *places)
    assert all(first != second for first, second in pairwise(found))
    inward, outward = counts(line)
    assert abs(inward - outward) <= 1


def test_a_new_line_knows_nobody_and_the_others_go_on() -> None:
    down = Line("d", "Down", (UP.points_norm[1], UP.points_norm[0]))
    lines = Crossings([UP])
    walk(lines, (0.4, 0.6), (0.6, 0.6))
    lines.set_lines([down, UP])
    fresh, kept = lines.update(people(5000, {1: (0.4, 0.6)}))
    assert (fresh.line, fresh.inward, fresh.outward) == (down, 0, 0)  # where it came from is not known
    assert (kept.line, kept.inward, kept.outward) == (UP, 1, 1)
    fresh, kept = lines.update(people(7500, {1: (0.6, 0.6)}))
    assert (fresh.outward, kept.inward) == (1, 2)


@given(st.lists(st.dictionaries(st.integers(1, 40), st.tuples(st.floats(0, 1), st.floats(0, 1))), max_size=20))
def test_people_and_lines_do_not_mind_each_other(frames: list[dict[int, tuple[float, float]]]) -> None:
    other = Line("o", "Other", ((0.1, 0.4), (0.9, 0.5)))
    together, alone = Crossings([other, UP]), {id_: Crossings([UP]) for id_ in range(1, 41)}
    for n, places in enumerate(frames):
        expected = set()
        for id_, line in alone.items():
            (report,) = line.update(people(n * 700, {id_: places[id_]} if id_ in places else {}))
            expected |= {(crossing.id, crossing.inward) for crossing in report.crossings}
        found = together.update(people(n * 700, places))[1].crossings
        assert {(crossing.id, crossing.inward) for crossing in found} == expected
