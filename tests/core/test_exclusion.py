"""Places where nobody is counted, and where somebody stands who is probably no person."""

from dataclasses import replace

import numpy as np
import pytest

from server.core.alarm import Limits
from server.core.analytics import Analysis, Analytics
from server.core.certainty import Certainty
from server.core.crowd import Crowd, CrowdFigure, Method
from server.core.errors import CodedError
from server.core.plan import Plan, ZoneLimits
from server.core.stillness import STILL_MS
from server.core.tracks import Track, Tracks
from server.core.zone import Line, Zone
from tests.core.walk import SIZE, at

HALL = Zone("hall", "Hall", ((0, 0), (1, 0), (1, 1), (0, 1)))
POSTER = Zone("poster", "Poster", ((0.6, 0.5), (0.8, 0.5), (0.8, 0.7), (0.6, 0.7)), counts=False)
LINE = Line("line", "Line", ((0.7, 1.0), (0.7, 0.0)))
PLAN = Plan((HALL, POSTER), (LINE,))


def frame(t: float, *people: tuple[int, float, float], score: float = 0.9) -> Tracks:
    """Identities and where their feet are."""
    return Tracks(t, *SIZE, tuple(Track(id_, at(x, y), score) for id_, x, y in people))


def test_who_stands_in_it_is_counted_nowhere() -> None:
    analytics = Analytics(PLAN)
    for n in range(30):
        x = 0.62 + 0.16 * n / 29  # wanders over the line, on the poster
        analysis = analytics.update(frame(n * 100.0, (1, 0.2, 0.6), (2, x, 0.6)))
    assert [person.id for person in analysis.tracks.people] == [1]
    assert (analysis.figures.count, analysis.figures.unique, analysis.figures.peak) == (1, 1, 1)
    (hall,) = analysis.zones
    assert (hall.zone.id, hall.present, hall.figures.visitors) == ("hall", (1,), 1)
    assert (analysis.lines[0].inward, analysis.lines[0].outward) == (0, 0)


def test_the_heatmap_has_none_of_them() -> None:
    shown, bare = Analytics(PLAN), Analytics(PLAN)
    for n in range(10):
        last = shown.update(frame(n * 600.0, (1, 0.2, 0.6), (2, 0.7, 0.6)))
        other = bare.update(frame(n * 600.0, (1, 0.2, 0.6)))
    assert last.heatmap == other.heatmap


def test_feet_decide_and_the_outline_has_a_band() -> None:
    analytics = Analytics(PLAN)
    seen = [
        len(analytics.update(frame(n * 100.0, (1, 0.7, y))).tracks.people)
        for n, y in enumerate((0.65, 0.705, 0.75, 0.705))
    ]
    assert seen == [0, 0, 1, 1]


def test_a_faint_poster_is_left_out_too() -> None:
    assert Analytics(PLAN).update(frame(0, (1, 0.7, 0.6), score=0.1)).tracks.people == ()


def test_the_range_of_the_count_moves_by_as_many() -> None:
    judged = replace(frame(0, (1, 0.2, 0.6), (2, 0.7, 0.6)), certainty=Certainty(2, 4))
    assert Analytics(PLAN).update(judged).tracks.certainty == Certainty(1, 3)
    unknown = replace(judged, certainty=Certainty(2, None, saturated=True))
    assert Analytics(PLAN).update(unknown).tracks.certainty == Certainty(1, None, saturated=True)


def test_the_estimate_of_a_crowd_loses_the_cells_of_the_zone() -> None:
    half = replace(POSTER, points_norm=((0.5, 0), (1, 0), (1, 1), (0.5, 1)))
    grid = np.ones((10, 20), np.float32)
    crowd = Crowd(CrowdFigure(200.0, 180, 240, Method.DENSITY), 1, grid)
    analytics = Analytics(Plan((HALL, half)))
    analysis = analytics.update(replace(frame(0, (1, 0.2, 0.6), (2, 0.7, 0.6)), crowd=crowd))
    assert analysis.crowd is not None
    assert analysis.tracks.crowd is not None
    assert analysis.crowd.estimate == pytest.approx(100)
    assert analysis.tracks.crowd.grid[:, 10:].sum() == 0
    assert analysis.tracks.crowd.grid.sum() == pytest.approx(100)
    assert analysis.zones[0].crowd is not None
    assert analysis.zones[0].crowd.estimate == pytest.approx(100)
    assert analytics.crowd_in(["hall"]) is not None


def test_drawing_it_later_and_removing_it_take_effect_at_once() -> None:
    analytics = Analytics(Plan((HALL,)))
    assert analytics.update(frame(0, (1, 0.7, 0.6))).figures.count == 1
    analytics.set_plan(PLAN)
    assert analytics.update(frame(100, (1, 0.7, 0.6))).figures.count == 0
    analytics.set_plan(Plan((HALL, replace(POSTER, counts=True))))
    analysis = analytics.update(frame(200, (1, 0.7, 0.6)))
    assert (analysis.figures.count, len(analysis.zones)) == (1, 2)


def test_it_has_no_limits() -> None:
    with pytest.raises(CodedError) as error:
        Plan((POSTER,), limits={"poster": ZoneLimits(people=Limits(5))})
    assert error.value.code == "BAD_LIMIT"


def stand(
    analytics: Analytics, minutes: float, *, wander: float = 0.0, gap: range = range(0), step_s: float = 5
) -> Analysis:
    """A poster that the tracker takes for somebody else every ten minutes, beside somebody who walks."""
    rng = np.random.default_rng(3)
    for n in range(int(minutes * 60 / step_s) + 1):
        t = n * step_s * 1000.0
        dx, dy = rng.uniform(-wander, wander, 2) * 0.3
        poster = () if n in gap else ((1 + int(t // 600_000), 0.7 + dx / 2, 0.6 + dy),)
        analysis = analytics.update(frame(t, *poster, (900, 0.1 + 0.8 * ((n * 0.13) % 1), 0.9)))
    return analysis


def test_who_has_not_moved_for_forty_minutes_is_hinted_at() -> None:
    assert stand(Analytics(), 39).still == ()
    (still,) = stand(Analytics(), 41, wander=0.03).still
    assert still.since == 0
    assert still.box_norm[2] == pytest.approx(at(0.7, 0.6)[2], abs=0.01)


def test_who_moves_by_more_than_a_tenth_of_their_height_is_a_person() -> None:
    assert stand(Analytics(), 60, wander=0.3).still == ()


def test_somebody_who_passes_in_front_for_half_a_minute_does_not_hide_it() -> None:
    assert len(stand(Analytics(), 41, gap=range(240, 246)).still) == 1
    assert stand(Analytics(), 41, gap=range(240, 260)).still == ()


def test_two_frames_an_hour_apart_are_no_evidence() -> None:
    assert stand(Analytics(), 180, step_s=3600).still == ()
    assert len(stand(Analytics(), 180, step_s=300).still) == 1


def test_a_place_that_is_left_out_is_hinted_at_no_more() -> None:
    analytics = Analytics()
    assert len(stand(analytics, 41).still) == 1
    analytics.set_plan(Plan((POSTER,)))
    assert analytics.update(frame(STILL_MS * 2, (1, 0.2, 0.6))).still == ()
