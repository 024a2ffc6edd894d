"""What a stream's watch says of a scene, whose closer looks find what the test says."""

import logging
from itertools import pairwise

import cv2
import numpy as np
import pytest

from server.core.crowd import Method
from server.vision.crowd.looks import BackgroundLooks, InlineLooks
from tests.vision.crowd.boxes import NOBODY
from tests.vision.crowd.scripted import PLAIN, TEXTURED, Closer, LooksOnceOwed, LooksWhenTold, spread, stream

LEAVES_S = 10.0


def test_a_calm_scene_is_what_the_usual_look_says() -> None:
    calm = stream(Closer(there=spread(3)), count=3)
    verdicts = calm.live(30)
    assert not verdicts[0][0].known, "nobody is confirmed in the first frame"
    for certainty, crowd in verdicts[1:]:
        assert crowd is None
        assert (certainty.low, certainty.high, certainty.saturated, certainty.known) == (3, 3, False, True)


def test_a_crowd_is_said_and_estimated_at_once() -> None:
    certainty, crowd = stream(Closer(there=spread(60)), count=5).frame()
    assert crowd is not None
    assert crowd.figure.method is Method.BOXES
    assert 40 < crowd.figure.estimate < 120
    assert crowd.grid.sum() == pytest.approx(crowd.figure.estimate, rel=1e-3)
    assert certainty.saturated
    assert (certainty.low, certainty.high) == (crowd.figure.low, crowd.figure.high)


def test_a_packed_scene_is_estimated_by_density() -> None:
    closer = Closer(there=spread(30, 0.1), packed=700.0)
    _, crowd = stream(closer, image=TEXTURED).frame()
    assert crowd is not None
    assert crowd.figure.method is not Method.BOXES
    assert 350 < crowd.figure.estimate < 1400
    assert "dense" in closer.asked


def test_a_crowd_that_gathers_later_is_found_by_the_looks_at_tiles() -> None:
    closer = Closer(there=spread(2))
    gathers = stream(closer, count=2)
    assert all(crowd is None for _, crowd in gathers.live(20))
    closer.there = spread(100)
    verdicts = gathers.live(60)
    assert verdicts[-1][1] is not None
    first = next(n for n, (certainty, _) in enumerate(verdicts) if certainty.saturated)
    assert verdicts[first][1] is not None, "the estimate comes with the flag"


def test_a_crowd_is_over_some_time_after_the_last_sign() -> None:
    closer = Closer(there=spread(60))
    leaves = stream(closer, count=4)
    leaves.live(15)
    closer.there = spread(4)
    verdicts = leaves.live(90)
    over = next(n for n, (_, crowd) in enumerate(verdicts) if crowd is None) / 10
    assert LEAVES_S <= over <= 30
    assert not any(certainty.saturated for certainty, _ in verdicts[int(over * 10) :])
    assert all(certainty.known for certainty, _ in verdicts)


def test_the_estimate_follows_people_who_leave() -> None:
    closer = Closer(there=spread(140))
    shrinks = stream(closer, count=4)
    [*_, (_, many)] = shrinks.live(15)
    closer.there = spread(40)
    [*_, (_, few)] = shrinks.live(20)
    assert many is not None
    assert few is not None
    assert few.figure.estimate < 0.5 * many.figure.estimate
    assert few.version > many.version


def test_a_scene_between_two_kinds_gives_no_jumping_flag() -> None:
    """The usual look says it every second frame."""
    between = stream(Closer(there=spread(6)), count=4)
    flags = []
    for number in range(400):
        between.saturated = number % 20 < 3
        certainty, crowd = between.frame()
        flags.append(certainty.saturated)
        assert certainty.saturated == (crowd is not None)
    assert sum(before != after for before, after in pairwise(flags)) <= 1


def test_the_version_stays_while_the_estimate_does() -> None:
    verdicts = stream(Closer(there=spread(60)), count=4).live(20)
    crowds = [crowd for _, crowd in verdicts if crowd is not None]
    assert len(crowds) == 200
    for before, after in pairwise(crowds):
        assert after.version >= before.version
        if after.version == before.version:
            assert after == before
    assert 3 <= len({crowd.version for crowd in crowds}) <= 30


