"""Which time stamps of a recording are believed."""

from itertools import pairwise

import pytest

from server.recording.clock import FrameClock

TICK = 1 / 24
"""Seconds between two pictures."""


def times(
    stamps: list[float | None], length_s: float | None = None, interval_s: float = TICK
) -> tuple[list[float], int]:
    """The time of each picture, and how many stamps were replaced; the pictures come out in order."""
    clock = FrameClock[int](interval_s, length_s)
    found = [pair for number, stamp in enumerate(stamps) for pair in clock.take(number, stamp)]
    found += clock.close()
    assert [number for number, _ in found] == list(range(len(stamps)))
    seconds = [t for _, t in found]
    assert all(before < after for before, after in pairwise(seconds))
    return seconds, clock.replaced


def even(count: int, start: float = 0.0, step: float = TICK) -> list[float]:
    """Stamps at equal distances."""
    return [start + step * number for number in range(count)]


@pytest.mark.parametrize("start", [0.0, 36_000.0, 1_790_000_000.0, -3.0])
def test_times_begin_at_the_first_picture(start: float) -> None:
    found, replaced = times([*even(48, start)])
    assert found == pytest.approx(even(48), abs=1e-6)
    assert replaced == 0


def test_pictures_far_apart_keep_their_times() -> None:
    assert times([*even(24, step=12.0)], 288.0, 12.0) == (pytest.approx(even(24, step=12.0)), 0)
    assert times([*even(24, step=12.0)], 288.0, TICK) == (pytest.approx(even(24, step=12.0)), 0), "a wrong rate"


@pytest.mark.parametrize("length_s", [7200 + 48 * TICK, None])
def test_a_gap_that_the_file_states_is_kept(length_s: float | None) -> None:
    stamps = [*even(24), *even(24, 7200 + 24 * TICK)]
    assert times([*stamps], length_s) == (pytest.approx(stamps), 0)


@pytest.mark.parametrize(
    ("after", "length_s"),
    [
        (95_443.7, None),  # 33 bits at 90,000 a second
        (-95_443.7 + TICK, None),
        (7200.0, 2.0),  # longer than the file
        (1_790_000_000.0, 1_790_000_002.0),  # from 1970 to today
        (-10.0, None),
    ],
)
def test_a_clock_that_was_set_counts_on(after: float, length_s: float | None) -> None:
    found, replaced = times([*even(24), *even(24, 24 * TICK + after)], length_s)
    assert found == pytest.approx(even(48), abs=1e-6)
    assert replaced == 1


@pytest.mark.parametrize("wrong", [1e9, -1e9, 3600.0, 0.0, 20 * TICK])
def test_one_damaged_stamp_moves_no_other(wrong: float) -> None:
    stamps = even(48)
    stamps[24] = wrong
    found, replaced = times([*stamps])
    assert found == pytest.approx(even(48), abs=1e-6)
    assert replaced == 1


def test_a_stretch_of_damaged_stamps_moves_no_other() -> None:
    stamps = [*even(12), *even(12, 500_000.0), *even(24, 24 * TICK)]
    assert times([*stamps]) == (pytest.approx(even(48), abs=1e-6), 2), "one at each end"


def test_pictures_without_stamps_are_at_the_usual_distance() -> None:
    assert times([None] * 5) == (pytest.approx(even(5)), 0)
    assert times([*even(3), None, None, *even(3, 5 * TICK)]) == (pytest.approx(even(8)), 0)


def test_equal_stamps_are_spread() -> None:
    found, replaced = times([0.0, 0.0, 0.0, 0.0])
    assert found == pytest.approx(even(4))
    assert replaced == 3


def test_a_picture_that_was_lost_leaves_its_time_free() -> None:
    stamps = [*even(10), *even(10, 15 * TICK)]
    assert times([*stamps]) == (pytest.approx(stamps), 0)


@pytest.mark.parametrize(("length_s", "replaced"), [(7201.0, 0), (2.0, 1), (None, 1)])
def test_a_long_step_before_the_last_picture_needs_the_length_of_the_file(
    length_s: float | None, replaced: int
) -> None:
    found, count = times([*even(10), 7200.0], length_s)
    assert count == replaced
    assert found[-1] == pytest.approx(10 * TICK if replaced else 7200.0)
