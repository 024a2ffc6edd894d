"""Analytics as a whole: figures, zones, lines and alarms of one stream."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.core.alarm import Level, Limits
from server.core.analytics import Analysis, Analytics
from server.core.ground import Calibration, GroundError
from server.core.plan import Plan, ZoneLimits
from server.core.tracks import Track, Tracks
from server.core.visits import Event, VisitChange
from server.core.zone import Anchor, Line, Zone
from tests.core.walk import SIZE, at

LEFT = Zone("left", "Left", ((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
RIGHT = Zone("right", "Right", ((0.5, 0), (1, 0), (1, 1), (0.5, 1)))
MIDDLE = Line("middle", "Middle", ((0.5, 1.0), (0.5, 0.0)))
PLAN = Plan((LEFT, RIGHT), (MIDDLE,))


def frame(t: float, *xs: float, epoch: int = 1) -> Tracks:
    """People 1, 2, … at these x."""
    return Tracks(t, *SIZE, tuple(Track(n, at(x, 0.6), 0.9) for n, x in enumerate(xs, 1)), epoch=epoch)


def play(analytics: Analytics, seconds: float, *xs: float, start: float = 0, epoch: int = 1) -> Analysis:
    for n in range(round(seconds * 10)):
        analysis = analytics.update(frame(start * 1000 + n * 100, *xs, epoch=epoch))
    return analysis


def counts(analysis: Analysis) -> dict[str, tuple[int, int]]:
    return {report.zone.id: (report.figures.occupancy, report.figures.visitors) for report in analysis.zones}


def test_people_move_from_zone_to_zone() -> None:
    analytics = Analytics(PLAN)
    assert counts(play(analytics, 2, 0.2, 0.3)) == {"left": (2, 2), "right": (0, 0)}
    analysis = play(analytics, 2, 0.2, 0.7, start=4)
    assert counts(analysis) == {"left": (1, 2), "right": (1, 1)}
    assert [(report.inward, report.outward) for report in analysis.lines] == [(1, 0)]
    assert analysis.zones[1].present == (2,)
    assert analysis.figures.count == 2


def test_a_new_epoch_leaves_nobody_behind() -> None:
    analytics = Analytics(PLAN)
    play(analytics, 2, 0.2, 0.3)
    analysis = play(analytics, 2, 0.2, start=2, epoch=2)
    assert counts(analysis) == {"left": (1, 3), "right": (0, 0)}
    left = analysis.zones[0].figures
    assert left.entries - left.exits == left.occupancy + left.lost == 1
    assert left.lost == 0


SMALLER = replace(LEFT, points_norm=((0, 0), (0.25, 0), (0.25, 1), (0, 1)))


@pytest.mark.parametrize(
    ("changed", "visitors", "occupancy"),
    [
        (replace(LEFT, name="West", colour="#ff0000"), 3, 2),
        (replace(LEFT, entry_s=1.0), 2, 2),
        (replace(LEFT, anchor=Anchor.CENTRE), 2, 2),
        (replace(LEFT, points_norm=((0, 0), (0.4, 0), (0.4, 1), (0, 1))), 2, 2),
        (SMALLER, 2, 1),
    ],
)
def test_what_changes_the_counting_starts_it_anew_with_those_inside(
    changed: Zone, visitors: int, occupancy: int
) -> None:
    analytics = Analytics(PLAN)
    play(analytics, 2, 0.2, 0.3, 0.4)
    play(analytics, 1, 0.2, 0.3, 0.9, start=2)
    analytics.set_plan(Plan((changed, RIGHT), (replace(MIDDLE, name="Door"),)))
    analysis = play(analytics, 1, 0.2, 0.3, 0.9, start=3)
    assert counts(analysis)["left"] == (occupancy, visitors)
    assert analysis.zones[0].zone == changed
    assert analysis.lines[0].line.name == "Door"


def test_a_reset_ends_the_visits_of_those_who_are_away() -> None:
    analytics = Analytics(PLAN)
    play(analytics, 2, 0.2, 0.3)
    play(analytics, 2, 0.2, 0.7, start=2)
    analytics.reset()
    left, right = analytics.update(frame(4000, 0.2, 0.7)).zones
    assert [(event.kind, event.id) for event in left.events] == [(VisitChange.END, 2)]
    assert left.events[0].dwell_s == pytest.approx(1.9)
    assert right.events == ()


def test_a_reset_begins_every_count_anew_and_keeps_levels() -> None:
    limits = {"left": ZoneLimits(people=Limits(warning=1, hold_s=0))}
    analytics = Analytics(replace(PLAN, limits=limits))
    play(analytics, 2, 0.2, 0.3)
    play(analytics, 2, 0.2, 0.7, start=2)
    analytics.reset()
    analysis = play(analytics, 0.2, 0.2, 0.7, start=4)
    assert (analysis.figures.unique, analysis.figures.peak) == (2, 2)
    assert counts(analysis) == {"left": (1, 1), "right": (1, 1)}
    assert [(report.inward, report.outward) for report in analysis.lines] == [(0, 0)]
    assert analysis.zones[0].level is Level.WARNING


def test_a_removed_zone_is_gone_and_comes_back_empty() -> None:
    analytics = Analytics(PLAN)
    play(analytics, 2, 0.2)
    analytics.set_plan(Plan())
    assert counts(play(analytics, 1, 0.2, start=2)) == {}
    analytics.set_plan(PLAN)
    assert counts(play(analytics, 0.2, 0.2, start=3))["left"] == (0, 0)


def test_too_many_people_raise_the_level_and_density_needs_a_calibration() -> None:
    limits = {"left": ZoneLimits(people=Limits(2, 3, hold_s=1), density=Limits(critical=0.05, hold_s=0))}
    analysis = play(Analytics(Plan((LEFT,), limits=limits)), 2, 0.2, 0.3)
    assert (analysis.zones[0].level, analysis.zones[0].density) == (Level.WARNING, None)
    ground = Calibration(((0, 0), (0.5, 0)), ((0.0, 0.0), (5.0, 0.0)))
    analysis = play(Analytics(Plan((LEFT,), limits=limits, calibration=ground)), 2, 0.2, 0.3)
    report = analysis.zones[0]
    assert report.area_m2 == pytest.approx(25)
    assert report.density == pytest.approx(2 / 25)
    assert (report.level, report.service) == (Level.CRITICAL, "A")
    assert set(report.alerts) == {"people", "density"}


def test_a_long_stay_raises_the_level_once() -> None:
    limits = {"left": ZoneLimits(dwell=Limits(warning=5, hold_s=0))}
    analytics = Analytics(Plan((LEFT,), limits=limits))
    steps = [step for n in range(200) for _, step in analytics.update(frame(n * 100, 0.2)).zones[0].steps]
    assert [(step.after, round(step.t / 1000, 1)) for step in steps] == [(Level.WARNING, 5.0)]


GROUND = Calibration(((0, 0), (0.5, 0)), ((0.0, 0.0), (5.0, 0.0)))


def test_an_alert_ends_when_its_figure_is_not_known_any_more() -> None:
    limits = {"left": ZoneLimits(density=Limits(critical=0.05, hold_s=0))}
    plan = Plan((LEFT,), limits=limits, calibration=GROUND)
    analytics = Analytics(plan)
    assert play(analytics, 2, 0.2, 0.3).zones[0].level is Level.CRITICAL
    analytics.set_plan(replace(plan, calibration=None))
    report = analytics.update(frame(2000, 0.2, 0.3)).zones[0]
    assert (report.level, report.alerts) == (Level.CLEAR, {})
    assert [(figure, step.after) for figure, step in report.steps] == [("density", Level.CLEAR)]


def test_other_limits_leave_the_alerts_of_other_figures_alone() -> None:
    people, dwell = Limits(2, hold_s=0), Limits(warning=1, hold_s=0)
    plan = Plan((LEFT,), limits={"left": ZoneLimits(people=people, dwell=dwell)})
    analytics = Analytics(plan)
    before = play(analytics, 2, 0.2, 0.3).zones[0].alerts
    assert set(before) == {"people", "dwell"}
    for changed in (replace(dwell, warning=1.5), replace(dwell, hold_s=5), None):
        analytics.set_plan(replace(plan, limits={"left": ZoneLimits(people=people, dwell=changed)}))
        report = analytics.update(frame(2000, 0.2, 0.3)).zones[0]
        assert report.alerts["people"] == before["people"]
        assert report.steps == ()
        if changed:
            assert report.alerts["dwell"].began == before["dwell"].began
    assert set(report.alerts) == {"people"}


places = st.lists(st.sampled_from([0.2, 0.3, 0.45, 0.7, 0.9]), max_size=3)
changes = st.sampled_from(["none", "none", "move", "slow", "remove", "back", "reset", "epoch"])


@settings(max_examples=150)
@given(st.lists(st.tuples(places, st.floats(0.05, 4), changes), max_size=60))
def test_whatever_is_changed_what_came_in_goes_out_once(walked: list[tuple[list[float], float, str]]) -> None:
    """The events of a zone, which history adds up, balance from the first frame to the end of the stream."""
    analytics, t, epoch, events = Analytics(PLAN), 0.0, 1, list[Event]()
    plans = {"move": SMALLER, "slow": replace(LEFT, entry_s=1.0, revisit_s=1.0), "back": LEFT}
    for xs, seconds, change in walked:
        t += seconds * 1000
        if change in plans:
            analytics.set_plan(replace(PLAN, zones=(plans[change], RIGHT)))
        elif change == "remove":
            analytics.set_plan(replace(PLAN, zones=(RIGHT,)))
        elif change == "reset":
            analytics.reset()
        epoch += change == "epoch"
        analysis = analytics.update(frame(t, *xs, epoch=epoch))
        reports = [report for report in analysis.zones if report.zone.id == "left"]
        events += [event for closed in analysis.closed if closed.zone.id == "left" for event in closed.events]
        events += [event for report in reports for event in report.events]
        inside = sum(report.figures.occupancy + report.figures.lost for report in reports)
        if not analysis.followed:
            inside = 0  # they are present, and nobody knows since when
        assert total(events, VisitChange.ENTRY) - total(events, VisitChange.EXIT) == inside
    events += [event for closed in analytics.close() if closed.zone.id == "left" for event in closed.events]
    assert total(events, VisitChange.ENTRY) == total(events, VisitChange.EXIT)
    assert total(events, VisitChange.VISITOR) == total(events, VisitChange.END)
    assert analytics.close() == []


def total(events: list[Event], kind: VisitChange) -> int:
    return sum(event.kind is kind for event in events)


def test_five_nudges_let_nobody_in_again() -> None:
    analytics, events = Analytics(PLAN), list[Event]()
    for n in range(60):
        if n and n % 10 == 0:
            nudged = tuple((min(1.0, x + n / 10_000), y) for x, y in LEFT.points_norm)
            analytics.set_plan(replace(PLAN, zones=(replace(LEFT, points_norm=nudged), RIGHT)))
        events += analytics.update(frame(n * 100, 0.2, 0.3)).zones[0].events
    assert (total(events, VisitChange.ENTRY), total(events, VisitChange.EXIT)) == (2, 0)


def test_a_calibration_that_tells_nothing_leaves_counting_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise GroundError("BAD_CALIBRATION", "The four points do not make a plane.")

    monkeypatch.setattr("server.core.ground.Ground", fail)
    report = play(Analytics(Plan((LEFT,), calibration=GROUND)), 2, 0.2).zones[0]
    assert (report.figures.occupancy, report.area_m2, report.density) == (1, None, None)