class TestWithoutDensity:
    """The density network is not prepared."""

    def test_a_packed_scene_is_not_known(self) -> None:
        packed = stream(Closer(there=spread(40, 0.1), sees_density=False), image=TEXTURED, count=3)
        for certainty, crowd in packed.live(30):
            assert crowd is None
            assert certainty.saturated
            assert certainty.high is None
            assert certainty.low >= 3

    def test_whom_the_looks_find_are_there_at_least(self) -> None:
        packed = stream(Closer(there=spread(80, 0.7), sees_density=False), image=TEXTURED)
        [*_, (certainty, crowd)] = packed.live(10)
        assert crowd is None
        assert certainty.low >= 70
        assert certainty.high is None

    def test_where_they_are_is_said_while_nothing_is_estimated(self) -> None:
        packed = stream(Closer(there=spread(80, 0.7), sees_density=False), image=TEXTURED)
        [*_, (certainty, _)] = packed.live(10)
        least = packed.watch.least
        assert least is not None
        upper = np.zeros(least.grid.shape, np.float32)
        upper[: len(upper) // 2] = 1
        assert least.part(np.ones_like(upper)).low == certainty.low
        assert least.part(upper).low > certainty.low * 0.7, "the rows of the spread are filled from the top"
        packed.watch._closer.sees_density = True  # type: ignore[misc]
        packed.image = PLAIN
        assert packed.live(60)[-1][1] is not None
        assert packed.watch.least is None

    def test_a_crowd_that_boxes_hold_is_estimated(self) -> None:
        [*_, (_, crowd)] = stream(Closer(there=spread(60), sees_density=False), count=4).live(10)
        assert crowd is not None
        assert crowd.figure.method is Method.BOXES


def test_a_tree_is_no_crowd() -> None:
    closer = Closer(there=NOBODY, packed=0.0)
    tree = stream(closer, image=TEXTURED)
    verdicts = tree.live(100)
    assert not any(certainty.saturated for certainty, _ in verdicts)
    assert all(certainty.known for certainty, _ in verdicts[1:])
    assert closer.asked.count("dense") <= 3, "foliage stays foliage"


def test_a_lens_that_was_covered_shows_a_crowd_at_once() -> None:
    """The looks at the dark picture say nothing of the crowd, and a file has the next of its own accord much later."""
    closer = Closer(there=NOBODY)
    covered = stream(closer)
    assert covered.live(10)[-1][1] is None
    for _ in range(2):
        covered.image, closer.there, closer.packed = TEXTURED, spread(30, 0.1), 700.0
        verdicts = covered.live(5)
        assert verdicts[-1][1] is not None
        assert verdicts[-1][0].saturated
        covered.image, closer.there, closer.packed = PLAIN, NOBODY, 0.0
        assert covered.live(60)[-1][1] is None


class TestBesideTheFrames:
    """Looks take time, while frames go on."""

    def test_nothing_is_known_of_a_packed_picture_before_the_first_look_is_over(self) -> None:
        """Whoever reads 0 then lets people in."""
        looks = LooksWhenTold()
        packed = stream(Closer(there=spread(30, 0.1), packed=700.0), looks, image=TEXTURED)
        for certainty, crowd in packed.live(5):
            assert crowd is None
            assert not certainty.known
        looks.finish()
        certainty, crowd = packed.frame()
        assert certainty.known
        assert crowd is not None

    def test_nor_where_it_was_plain_when_it_was_looked_at(self) -> None:
        looks = LooksWhenTold()
        covered = stream(Closer(there=NOBODY), looks)
        covered.live(1)
        looks.finish()
        assert covered.frame()[0].known
        covered.image = TEXTURED
        for _ in range(15):
            looks.finish()  # quick ones and at tiles: they do not tell
            covered.frame()
        assert not any(certainty.known for certainty, _ in covered.live(5))

    def test_a_plain_picture_needs_not_wait(self) -> None:
        verdicts = stream(Closer(there=spread(3)), LooksWhenTold(), count=3).live(5)
        assert all(certainty.known for certainty, _ in verdicts[1:])

    def test_the_old_estimate_stays_while_a_look_is_under_way(self) -> None:
        looks = LooksWhenTold()
        crowded = stream(Closer(there=spread(60)), looks, count=4)
        crowded.frame()
        looks.finish()
        _, first = crowded.frame()
        assert first is not None
        assert all(crowd is not None and crowd == first for _, crowd in crowded.live(5)[:1])
        assert all(crowd is not None for _, crowd in crowded.live(30))

    @pytest.mark.parametrize("dense", [True, False])
    def test_an_estimate_stays_though_other_cameras_use_up_the_time(self, *, dense: bool) -> None:
        """Looks that wait for their share are never paid, and the scene does not change."""
        looks = LooksOnceOwed()
        closer = Closer(there=spread(30, 0.1), packed=700.0) if dense else Closer(there=spread(60))
        busy = stream(closer, looks, count=4, image=TEXTURED if dense else PLAIN)
        busy.live(1)
        verdicts = busy.live(300)
        assert all(crowd is not None for _, crowd in verdicts)
        assert 6 <= looks.taken <= 10, "none that it could do without"

    def test_a_look_of_the_turned_phone_says_nothing_of_the_frame_now(self) -> None:
        looks = LooksWhenTold()
        turned = stream(Closer(there=spread(60), sees_density=False), looks, count=4)
        turned.frame()
        turned.image = np.ascontiguousarray(np.rot90(turned.image))
        looks.finish()  # the one of the frame before
        certainty, crowd = turned.frame()
        assert crowd is None
        assert not certainty.saturated

    def test_nor_is_the_count_compared_with_it(self) -> None:
        looks = LooksWhenTold()
        turned = stream(Closer(there=spread(25, 0.5)), looks, count=25)
        turned.live(2)
        looks.finish()
        assert not turned.frame()[0].saturated
        turned.image, turned.count = np.ascontiguousarray(np.rot90(turned.image)), 0
        assert not any(certainty.saturated for certainty, _ in turned.live(3))

    def test_with_a_thread_it_comes_to_the_same(self) -> None:
        beside = stream(Closer(there=spread(60)), BackgroundLooks(), count=4)
        for _ in range(2000):
            _, crowd = beside.frame()
            if crowd is not None:
                break
        assert crowd is not None


def test_a_frame_of_another_shape_is_another_scene() -> None:
    closer = Closer(there=spread(60))
    turned = stream(closer, count=4)
    [*_, (_, before)] = turned.live(3)
    turned.image = np.ascontiguousarray(np.rot90(turned.image))
    closer.there = spread(90, 0.6, *turned.image.shape[:2])
    _, after = turned.frame()
    assert before is not None
    assert after is not None
    assert after.version > before.version
    assert after.grid.shape == before.grid.shape[::-1]


def test_a_smaller_frame_of_the_same_shape_is_the_same_scene() -> None:
    closer = Closer(there=spread(60))
    shrinks = stream(closer, count=4)
    shrinks.live(3)
    surveys = closer.asked.count("everywhere")
    shrinks.image = cv2.resize(shrinks.image, (321, 240)).astype(np.uint8, copy=False)
    _, crowd = shrinks.frame()
    assert crowd is not None
    assert closer.asked.count("everywhere") == surveys


def test_a_frame_too_small_for_people_is_not_estimated() -> None:
    """Whatever a density network says of so few pixels; it takes as long for them as for a large frame."""
    closer = Closer(there=spread(30, 0.1), packed=700.0)
    shrinks = stream(closer, image=TEXTURED)
    assert shrinks.frame()[1] is not None
    asked, shrinks.image, closer.there = closer.asked.count("dense"), PLAIN[:8, :8], NOBODY
    verdicts = shrinks.live(8)
    assert closer.asked.count("dense") == asked
    assert {(certainty.high, crowd) for certainty, crowd in verdicts} == {(None, None)}, "unknown, not 0"


def test_who_is_still_being_confirmed_makes_no_crowd() -> None:
    begins = stream(Closer(), count=2)
    begins.saturated = True
    verdicts = begins.live(1)
    begins.saturated = False
    verdicts += begins.live(10)
    assert not any(certainty.saturated for certainty, _ in verdicts)


class TestBroken:
    """A look fails."""

    def test_people_are_followed_without_it(self, caplog: pytest.LogCaptureFixture) -> None:
        closer, looks = Closer(broken=True), InlineLooks()
        looks.frames_each = 0  # as often as there is time
        broken = stream(closer, looks, count=3)
        with caplog.at_level(logging.ERROR, "crowdcount.vision"):
            verdicts = broken.live(30)
        assert all((certainty.low, certainty.high, crowd) == (3, 3, None) for certainty, crowd in verdicts)
        assert 1 <= len(caplog.records) <= 4, "said, and not with every frame"
        assert len(closer.asked) <= 4, "nor is it tried with every frame"

    def test_it_is_tried_again(self, caplog: pytest.LogCaptureFixture) -> None:
        closer = Closer(there=spread(60), broken=True)
        mended = stream(closer, count=4)
        with caplog.at_level(logging.CRITICAL, "crowdcount.vision"):
            assert all(crowd is None for _, crowd in mended.live(5))
            closer.broken = False
            verdicts = mended.live(60)
        assert verdicts[-1][1] is not None

    def test_an_estimate_does_not_get_old(self, caplog: pytest.LogCaptureFixture) -> None:
        closer = Closer(there=spread(60))
        breaks = stream(closer, count=4)
        assert breaks.live(3)[-1][1] is not None
        closer.broken = True
        with caplog.at_level(logging.CRITICAL, "crowdcount.vision"):
            verdicts = breaks.live(30)
        certainty, crowd = verdicts[-1]
        assert crowd is None
        assert certainty.saturated, "what was a crowd is one until looks say otherwise"
        assert certainty.high is None

    def test_a_picture_like_a_crowds_stays_unknown(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.CRITICAL, "crowdcount.vision"):
            verdicts = stream(Closer(broken=True), image=TEXTURED).live(30)
        assert not any(certainty.known for certainty, _ in verdicts)
