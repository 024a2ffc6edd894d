"""From looks and density to one number, its range and its grid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.crowd import Method
from server.vision.crowd.estimate import (
    CERTAIN_SCORE,
    FULL_SCORE,
    REGION,
    ZERO_SCORE,
    Estimate,
    chances,
    estimate,
    grid_shape,
    merge,
)
from server.vision.detections import Detections
from tests.vision.crowd.boxes import NOBODY, found, row

HEIGHT, WIDTH = 480, 640


def density(people: float, rows: int = 90, columns: int = 120) -> np.ndarray:
    """A map of so many people, evenly over the frame."""
    return np.full((rows, columns), people / (rows * columns), np.float32)


class TestMerge:
    """Several looks at the same people."""

    def test_somebody_whom_three_looks_see_counts_once(self) -> None:
        looks = [
            found((100, 100, 140, 200), score=0.5),
            found((102, 97, 141, 203), score=0.8),
            found((98, 101, 139, 196), score=0.3),
        ]
        merged = merge(looks)
        assert merged.scores.tolist() == [0.8]
        assert merged.xyxy.tolist() == [[102, 97, 141, 203]]

    def test_a_body_and_its_upper_half_are_one_person(self) -> None:
        assert len(merge([found((100, 100, 140, 200), score=0.8), found((102, 100, 138, 150), score=0.6)])) == 1

    def test_a_child_before_somebody_is_another(self) -> None:
        assert len(merge([found((100, 100, 180, 300), score=0.8), found((130, 240, 155, 300), score=0.6)])) == 2

    def test_people_beside_each_other_stay_two(self) -> None:
        assert len(merge([row(6), NOBODY])) == 6

    def test_a_double_of_a_double_counts(self) -> None:
        """B is a double of A and goes. C is one of B alone, so that only C tells of its person."""
        a, b, c = (0, 0, 40, 100), (0, 2, 40, 52), (0, 28, 40, 51)
        kept = merge([found(a, score=0.9), found(b, score=0.8), found(c, score=0.7)])
        assert sorted(kept.scores.tolist()) == [0.7, 0.9]

    def test_nobody(self) -> None:
        assert len(merge([NOBODY, NOBODY, NOBODY])) == 0

    @given(st.lists(st.tuples(*[st.integers(0, 200)] * 4), max_size=12), st.integers(0, 2**32 - 1))
    def test_it_invents_nobody_and_keeps_the_best(self, sides: list[tuple[int, int, int, int]], seed: int) -> None:
        boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in sides], np.float64).reshape(-1, 4)
        scores = np.random.default_rng(seed).uniform(0.02, 1, len(boxes))
        merged = merge([Detections(boxes[::2], scores[::2]), Detections(boxes[1::2], scores[1::2])])
        given_ones = {(*box, score) for box, score in zip(boxes.tolist(), scores.tolist(), strict=True)}
        assert {(*b, s) for b, s in zip(merged.xyxy.tolist(), merged.scores.tolist(), strict=True)} <= given_ones
        if len(boxes):
            assert merged.scores.max() == scores.max()


def check(one: Estimate, height: int = HEIGHT, width: int = WIDTH) -> None:
    """What holds for every estimate."""
    assert one.grid.shape == grid_shape(height, width)
    assert one.grid.dtype == np.float32
    assert np.isfinite(one.grid).all()
    assert (one.grid >= 0).all()
    assert one.grid.sum(dtype=np.float64) == pytest.approx(one.people, rel=1e-4, abs=1e-4)
    assert 0 <= one.boxed <= one.people * (1 + 1e-5)
    figure = one.figure(one.people, 0, 0)
    assert 0 <= figure.low <= figure.estimate <= (figure.high or 0)


def test_nobody_is_an_estimate_too() -> None:
    nobody = estimate(NOBODY, [], HEIGHT, WIDTH)
    check(nobody)
    assert (nobody.people, nobody.least, nobody.method) == (0, 0, Method.BOXES)
    assert nobody.figure(0.0, 0, 0).high is not None
    check(estimate(NOBODY, [density(0.0)], HEIGHT, WIDTH))


def test_near_people_who_are_sure_count_as_they_are() -> None:
    near = estimate(row(3, tall=0.6 * HEIGHT, score=CERTAIN_SCORE + 0.1), [], HEIGHT, WIDTH)
    check(near)
    assert near.people == pytest.approx(3, rel=0.3)
    assert near.least == 3
    far = estimate(row(3, tall=12, score=CERTAIN_SCORE + 0.1), [], HEIGHT, WIDTH)
    assert far.people > near.people, "who is far away hides others"


def test_doubtful_people_count_by_their_chance() -> None:
    scores = np.array([0.0, ZERO_SCORE, (ZERO_SCORE + FULL_SCORE) / 2, FULL_SCORE, 1.0])
    assert chances(Detections(np.zeros((5, 4)), scores)).tolist() == pytest.approx([0, 0, 0.5, 1, 1])
    assert estimate(row(10, score=0.2), [], HEIGHT, WIDTH).people < estimate(row(10), [], HEIGHT, WIDTH).people
    assert estimate(row(10, score=0.2), [], HEIGHT, WIDTH).least == 0


def test_people_stand_where_their_feet_are() -> None:
    grid = estimate(found((600, 20, 639, 479)), [], HEIGHT, WIDTH).grid
    assert np.argwhere(grid > 0).tolist() == [[47, 63 - 2]]
    outside = estimate(found((-30, -50, 10, 20), (630, 400, 700, 600)), [], HEIGHT, WIDTH)
    check(outside)
    assert outside.people > 1


def test_density_says_nothing_where_boxes_do() -> None:
    """As many people by density as by boxes: boxes know better where they are."""
    boxes = row(25, tall=24)
    both = estimate(boxes, [density(25.0)], HEIGHT, WIDTH)
    check(both)
    assert both.method is Method.BOXES
    assert both.people == estimate(boxes, [], HEIGHT, WIDTH).people


def test_a_crowd_that_is_too_dense_for_boxes() -> None:
    alone = estimate(NOBODY, [density(800.0)], HEIGHT, WIDTH)
    check(alone)
    assert alone.method is Method.DENSITY
    assert alone.dense
    assert 400 < alone.people < 1600
    many = estimate(NOBODY, [density(1600.0)], HEIGHT, WIDTH)
    assert many.people > 1.5 * alone.people
    assert many.figure(many.people, 0, 0).high > many.people > many.figure(many.people, 0, 0).low


def test_in_each_region_the_larger_answer_counts() -> None:
    """Large people at the left by boxes, small ones at the right by density: neither hides the other."""
    left = row(14, top=300, tall=20, left=5)
    packed = density(0.0)
    packed[:, 60:] = 600.0 / packed[:, 60:].size
    mixed = estimate(left, [packed], HEIGHT, WIDTH)
    check(mixed)
    assert mixed.method is Method.MIXED
    middle = mixed.grid.shape[1] // 2
    boxed = estimate(left, [], HEIGHT, WIDTH)
    assert np.allclose(mixed.grid[:, : middle - REGION], boxed.grid[:, : middle - REGION])
    assert mixed.grid[:, middle + REGION :].sum() > 200
    assert mixed.boxed == pytest.approx(boxed.people, rel=0.3)


def test_in_each_region_the_scale_that_finds_more_counts() -> None:
    """One scale sees the far half, the other the near one."""
    far, near = density(0.0), density(0.0, 160, 214)
    far[:45] = 500.0 / far[:45].size
    near[80:] = 500.0 / near[80:].size
    both = estimate(NOBODY, [far, near], HEIGHT, WIDTH)
    check(both)
    alone = [estimate(NOBODY, [one], HEIGHT, WIDTH).people for one in (far, near)]
    # The region across the middle has the answer of one scale alone.
    assert both.people > 1.3 * max(alone)
    assert both.people < 1.05 * sum(alone)


def test_paving_and_foliage_are_nobody() -> None:
    """A network gives a little everywhere, and slightly less than nothing here and there."""
    faint = np.full((90, 120), 0.015, np.float32)
    faint[::3] = -0.01
    nobody = estimate(NOBODY, [faint], HEIGHT, WIDTH)
    check(nobody)
    assert nobody.people == 0


@pytest.mark.parametrize(
    ("height", "width", "rows", "columns"),
    [(1, 1, 1, 1), (720, 1280, 90, 160), (1280, 720, 160, 90), (8, 2000, 1, 112), (2000, 8, 112, 1), (480, 640, 20, 3)],
)
def test_grids_of_any_shape(height: int, width: int, rows: int, columns: int) -> None:
    one = estimate(found((0, 0, width, height)), [density(900.0, rows, columns)], height, width)
    check(one, height, width)
    assert max(one.grid.shape) == 64
    assert one.people > 300


@given(
    st.floats(0, 5000),
    st.integers(0, 40),
    st.floats(0.02, 1),
    st.integers(1, 100),
    st.integers(1, 100),
    st.integers(0, 300),
    st.floats(0, 1),
)
def test_every_estimate_holds_together(
    people: float, boxes: int, score: float, rows: int, columns: int, count: int, by_texture: float
) -> None:
    one = estimate(row(boxes, tall=14, score=score), [density(people, rows, columns)], HEIGHT, WIDTH)
    check(one)
    confident = int(count * by_texture)
    figure = one.figure(one.people, count, confident)
    assert count <= figure.estimate, "there are at least as many as are tracked"
    assert figure.low <= figure.estimate <= figure.high
    assert confident <= figure.low, "and of them those who are certain"


def test_times_so_many_people() -> None:
    one = estimate(row(10), [], HEIGHT, WIDTH)
    twice = one.scaled(2.0)
    check(twice)
    assert twice.people == pytest.approx(2 * one.people)
    assert twice.least == one.least
