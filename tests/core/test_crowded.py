"""Analytics of crowded scenes: zones, alarms, totals and the heatmap by the estimate; what is not known is no zero."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from server.core.alarm import Level, Limits
from server.core.analytics import Analysis, Analytics
from server.core.certainty import Certainty
from server.core.ground import Calibration
from server.core.heatmap import Window
from server.core.plan import Plan, ZoneLimits
from server.core.reading import read
from server.core.tracks import Track, Tracks
from server.core.zone import Zone
from server.core.zone_monitor import SETTLE_MS, ZoneReport
from tests.core.walk import SIZE, at
from tests.support.crowds import SHAPE, crowd, crowded, not_yet_known, saturated

LEFT = Zone("left", "Left", ((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
RIGHT = Zone("right", "Right", ((0.5, 0), (1, 0), (1, 1), (0.5, 1)))
PLAN = Plan((LEFT, RIGHT))
GROUND = Calibration(((0, 0), (0.5, 0)), ((0.0, 0.0), (5.0, 0.0)))
LIMITS = Limits(warning=20, hold_s=3, clear_s=5, cooldown_s=0)


def seen(*xs: float) -> tuple[Track, ...]:
    """People 1, 2, … at these x."""
    return tuple(Track(n, at(x, 0.6), 0.9) for n, x in enumerate(xs, 1))


def boxed(t: float, number: int) -> Tracks:
    """So many people on the left, all of them boxed."""
    return Tracks(t, *SIZE, seen(*np.linspace(0.05, 0.45, number)))


def play(analytics: Analytics, frames: Iterable[Tracks]) -> list[Analysis]:
    return [analytics.update(frame) for frame in frames]


def watching(limits: ZoneLimits, *, plan: Plan = PLAN) -> Analytics:
    return Analytics(replace(plan, limits={"left": limits}))


def test_the_frame_and_its_zones_carry_the_estimate() -> None:
    analytics = Analytics(PLAN)
    analysis = play(analytics, [crowded(n * 100.0, seen(0.2, 0.3, 0.8), crowd(100)) for n in range(5)])[-1]
    assert analysis.crowd == crowd(100).figure
    left, right = analysis.zones
    assert left.crowd is not None
    assert right.crowd is not None
    assert left.crowd.estimate + right.crowd.estimate == pytest.approx(100, rel=1e-5)
    assert (left.figures.occupancy, right.figures.occupancy) == (2, 1), "people who are boxed are counted as ever"
    assert (left.people, analysis.figures.count) == (left.crowd.estimate, 3)
    assert left.known
    after = analytics.update(Tracks(500, *SIZE, seen(0.2, 0.3)))
    assert (after.crowd, after.zones[0].crowd, after.zones[0].people) == (None, None, 2)


def test_people_who_are_boxed_are_there_at_least() -> None:
    nearly_empty = crowd(3)
    frames = [crowded(n * 100.0, seen(0.1, 0.15, 0.2, 0.25, 0.3, 0.35), nearly_empty) for n in range(5)]
    figure = play(Analytics(PLAN), frames)[-1].zones[0].crowd
    assert figure is not None
    assert (figure.low, figure.estimate) == (6, 6.0)
    assert figure.high >= 6


def test_the_zone_follows_the_estimate_and_the_occupancy() -> None:
    """The part of a zone is kept as long as neither changes, and no longer."""
    analytics = Analytics(PLAN)
    steps = [(100, 1, ()), (40, 2, ()), (40, 2, (0.1, 0.2)), (2, 3, (0.1, 0.2, 0.3)), (2, 3, (0.1, 0.2))]
    found = []
    for n, (people, version, xs) in enumerate(steps):
        for moment in range(20):
            analysis = analytics.update(crowded(n * 2000.0 + moment * 100, seen(*xs), crowd(people, version)))
        assert analysis.zones[0].crowd is not None
        found.append((round(analysis.zones[0].crowd.estimate), analysis.zones[0].crowd.low >= len(xs)))
    assert found == [(50, True), (20, True), (20, True), (3, True), (2, True)]


def test_estimates_of_another_epoch_are_others_though_their_versions_are_the_same() -> None:
    analytics = Analytics(PLAN)
    play(analytics, [crowded(n * 100.0, (), crowd(100, 1)) for n in range(3)])
    report = analytics.update(crowded(300, (), crowd(40, 1), epoch=2)).zones[0]
    assert report.crowd is not None
    assert report.crowd.estimate == pytest.approx(20, rel=1e-5)


def test_a_plan_that_is_changed_in_a_crowd_counts_by_the_new_outline() -> None:
    analytics = Analytics(PLAN)
    play(analytics, [crowded(n * 100.0, (), crowd(100)) for n in range(3)])
    quarter = replace(LEFT, points_norm=((0, 0), (0.25, 0), (0.25, 1), (0, 1)))
    analytics.set_plan(Plan((quarter, replace(RIGHT, id="new", name="New"))))
    reports = analytics.update(crowded(300, (), crowd(100))).zones
    assert [round(report.people) for report in reports] == [25, 50]


def test_density_and_service_are_of_the_estimate() -> None:
    analysis = play(Analytics(replace(PLAN, calibration=GROUND)), [crowded(0, (), crowd(100))])[-1]
    report = analysis.zones[0]
    assert report.density == pytest.approx(50 / 25, rel=1e-4)
    assert report.service == "D"


@pytest.mark.parametrize("frame", [not_yet_known(0), saturated(0, seen(0.2))])
def test_what_is_not_known_has_no_density(frame: Tracks) -> None:
    analysis = Analytics(replace(PLAN, calibration=GROUND)).update(frame)
    report = analysis.zones[0]
    assert (analysis.known, report.known, report.density, report.service) == (False, False, None, None)
    assert report.area_m2 == pytest.approx(25)


def test_people_in_two_zones_count_once() -> None:
    both = replace(RIGHT, id="both", points_norm=((0.25, 0), (1, 0), (1, 1), (0.25, 1)))
    analytics = Analytics(Plan((LEFT, both)))
    assert analytics.crowd_in(["left", "both"]) is None
    play(analytics, [crowded(n * 100.0, seen(0.3, 0.4), crowd(100)) for n in range(5)])
    union, alone = analytics.crowd_in(["left", "both"]), analytics.crowd_in(["left", "away"])
    assert union is not None
    assert alone is not None
    assert (round(union.estimate), round(alone.estimate)) == (100, 50)


def levels(analytics: Analytics, frames: Iterable[Tracks]) -> list[tuple[float, Level]]:
    """When (s) the left zone's level became what."""
    return [
        (step.t / 1000, step.after)
        for analysis in play(analytics, frames)
        for report in analysis.zones
        for _, step in report.steps
    ]


