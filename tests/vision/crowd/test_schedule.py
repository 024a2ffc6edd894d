"""Which closer look is next."""

from dataclasses import replace

import pytest

from server.vision.crowd.looks import Budget
from server.vision.crowd.schedule import BACK_OFF_MS, FIRST_MS, SURVEY_MS, TILE_MS, Look, LookSchedule, Needs


def needs(t: float, *, crowded: bool = False, textured: bool = False, newly_textured: bool = False) -> Needs:
    return Needs(t, round(t / 100) + 1, crowded, textured, newly_textured, boxes_tell=True)


def first(timetable: LookSchedule, now: Needs) -> tuple[Look, Budget] | None:
    return next(timetable.due(now), None)


def test_every_part_is_looked_at_first_and_that_does_not_wait() -> None:
    timetable = LookSchedule(0)
    assert first(timetable, needs(0.0)) == (Look.SURVEY, Budget.FIRST)


def test_where_somebody_is_shown_a_quick_look_is_first_and_the_rest_waits_for_its_share() -> None:
    timetable, shown = LookSchedule(0), replace(needs(0.0), people_visible=True)
    assert list(timetable.due(shown))[:2] == [(Look.QUICK, Budget.FIRST), (Look.SURVEY, Budget.CALM)]
    timetable.begin(Look.QUICK, shown)
    assert first(timetable, replace(shown, t=100.0)) == (Look.SURVEY, Budget.CALM)
    assert first(timetable, replace(shown, t=100.0, crowded=True)) == (Look.SURVEY, Budget.FIRST)
    assert first(timetable, replace(shown, t=100.0, textured=True)) == (Look.SURVEY, Budget.FIRST)
    assert first(LookSchedule(150), shown) == (Look.SURVEY, Budget.CALM), "a file has the time"


def test_then_the_whole_frame_and_the_tiles_in_turn() -> None:
    timetable = LookSchedule(0)
    timetable.begin(Look.SURVEY, needs(0.0))
    assert first(timetable, needs(TILE_MS)) == (Look.TILE, Budget.CALM)
    timetable.begin(Look.TILE, needs(TILE_MS))
    assert first(timetable, needs(TILE_MS + 100.0)) is None


def test_a_crowd_that_was_just_seen_does_not_wait_either_but_the_next_ones_do() -> None:
    timetable = LookSchedule(0)
    purses = []
    for t in (0.0, 2_000.0, 4_000.0, 6_000.0):
        timetable.request_survey()
        [(look, budget), *_] = timetable.due(needs(t, crowded=True))
        timetable.begin(look, needs(t, crowded=True))
        purses.append(budget)
    assert purses == [Budget.FIRST, Budget.FIRST, Budget.CROWD, Budget.CROWD]
    timetable.request_survey()
    assert first(timetable, needs(FIRST_MS, crowded=True)) == (Look.SURVEY, Budget.FIRST)


def test_in_a_crowd_thorough_rounds_come_from_its_share() -> None:
    timetable = LookSchedule(0)
    timetable.begin(Look.SURVEY, needs(0.0))
    assert first(timetable, needs(SURVEY_MS - 1.0, crowded=True)) == (Look.QUICK, Budget.CROWD)
    assert first(timetable, needs(SURVEY_MS, crowded=True)) == (Look.SURVEY, Budget.CROWD)


@pytest.mark.parametrize(
    ("boxes_tell", "dense", "look"),
    [(True, False, Look.QUICK), (False, False, Look.QUICK), (False, True, Look.SURVEY)],
)
def test_an_estimate_that_gets_old_does_not_wait_for_its_share(*, boxes_tell: bool, dense: bool, look: Look) -> None:
    timetable = LookSchedule(0)
    timetable.begin(Look.SURVEY, needs(0.0))
    crowded = Needs(
        40_001.0,
        400,
        crowded=True,
        textured=True,
        newly_textured=False,
        boxes_tell=boxes_tell,
        dense=dense,
        ageing=True,
    )
    unpaid = [due for due, budget in timetable.due(crowded) if budget is Budget.FIRST]
    assert unpaid == [look], "the cheapest that is enough"
    assert all(budget is not Budget.FIRST for _, budget in timetable.due(replace(crowded, ageing=False)))
    assert all(budget is not Budget.FIRST for _, budget in timetable.due(replace(crowded, crowded=False)))


def test_a_look_that_failed_is_followed_by_a_rest() -> None:
    timetable = LookSchedule(0)
    timetable.back_off(0.0)
    assert first(timetable, needs(BACK_OFF_MS - 1.0)) is None
    assert first(timetable, needs(BACK_OFF_MS)) is not None


def test_in_a_file_frames_pay_for_the_looks() -> None:
    timetable = LookSchedule(150)
    timetable.begin(Look.SURVEY, needs(0.0))
    looks = [first(timetable, needs(t)) for t in (5_000.0, 18_000.0)]
    assert looks == [None, None]
    assert first(timetable, needs(20_000.0)) == (Look.TILE, Budget.CALM)
