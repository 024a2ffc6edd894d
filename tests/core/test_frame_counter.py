"""The figures of a stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.frame_counter import Figures, FrameCounter
from server.core.tracks import Tracks
from tests.support.engine import person


def frame(t: float, ids: set[int], epoch: int = 1) -> Tracks:
    return Tracks(t, 640, 480, tuple(person(id_) for id_ in sorted(ids)), epoch=epoch)


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ([], Figures()),
        ([set()], Figures()),
        ([{1}], Figures(1, 1, 0.0, 1)),
        ([{1}, {1, 2}, {2}], Figures(1, 2, 100.0, 2)),
        ([{1, 2}, {3, 4}], Figures(2, 2, 0.0, 4)),
        ([{1}, set(), {1}], Figures(1, 1, 0.0, 1)),
    ],
)
def test_figures_after_frames(frames: list[set[int]], expected: Figures) -> None:
    tally = FrameCounter()
    for number, ids in enumerate(frames):
        tally.update(frame(number * 100.0, ids))
    assert tally.figures == expected


def test_identities_of_another_epoch_are_other_people() -> None:
    tally = FrameCounter()
    tally.update(frame(0, {1, 2}))
    assert tally.update(frame(100, {1}, epoch=2)) == Figures(1, 2, 0.0, 3)


def test_a_reset_begins_with_those_who_are_there() -> None:
    tally = FrameCounter()
    for number, ids in enumerate([{1, 2, 3}, {1}]):
        tally.update(frame(number * 100.0, ids))
    tally.reset()
    assert tally.figures == Figures(1, 1, 100.0, 1)
    assert tally.update(frame(200, {1, 2})) == Figures(2, 2, 200.0, 2), "who was there long ago is new again"


@given(st.lists(st.sets(st.integers(1, 30), max_size=12), max_size=60))
def test_invariants(frames: list[set[int]]) -> None:
    tally, before, seen = FrameCounter(), Figures(), set[int]()
    for number, ids in enumerate(frames):
        after = tally.update(frame(number * 40.0, ids))
        seen |= ids
        assert after.count == len(ids)
        assert after.peak == max(before.peak, after.count)
        assert after.unique == len(seen)
        assert after.peak_t <= number * 40.0
        before = after
