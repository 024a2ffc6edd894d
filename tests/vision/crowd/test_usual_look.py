"""What the usual look shows between closer looks."""

import numpy as np
import pytest

from server.vision.crowd.usual_look import SPAN_MS, UsualLook
from server.vision.detections import Detections

HEIGHT = 1000


def people(number: int) -> Detections:
    """So many far ones, each sure."""
    boxes = np.array([[10.0 * i, 100.0, 10.0 * i + 8, 180.0] for i in range(number)]).reshape(-1, 4)
    return Detections(boxes, np.full(number, 0.9))


def test_the_first_frame_counts_at_once() -> None:
    usual = UsualLook()
    assert usual.people == 0
    usual.note(people(7), HEIGHT, 5_000.0)
    assert usual.people == pytest.approx(7)


def test_it_is_renewed_once_a_second_with_the_mean_of_that_second() -> None:
    usual, seen = UsualLook(), []
    for number in range(30):
        usual.note(people(4 if number % 2 else 8), HEIGHT, number * 100.0)
        seen.append(usual.people)
    assert len(set(seen[:10])) == 1
    assert seen[-1] == pytest.approx(6, abs=0.5)


def test_a_clock_that_goes_back_renews_it() -> None:
    usual = UsualLook()
    usual.note(people(4), HEIGHT, 10 * SPAN_MS)
    usual.note(people(4), HEIGHT, 0.0)
    usual.note(people(8), HEIGHT, SPAN_MS)
    assert usual.people > 4
