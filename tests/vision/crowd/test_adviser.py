"""When another quality is advised."""

import pytest

from server.core.quality import Quality
from server.vision.crowd.adviser import LIFETIME_MS, Adviser
from tests.vision.crowd.boxes import EMPTY, NOBODY, row

SMALL = row(8, tall=24)
"""People of 24 pixels."""


@pytest.mark.parametrize(
    ("quality", "next_one"), [(Quality.FAST, Quality.BALANCED), (Quality.BALANCED, Quality.ACCURATE)]
)
def test_small_people_who_are_missed_need_the_next_quality(quality: Quality, next_one: Quality) -> None:
    advice = Adviser().advise(SMALL, EMPTY, 0.8, quality, 0.0)
    assert advice is not None
    assert advice.quality is next_one
    assert advice.height_px == pytest.approx(24 * 0.8, abs=0.1)


def test_there_is_nothing_after_accurate() -> None:
    assert Adviser().advise(SMALL, EMPTY, 1.0, Quality.ACCURATE, 0.0) is None


@pytest.mark.parametrize(
    ("found", "known"),
    [(NOBODY, EMPTY), (SMALL, SMALL.xyxy), (row(8, tall=24, score=0.1), EMPTY), (row(3, tall=300), EMPTY)],
    ids=["nobody", "all are known", "hints alone", "large people"],
)
def test_no_advice_without_a_reason(found: object, known: object) -> None:
    assert Adviser().advise(found, known, 1.0, Quality.BALANCED, 0.0) is None  # type: ignore[arg-type]


def test_a_few_missed_among_many_known_are_no_reason() -> None:
    many = row(30, tall=16, top=200)
    missed = row(4, tall=24)
    adviser = Adviser()
    assert adviser.advise(missed, many.xyxy, 1.0, Quality.BALANCED, 0.0) is None


def test_advice_stays_for_a_while_and_then_ends() -> None:
    adviser = Adviser()
    given = adviser.advise(SMALL, EMPTY, 1.0, Quality.BALANCED, 0.0)
    assert given is not None
    assert adviser.advise(NOBODY, EMPTY, 1.0, Quality.BALANCED, LIFETIME_MS / 2) == given
    assert adviser.advise(NOBODY, EMPTY, 1.0, Quality.BALANCED, LIFETIME_MS * 1.01) is None


def test_a_reason_that_lasts_keeps_it() -> None:
    adviser = Adviser()
    for step in range(8):
        assert adviser.advise(SMALL, EMPTY, 1.0, Quality.BALANCED, step * LIFETIME_MS / 2) is not None
    assert adviser.advise(NOBODY, EMPTY, 1.0, Quality.BALANCED, 4 * LIFETIME_MS) is not None


def test_another_quality_is_advised_upon_by_what_it_misses() -> None:
    adviser = Adviser()
    assert adviser.advise(SMALL, EMPTY, 1.0, Quality.FAST, 0.0) is not None
    assert adviser.advise(NOBODY, EMPTY, 1.0, Quality.BALANCED, 100.0) is None
    assert adviser.advise(SMALL, EMPTY, 1.0, Quality.ACCURATE, 200.0) is None
    assert adviser.advise(NOBODY, EMPTY, 1.0, Quality.FAST, 300.0) is None, "it was told long ago, of another look"
