"""Sums where boxes do not tell: estimates, lower bounds, and what is not known."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.alarm import Level, Limits
from server.core.certainty import Certainty
from server.core.crowd import Crowd, CrowdFigure, Method
from server.core.geometry import PointNorm
from server.core.public_figure import PublicFigure, public_figure
from server.core.reading import Reading, State, read, state_of
from server.core.total import Part, total
from server.core.venue import UNWATCHED_S, AreaMonitor, AreaReport
from tests.support.crowds import crowd, not_yet_known, saturated

NOW = 1000.0
CAMERAS = ("a", "b", "c")
ZONES = ("gate", "hall")
WHOLE = Part("a")

corners = st.floats(0, 0.5)


@st.composite
def outline(draw: st.DrawFn) -> tuple[PointNorm, ...]:
    """A rectangle somewhere in the frame."""
    x, y, width, height = draw(corners), draw(corners), draw(st.floats(0.1, 0.5)), draw(st.floats(0.1, 0.5))
    return (x, y), (x + width, y), (x + width, y + height), (x, y + height)


@st.composite
def some_crowd(draw: st.DrawFn, boxed: int) -> Crowd:
    """An estimate of at least those who are boxed, gathered in some cells."""
    cells = np.array(draw(st.lists(st.floats(0, 9, width=32), min_size=12, max_size=12)), np.float32).reshape(3, 4)
    cells[0, 0] += boxed
    people = float(cells.sum(dtype=np.float64))
    figure = CrowdFigure(people, int(people * 0.7), int(people * 1.4) + 1, Method.MIXED)
    return Crowd(figure, 1, cells)


@st.composite
def some_reading(draw: st.DrawFn) -> Reading:
    """What a camera may have seen, up to half a minute ago, or that it saw nothing yet."""
    if draw(st.integers(0, 9)) == 0:
        return Reading()
    zones = {zone: draw(st.frozensets(st.integers(1, 30), max_size=8)) for zone in ZONES}
    count = len(frozenset().union(*zones.values())) + draw(st.integers(0, 5))
    low, more = draw(st.integers(0, count)), draw(st.integers(0, 5))
    full = draw(st.booleans())
    judged = Certainty(low, None if full else count + more, full, draw(st.booleans()))
    estimate = draw(st.none() | some_crowd(count)) if full else None
    outlines = {zone: draw(outline()) for zone in ZONES}
    return Reading(NOW - draw(st.floats(0, 30)), count, zones, draw(st.none() | st.just(judged)), estimate, outlines)


readings = st.dictionaries(st.sampled_from(CAMERAS), some_reading())
parts = st.lists(st.builds(Part, st.sampled_from(CAMERAS), st.sampled_from([None, *ZONES])), max_size=6)


def boxed(seen: dict[str, Reading], asked: list[Part]) -> int:
    """Who has a box there, each once."""
    people = 0
    for id_, reading in seen.items():
        zones = {part.zone_id for part in asked if part.camera_id == id_}
        inside = frozenset().union(*(reading.zones.get(zone or "", frozenset()) for zone in zones))
        people += reading.count if None in zones else len(inside)
    return people


@given(readings, parts)
def test_a_sum_claims_no_more_than_is_known(seen: dict[str, Reading], asked: list[Part]) -> None:
    found = total(asked, seen, NOW)
    asked_of = {part.camera_id for part in asked}
    here = asked_of & seen.keys()
    assert 0 <= found.low <= found.people
    assert found.high is None or found.people <= found.high
    assert found.people >= boxed(seen, asked), "who has a box is there"
    assert set(found.unknown_cameras) == {id_ for id_ in here if not seen[id_].known}
    assert set(found.estimated_cameras) == {id_ for id_ in here if seen[id_].crowd is not None}
    doubted = bool(found.unknown_cameras or found.missing_cameras) or not here
    assert (found.high is None) == doubted, "nobody knows the upper end of what is not known"
    fresh = bool(here) and all(state_of(seen[id_], NOW) is State.LIVE for id_ in here)
    assert found.complete == (fresh and not doubted)
    assert found.state() == ("clear" if found.complete else "unknown")
    assert found.state(Level.CRITICAL) == "critical", "what is known to be bad stays so"
    assert found.people == total(asked + asked, seen, NOW).people, "nothing counts twice"


@given(readings, parts, parts)
def test_more_parts_never_have_fewer_people(seen: dict[str, Reading], some: list[Part], more: list[Part]) -> None:
    assert total(some + more, seen, NOW).people >= total(some, seen, NOW).people


@given(readings, parts, st.sampled_from(CAMERAS))
def test_a_camera_that_is_not_known_takes_away_certainty_only(
    seen: dict[str, Reading], asked: list[Part], camera: str
) -> None:
    """A saturated count without an estimate: never fewer people than with boxes alone, never `go`, no upper end."""
    asked = [*asked, Part(camera)]
    known = seen.get(camera, Reading(NOW, 3))
    blind = Reading(NOW, known.count, known.zones, Certainty(0, None, saturated=True), None, known.outlines)
    found = total(asked, seen | {camera: blind}, NOW)
    assert camera in found.unknown_cameras
    assert (found.complete, found.high) == (False, None)
    for capacity in (None, found.people + 1):
        report = AreaMonitor(tuple(asked), capacity, None).update(NOW, seen | {camera: blind})
        assert public_figure(report) == PublicFigure("unknown")
    if found.people:
        full = AreaMonitor(tuple(asked), found.people, None).update(NOW, seen | {camera: blind})
        assert public_figure(full).state == "full", "who is seen is there"


def frame(people: int | None, estimate: float | None = None, at: float = NOW) -> Reading:
    """A camera that counts so many, estimates so many, or (None) is saturated and can do neither."""
    if estimate is not None:
        found = crowd(estimate)
        judged = Certainty(found.figure.low, found.figure.high, saturated=True)
        return Reading(at, people or 0, certainty=judged, crowd=found)
    if people is None:
        return Reading(at, 2, certainty=Certainty(4, None, saturated=True))
    return Reading(at, people, certainty=Certainty(people, people))


def test_an_estimate_is_added_with_its_range() -> None:
    found = total([WHOLE, Part("b")], {"a": frame(12, 470.4), "b": Reading(NOW, 6, certainty=Certainty(5, 7))}, NOW)
    assert (found.people, found.low, found.high, found.estimated) == (476, 381, 572, True)
    assert found.complete, "an estimate is known"


def test_zones_of_one_camera_that_overlap_count_their_people_once() -> None:
    left, right = ((0, 0), (0.75, 0), (0.75, 1), (0, 1)), ((0.25, 0), (1, 0), (1, 1), (0.25, 1))
    seen = {
        "a": replace(frame(0, 400), zones=dict.fromkeys(ZONES, frozenset()), outlines={"gate": left, "hall": right})
    }
    gate, hall = Part("a", "gate"), Part("a", "hall")
    people = [total(asked, seen, NOW).people for asked in ([gate], [hall], [gate, hall], [gate, WHOLE])]
    assert people == [300, 300, 400, 400]


@pytest.mark.parametrize(
    ("tracks", "people", "high"),
    [(not_yet_known(0), 0, None), (saturated(0, ()), 0, None)],
)
def test_the_first_frame_and_a_saturated_one_are_not_zero(tracks: object, people: int, high: int | None) -> None:
    reading = read(tracks, (), NOW)  # type: ignore[arg-type]
    found = total([WHOLE], {"a": reading}, NOW)
    assert (found.people, found.high, found.unknown_cameras) == (people, high, ("a",))
    assert not found.complete


def test_a_sum_of_no_camera_is_not_known() -> None:
    nothing = total([], {}, NOW)
    assert (nothing.watched, nothing.complete, nothing.high, nothing.state()) == (False, False, None, "unknown")
    assert public_figure(AreaMonitor((), 10, None).update(NOW, {})) == PublicFigure("unknown")
    assert total([WHOLE], {}, NOW).state() == "unknown"


def follow(area: AreaMonitor, *steps: tuple[int, Reading | None], begin: int = 0) -> list[AreaReport]:
    """The report of each second, with so many seconds of each reading."""
    reports = []
    t = begin
    for seconds, reading in steps:
        for _ in range(seconds):
            reports.append(area.update(t, {} if reading is None else {"a": replace(reading, at_s=t)}))
            t += 1
    return reports


def test_limits_follow_the_estimate() -> None:
    area = AreaMonitor((WHOLE,), None, Limits(warning=100, critical=400))
    reports = follow(area, (5, frame(12)), (6, frame(12, 450)))
    assert [reports[4].level, reports[-1].level] == [Level.CLEAR, Level.CRITICAL]
    assert reports[-1].alert is not None
    assert reports[-1].alert.peak == 450


def test_saturation_does_not_end_an_alert_however_long_it_lasts() -> None:
    area = AreaMonitor((WHOLE,), None, Limits(critical=100))
    reports = follow(area, (6, frame(12, 450)), (int(UNWATCHED_S) * 3, frame(None)))
    assert {report.level for report in reports[6:]} == {Level.CRITICAL}
    over = follow(area, (12, frame(3)), begin=200)
    assert [report.cleared for report in over].count(True) == 1, "it ends when it is seen to"
    assert over[-1].level is Level.CLEAR


def test_a_level_may_rise_by_the_lower_bound() -> None:
    area = AreaMonitor((WHOLE,), None, Limits(critical=4))
    assert follow(area, (5, frame(None)))[-1].level is Level.CRITICAL, "four were found at least"


def test_a_scene_that_flickers_between_crowded_and_not_gives_one_alert() -> None:
    area = AreaMonitor((WHOLE,), None, Limits(critical=100))
    steps = [(1, frame(12, 450)), (3, frame(12))] * 10
    reports = follow(area, *steps)
    began = {report.alert.began for report in reports if report.alert is not None}
    assert len(began) == 1
    first = next(i for i, report in enumerate(reports) if report.level is Level.CRITICAL)
    assert {report.level for report in reports[first:]} == {Level.CRITICAL}
    assert not any(report.cleared for report in reports)


def test_a_trend_does_not_take_an_estimate_for_people_who_came() -> None:
    area = AreaMonitor((WHOLE,), 2000, None)
    reports = follow(area, (60, frame(12)), (20, frame(12, 450)), (20, frame(None)))
    assert reports[59].per_minute == pytest.approx(0)
    assert [(one.per_minute, one.full_in_s) for one in reports[60:]] == [(None, None)] * 40


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (frame(3), PublicFigure("go", 3)),
        (frame(3, 470), PublicFigure("go", 470, 376, 564, estimated=True)),
        (frame(3, 850), PublicFigure("busy", 850, 680, 1020, estimated=True)),
        (frame(3, 1000), PublicFigure("full", 1000, 800, 1200, estimated=True)),
        (frame(None), PublicFigure("unknown")),
        (Reading(NOW, 0, certainty=Certainty(0, 3, known=False)), PublicFigure("unknown")),
        (None, PublicFigure("unknown")),
    ],
)
def test_what_everybody_is_told(reading: Reading | None, expected: PublicFigure) -> None:
    area = AreaMonitor((WHOLE,), 1000, None)
    assert public_figure(follow(area, (5, reading))[-1]) == expected


@pytest.mark.parametrize(
    ("capacity", "limits", "estimate", "expected"),
    [
        (None, None, 5000, "go"),  # nothing says that it can be full
        (1000, Limits(critical=1000), 800, "go"),  # at most 960
        (1000, Limits(critical=1000), 833, "busy"),  # at most 1,000, which is full
        (1000, Limits(critical=1000), 850, "busy"),  # at most 1,020
        (1000, Limits(critical=2000), 850, "busy"),  # the capacity is lower
        (2000, Limits(critical=1000), 850, "busy"),  # the limit is lower
        (None, Limits(critical=1000), 850, "busy"),
        (None, Limits(warning=1000), 850, "busy"),  # no other limit
        (None, Limits(warning=900, critical=2000), 850, "go"),  # perhaps busy, surely not full
    ],
)
def test_nobody_is_sent_where_it_may_be_full(
    capacity: int | None, limits: Limits | None, estimate: float, expected: str
) -> None:
    area = AreaMonitor((WHOLE,), capacity, limits)
    report = follow(area, (5, frame(3, estimate)))[-1]
    told = public_figure(report)
    assert (told.state, told.people) == (expected, estimate)


@given(readings, parts, st.none() | st.integers(1, 300), st.none() | st.integers(1, 300))
def test_go_leaves_room_for_everybody_there_may_be(
    seen: dict[str, Reading], asked: list[Part], capacity: int | None, critical: int | None
) -> None:
    limits = None if critical is None else Limits(critical=critical)
    area = AreaMonitor(tuple(asked), capacity, limits)
    report = area.update(NOW, seen)
    if public_figure(report).state == "go":
        assert report.total.complete
        assert report.total.high is not None
        assert report.total.high < min(capacity or math.inf, critical or math.inf)


def test_full_stays_full_when_it_can_no_longer_be_counted() -> None:
    area = AreaMonitor((WHOLE,), 100, None)
    reports = follow(area, (6, frame(12, 450)), (30, frame(None)), (5, frame(12, 450)))
    assert {public_figure(report).state for report in reports[6:36]} == {"full"}
    assert reports[10].total == total([WHOLE], {"a": replace(frame(None), at_s=10.0)}, 10)
    assert public_figure(reports[10]).people is None


def states(reports: list[AreaReport]) -> list[str]:
    """What the page without an account says at each report."""
    return [public_figure(report).state for report in reports]


ROOM, TIGHT = frame(12, 820), frame(12, 840)
"""At most 984 and at most 1,008 people."""
CLEAR_S = int(Limits().clear_s)


def test_a_range_that_flickers_round_the_capacity_is_busy_without_a_break() -> None:
    area = AreaMonitor((WHOLE,), None, Limits(critical=1000))
    assert set(states(follow(area, (3, ROOM)))) == {"go"}
    flicker = follow(area, *[(1, TIGHT), (1, ROOM)] * 20, begin=3)
    assert set(states(flicker)) == {"busy"}, "at once, and it stays"
    assert states(follow(area, (10, ROOM), begin=43)) == ["busy"] * (CLEAR_S - 1) + ["go"] * (11 - CLEAR_S)


def test_a_count_that_flickers_round_the_capacity_is_full_without_a_break() -> None:
    area = AreaMonitor((WHOLE,), 10, Limits(critical=50))
    reports = states(follow(area, (2, frame(9)), *[(1, frame(10)), (1, frame(9))] * 10, (10, frame(9))))
    assert reports == ["go"] * 2 + ["full"] * (19 + CLEAR_S) + ["go"] * (11 - CLEAR_S)


def test_what_is_not_known_is_said_at_once_and_its_seconds_give_no_room() -> None:
    area = AreaMonitor((WHOLE,), None, Limits(critical=1000))
    reports = states(follow(area, (2, TIGHT), (20, frame(None)), (10, ROOM)))
    assert reports == ["busy"] * 2 + ["unknown"] * 20 + ["busy"] * CLEAR_S + ["go"] * (10 - CLEAR_S)
