"""Figures over several cameras: sums, staleness, levels, trends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.alarm import Level, Limits
from server.core.public_figure import public_figure
from server.core.reading import SILENT_S, Reading, State, state_of
from server.core.total import Part, total
from server.core.trend import Trend
from server.core.venue import UNWATCHED_S, AreaMonitor, limits_for

NOW = 1000.0
CAMERAS = ("a", "b", "c", "d")
ZONES = ("gate", "hall")

identities = st.frozensets(st.integers(1, 30), max_size=10)


@st.composite
def some_reading(draw: st.DrawFn) -> Reading:
    """What a camera may have seen, up to half a minute ago; everybody in a zone is in the frame."""
    zones = draw(st.dictionaries(st.sampled_from(ZONES), identities))
    inside = len(frozenset().union(*zones.values()))
    age = draw(st.floats(0, 30))
    return Reading(NOW - age, inside + draw(st.integers(0, 5)), zones)


readings = st.dictionaries(st.sampled_from(CAMERAS), some_reading())
parts = st.lists(st.builds(Part, st.sampled_from(CAMERAS), st.sampled_from([None, *ZONES])), max_size=8)


@given(readings, parts)
def test_totals_hide_nothing(seen: dict[str, Reading], asked: list[Part]) -> None:
    found = total(asked, seen, NOW)
    cameras = {part.camera_id for part in asked}
    assert 0 <= found.stale <= found.people <= sum(reading.count for reading in seen.values())
    silent = {name for name in cameras if state_of(seen.get(name), NOW) is State.SILENT}
    assert set(found.stale_cameras) == silent, "every silent camera is named, and no other"
    assert cameras - seen.keys() <= set(found.missing_cameras), "every camera that is offline is named"
    backwards = total(asked[::-1], dict(reversed(seen.items())), NOW)
    assert (found.people, found.stale) == (backwards.people, backwards.stale)
    assert found.people == total(asked + asked, seen, NOW).people, "nothing counts twice"
    fresh = {name: reading for name, reading in seen.items() if name not in silent}
    assert found.people - found.stale == total(asked, fresh, NOW).people


@given(readings, parts, parts)
def test_more_parts_never_have_fewer_people(seen: dict[str, Reading], some: list[Part], more: list[Part]) -> None:
    assert total(some + more, seen, NOW).people >= total(some, seen, NOW).people


def test_zones_of_one_camera_count_everybody_once() -> None:
    seen = {"a": Reading(NOW, 9, {"gate": frozenset({1, 2, 3}), "hall": frozenset({3, 4})}), "b": Reading(NOW, 5)}
    assert total([Part("a", "gate"), Part("a", "hall")], seen, NOW).people == 4
    assert total([Part("a", "gate"), Part("a")], seen, NOW).people == 9, "the whole frame includes its zones"
    found = total([Part("a", "gate"), Part("b", "gone"), Part("c")], seen, NOW)
    assert (found.people, found.missing_cameras) == (3, ("b", "c")), "a zone that is not drawn is named, too"


def test_a_camera_is_live_then_silent_then_offline() -> None:
    assert state_of(Reading(NOW), NOW + SILENT_S - 0.01) is State.LIVE
    assert state_of(Reading(NOW), NOW + SILENT_S) is State.SILENT
    assert state_of(Reading(), NOW) is State.SILENT, "it streams, and nothing was seen yet"
    assert state_of(None, NOW) is State.OFFLINE


def watch(area: AreaMonitor, *steps: tuple[float, int | None]) -> list[Level]:
    """The level at each of these times with so many people; None: the camera is offline.

    In between it is looked at every second, as a room does: nothing lasts while nobody looks.
    """
    levels = []
    for (t, n), (until, _) in zip(steps, [*steps[1:], (steps[-1][0], None)], strict=True):
        found = [
            area.update(at, {} if n is None else {"a": Reading(at, n)}) for at in [t, *range(int(t) + 1, int(until))]
        ]
        levels.append(found[0].level)
    return levels


def test_an_area_warns_with_hold_and_hysteresis_as_a_zone_does() -> None:
    area = AreaMonitor((Part("a"),), None, Limits(warning=10, critical=20))
    levels = watch(area, (0, 12), (2, 12), (3, 12), (4, 25), (7, 25), (8, 0), (13, 0))
    expected = [Level.CLEAR, Level.CLEAR, Level.WARNING, Level.WARNING, Level.CRITICAL, Level.CRITICAL, Level.CLEAR]
    assert levels == expected


def test_an_alert_does_not_end_because_nobody_looks() -> None:
    area = AreaMonitor((Part("a"),), None, Limits(critical=10))
    watch(area, (0, 12), (3, 12))
    assert watch(area, (10, None), (30, None), (3 + UNWATCHED_S - 1, None)) == [Level.CRITICAL] * 3
    assert watch(area, (3 + UNWATCHED_S, None)) == [Level.CLEAR], "after a minute nobody can say"


def test_an_alert_says_whether_it_is_over_or_not_watched() -> None:
    area = AreaMonitor((Part("a"),), None, Limits(critical=10, clear_s=2))
    watch(area, (0, 12), (3, 12))
    reports = [area.update(at, {"a": Reading(at, 0)}) for at in range(4, 12)]
    assert [report.cleared for report in reports].count(True) == 1, "once, when it ends"
    assert next(report for report in reports if report.cleared).alert is None
    watch(area, (100, 12), (140, 12))
    assert area.update(140, {"a": Reading(140, 12)}).alert is not None
    gone = area.update(140 + UNWATCHED_S, {})
    assert (gone.alert, gone.cleared) == (None, False), "nobody can say whether they left"


def two(t: float, first: int | None, second: int | None, old_s: float = 0.0) -> dict[str, Reading]:
    """What two cameras saw; None: it is offline. The second one's is so old."""
    seen = {"a": (first, t), "b": (second, t - old_s)}
    return {name: Reading(at, count) for name, (count, at) in seen.items() if count is not None}