@pytest.mark.parametrize("figure", ["people", "density"])
def test_alarms_go_by_the_middle_of_the_estimate(figure: str) -> None:
    limits = {"people": LIMITS, "density": replace(LIMITS, warning=20 / 25)}
    analytics = watching(ZoneLimits(**{figure: limits[figure]}), plan=replace(PLAN, calibration=GROUND))
    frames = [crowded(n * 100.0, boxed(0, 2).people, crowd(56)) for n in range(40)]
    assert levels(analytics, frames) == [(3.0, Level.WARNING)]


@pytest.mark.parametrize("unknown", ["saturated", "not yet known"])
def test_what_is_not_known_ends_no_alert(unknown: str) -> None:
    analytics = watching(ZoneLimits(people=LIMITS))
    assert levels(analytics, [boxed(n * 100.0, 25) for n in range(40)]) == [(3.2, Level.WARNING)]
    times = [4000 + n * 100.0 for n in range(600)]
    silent = [saturated(t, seen(0.2)) if unknown == "saturated" else not_yet_known(t) for t in times]
    assert levels(analytics, silent) == []
    assert levels(analytics, [boxed(64_000 + n * 100.0, 1) for n in range(100)]) == [(69.0, Level.CLEAR)]


def test_a_saturated_count_may_begin_an_alert() -> None:
    analytics = watching(ZoneLimits(people=LIMITS))
    assert levels(analytics, [saturated(n * 100.0, boxed(0, 25).people) for n in range(40)]) == [(3.2, Level.WARNING)]


@pytest.mark.parametrize(("found", "level"), [(70, Level.WARNING), (40, Level.CLEAR)])
def test_whom_closer_looks_found_in_a_zone_may_begin_an_alert(found: int, level: Level) -> None:
    """56 of 70 people are there at least: in half of the frame those of the half, less what chance may take."""
    analytics = watching(ZoneLimits(people=LIMITS))
    frames = [saturated(n * 100.0, seen(0.1), crowd(found)) for n in range(100)]
    report = play(analytics, frames)[-1].zones[0]
    assert (report.level, report.known, report.crowd) == (level, False, None)
    assert report.figures.occupancy == 1, "boxed people are counted as ever"
    after = play(analytics, [saturated(10_000 + n * 100.0, ()) for n in range(200)])[-1]
    assert after.zones[0].level is level, "a lower bound ends nothing"


def test_a_zone_of_the_whole_frame_has_its_lower_bound() -> None:
    whole = Zone("whole", "Whole", ((0, 0), (1, 0), (1, 1), (0, 1)))
    for limit, level in ((48, Level.WARNING), (49, Level.CLEAR)):
        limits = {"whole": ZoneLimits(people=replace(LIMITS, warning=limit))}
        analytics = Analytics(Plan((whole,), limits=limits))
        frames = [saturated(n * 100.0, (), crowd(60)) for n in range(100)]
        assert play(analytics, frames)[-1].zones[0].level is level


def test_an_area_has_those_who_were_found_at_least_in_its_zones() -> None:
    frame = saturated(0.0, seen(0.1), crowd(70))
    zones = Analytics(PLAN).update(frame).zones
    assert [20 <= (zone.least or 0) < 28 for zone in zones if zone.zone.id == "left"] == [True], (
        "its report says it too"
    )
    counted = Analytics(PLAN).update(boxed(0.0, 1)).zones
    assert {zone.least for zone in counted} == {None}
    reading = read(frame, zones, 0.0)
    left, both, whole = (reading.share(zones) for zones in ({"left"}, {"left", "right"}, {None}))
    assert (whole.people, both.people) == (56, 56)
    assert 20 <= left.people < 28
    assert left.high is both.high is whole.high is None


def test_nobody_is_found_where_nobody_is_counted() -> None:
    hidden = replace(RIGHT, counts=False)
    whole = Zone("whole", "Whole", ((0, 0), (1, 0), (1, 1), (0, 1)))
    limits = {"whole": ZoneLimits(people=replace(LIMITS, warning=40))}
    analytics = Analytics(Plan((whole, hidden), limits=limits))
    frames = [saturated(n * 100.0, (), crowd(60)) for n in range(100)]
    assert play(analytics, frames)[-1].zones[0].level is Level.CLEAR


def flicker(spans: Iterable[tuple[bool, float]]) -> list[Tracks]:
    """12 boxed people, or an estimate of 28 of the left half, for so many seconds each; ten frames a second."""
    frames: list[Tracks] = []
    for is_crowded, seconds in spans:
        for _ in range(max(1, round(seconds * 10))):
            t = len(frames) * 100.0
            frames.append(crowded(t, boxed(0, 12).people, crowd(56)) if is_crowded else boxed(t, 12))
    return frames


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.floats(0.1, 12)), min_size=1, max_size=12))
def test_a_scene_that_flickers_begins_an_alert_for_each_hold_and_clear_time_at_most(
    spans: list[tuple[bool, float]],
) -> None:
    frames = flicker(spans)
    steps = levels(watching(ZoneLimits(people=LIMITS)), frames)
    begun = [t for t, level in steps if level is Level.WARNING]
    ended = [t for t, level in steps if level is Level.CLEAR]
    assert len(begun) <= 1 + frames[-1].t / 1000 / (LIMITS.hold_s + LIMITS.clear_s)
    for start, end in zip(begun, ended, strict=False):
        assert end - start >= LIMITS.clear_s
    for end, start in zip(ended, begun[1:], strict=False):
        assert start - end >= LIMITS.hold_s


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0.1, SETTLE_MS / 1000 - 0.2), min_size=30, max_size=40))
def test_a_quick_flicker_neither_silences_an_alert_nor_ends_it(spans: list[float]) -> None:
    frames = flicker([(n % 2 == 0, seconds) for n, seconds in enumerate(spans)])
    steps = levels(watching(ZoneLimits(people=LIMITS)), frames)
    there = sum(seconds for seconds in spans[::2])
    assert [level for _, level in steps] == ([Level.WARNING] if steps else [])
    assert steps or there < LIMITS.hold_s + 0.1 * len(spans) + 1


def test_the_largest_estimate_is_kept_until_the_counters_are_reset() -> None:
    analytics = Analytics()
    people = [None, 40, 120, 90, None]
    frames = [
        Tracks(n * 100.0, *SIZE, seen(0.2)) if one is None else crowded(n * 100.0, seen(0.2), crowd(one, n))
        for n, one in enumerate(people)
    ]
    assert [analysis.crowd_peak for analysis in play(analytics, frames)] == [None, 40, 120, 120, 120]
    assert analytics.figures.peak == 1, "of boxed people"
    analytics.reset()
    assert analytics.figures.crowd_peak is None