BOTH = (Part("a"), Part("b"))


@pytest.mark.parametrize("old_s", [None, SILENT_S])
def test_an_alert_does_not_end_because_one_camera_of_several_is_gone(old_s: float | None) -> None:
    """Neither offline nor silent; the trend does not take its people for people who left."""
    area = AreaMonitor(BOTH, 50, None)
    for t in range(61):
        area.update(t, two(t, 30, 30))
    gone = [area.update(t, two(t, 5, None if old_s is None else 30, old_s or 0)) for t in range(61, 121)]
    assert {report.level for report in gone} == {Level.CRITICAL}
    assert {(report.per_minute, report.full_in_s) for report in gone} == {(None, None)}, "nobody can say"
    back = [area.update(t, two(t, 30, 30)) for t in range(121, 161)]
    assert {report.level for report in back} == {Level.CRITICAL}
    assert back[0].per_minute is None, "it begins anew"
    assert back[-1].per_minute == pytest.approx(0)


def test_after_a_minute_an_area_follows_the_cameras_that_are_left() -> None:
    area = AreaMonitor(BOTH, 50, None)
    for t in range(10):
        area.update(t, two(t, 30, 30))
    levels = {t: area.update(t, two(t, 5, None)).level for t in range(10, 90)}
    assert [levels[68], levels[89]] == [Level.CRITICAL, Level.CLEAR], "an alert does not stay for ever"


def test_an_alert_may_begin_while_a_camera_is_gone() -> None:
    area = AreaMonitor(BOTH, 50, None)
    assert [area.update(t, two(t, 60, None)).level for t in range(5)][-1] is Level.CRITICAL


def test_limits_follow_from_the_capacity_unless_there_are_some() -> None:
    assert limits_for(None) is None
    assert limits_for(50) == Limits(warning=40, critical=50)
    assert AreaMonitor((), 50, Limits(critical=30)).limits == Limits(critical=30)


def test_changing_an_area_begins_anew_only_where_it_counts_differently() -> None:
    area = AreaMonitor((Part("a"),), 50, None)
    assert area.change((Part("a"),), 50, None) is area
    assert area.change((Part("b"),), 50, None) is not area
    assert area.change((Part("a"),), 60, None) is not area


@pytest.mark.parametrize("slope", [-3.0, 0.0, 2.0])
def test_the_trend_is_the_slope_a_minute(slope: float) -> None:
    trend = Trend()
    for second in range(29):
        trend.update(second, 100)
        assert trend.per_minute() is None, "half a minute at least"
    trend = Trend()
    for second in range(600):
        trend.update(second, round(1000 + slope * second / 60))
    assert trend.per_minute() == pytest.approx(slope, abs=0.2)


def test_time_to_capacity() -> None:
    area = AreaMonitor((Part("a"),), 200, None)
    reports = [area.update(t, {"a": Reading(t, 100 + t)}) for t in range(61)]
    assert reports[0].full_in_s is None
    assert reports[-1].full_in_s == pytest.approx(40, rel=0.1)
    assert area.update(61, {"a": Reading(61, 200)}).full_in_s is None, "it is full"


@pytest.mark.parametrize(
    ("people", "age", "expected", "number"),
    [
        (3, 0, "go", 3),
        (9, 0, "busy", 9),
        (10, 0, "full", 10),
        (3, 11, "unknown", None),
        (10, 11, "full", None),
        (3, None, "unknown", None),
        (10, None, "full", None),
    ],
)
def test_what_everybody_is_told(people: int, age: float | None, expected: str, number: int | None) -> None:
    """`go` and numbers need every part to be known; `full` does not."""
    area = AreaMonitor((Part("a"),), 10, None)
    watch(area, (0, people), (3, people))
    report = area.update(4, {} if age is None else {"a": Reading(4 - age, people)})
    told = public_figure(report)
    assert (told.state, told.people) == (expected, number)