def test_a_zone_keeps_its_largest_estimate_until_it_is_reset_or_moved() -> None:
    analytics = Analytics(PLAN)

    def peaks(*people: int) -> list[list[float | None]]:
        """Of both zones, after frames with so many people in the whole frame."""
        frames = [
            crowded(0, (), crowd(one, one)) if one else Tracks(0, *SIZE, (), certainty=Certainty(0, 1))
            for one in people
        ]
        return [[zone.crowd_peak for zone in analysis.zones] for analysis in play(analytics, frames)]

    assert peaks(0, 40, 120, 90, 0) == [[None] * 2, [20] * 2, [60] * 2, [60] * 2, [60] * 2]
    analytics.set_plan(replace(PLAN, limits={"left": ZoneLimits(people=LIMITS)}))
    assert peaks(40) == [[60, 60]], "a limit changes nothing"
    analytics.reset()
    assert peaks(30) == [[20, 20]], "those who are there now"
    slim = replace(LEFT, points_norm=((0, 0), (0.25, 0), (0.25, 1), (0, 1)))
    analytics.set_plan(Plan((slim, RIGHT)))
    assert peaks(40) == [[10, 20]]
    assert peaks(0) == [[10, 20]]
    analytics.reset()
    assert peaks(0) == [[None, None]]


def test_the_first_frame_after_a_restart_is_no_zero() -> None:
    analytics = watching(ZoneLimits(people=replace(LIMITS, clear_s=0)))
    play(analytics, [boxed(n * 100.0, 25) for n in range(40)])
    before = analytics.update(boxed(4000, 25)).zones[0]
    analysis = analytics.update(not_yet_known(4100, epoch=2))
    (first, _), after = analysis.zones, analytics.update(replace(boxed(4600, 25), epoch=2)).zones[0]
    assert (analysis.known, first.known, first.level) == (False, False, Level.WARNING)
    # Neither the moment before that frame nor the half second after it is of a zone without people.
    assert first.figures.average == before.figures.average
    assert after.figures.average == first.figures.average


def occupied(reports: Iterable[ZoneReport]) -> list[float]:
    return [report.figures.average for report in reports]


def test_a_stream_that_begins_unknown_has_the_average_of_what_was_known() -> None:
    frames = [not_yet_known(0), not_yet_known(500), *[boxed(1000 + n * 100.0, 5) for n in range(60)]]
    analysis = play(Analytics(PLAN), frames)[-1]
    assert occupied(analysis.zones) == [pytest.approx(5, rel=0.1), 0]


def heat(analytics: Analytics, frames: Iterable[Tracks]) -> NDArray[np.float64]:
    analytics.set_heatmap_window(Window.SESSION)
    play(analytics, frames)
    (hour,) = analytics.take_heat_hours()
    return hour.cells


@pytest.mark.parametrize("shape", [SHAPE, (32, 64), (7, 13)])
def test_the_heatmap_is_fed_by_the_crowd(shape: tuple[int, int]) -> None:
    grid = np.zeros(shape, np.float32)
    grid[:, : shape[1] // 2] = 1
    cells = heat(Analytics(), [crowded(n * 500.0, seen(0.9), crowd(100, grid=grid)) for n in range(3)])
    assert cells.shape == (32, 64)
    assert cells.sum() == pytest.approx(100, rel=1e-3), "a hundred people for a second"
    assert cells[:, :36].sum() > 95, "where the crowd is, not the box, which the grid contains"


def test_frames_of_other_shapes_in_a_crowd() -> None:
    analytics = Analytics(PLAN)
    for n, size in enumerate([(800, 400), (400, 800), (500, 500), (800, 400)]):
        tall = np.ones((max(1, size[1] // 16), max(1, size[0] // 16)), np.float32)
        frame = replace(crowded(n * 1000.0, (), crowd(100, n, grid=tall)), width=size[0], height=size[1])
        reports = analytics.update(frame).zones
        assert sum(report.people for report in reports) == pytest.approx(100, rel=1e-4)
    assert sum(hour.cells.sum() for hour in analytics.take_heat_hours()) == pytest.approx(300, rel=1e-3)
