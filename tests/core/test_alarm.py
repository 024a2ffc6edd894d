"""The alert state machine."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.alarm import Alarm, Level, Limits
from server.core.errors import CodedError

CLEAR, WARNING, CRITICAL = Level.CLEAR, Level.WARNING, Level.CRITICAL
LIMITS = Limits(warning=10, critical=20, hold_s=2, hysteresis=0.1, clear_s=3, cooldown_s=10)


def run(alarm: Alarm, *stays: tuple[float, float], start: float = 0) -> list[tuple[float, Level]]:
    """Each value for so many seconds, ten times a second; when (s) the level became what."""
    t, found = start, []
    for value, seconds in stays:
        for _ in range(round(seconds * 10)):
            found += [(round(step.t / 1000, 1), step.after) for step in alarm.update(round(t * 1000), value)]
            t += 0.1
    return found


@pytest.mark.parametrize(
    ("stays", "expected"),
    [
        ([(9.9, 60)], []),
        ([(10, 1.9)], []),  # not held
        ([(10, 3)], [(2.0, WARNING)]),
        ([(25, 3)], [(2.0, WARNING), (2.0, CRITICAL)]),  # no level is skipped
        ([(10, 3), (25, 3)], [(2.0, WARNING), (5.0, CRITICAL)]),
        ([(10, 3), (9.5, 60)], [(2.0, WARNING)]),  # inside the hysteresis
        ([(10, 3), (8, 2.9), (10, 3)], [(2.0, WARNING)]),  # not low for long enough
        ([(10, 3), (8, 4)], [(2.0, WARNING), (6.0, CLEAR)]),
        ([(25, 3), (0, 4)], [(2.0, WARNING), (2.0, CRITICAL), (6.0, WARNING), (6.0, CLEAR)]),
        ([(25, 3), (15, 10)], [(2.0, WARNING), (2.0, CRITICAL), (6.0, WARNING)]),
        ([(10, 3), (0, 4), (10, 13)], [(2.0, WARNING), (6.0, CLEAR), (16.0, WARNING)]),  # cooldown
    ],
)
def test_levels(stays: list[tuple[float, float]], expected: list[tuple[float, Level]]) -> None:
    assert run(Alarm(LIMITS), *stays) == expected


def test_only_a_critical_limit() -> None:
    alarm = Alarm(Limits(critical=5, hold_s=0, clear_s=0, hysteresis=0))
    assert run(alarm, (5, 0.2), (4.9, 0.2)) == [(0.0, CRITICAL), (0.2, CLEAR)]


def test_the_alert_remembers_its_peak_and_end() -> None:
    alarm = Alarm(LIMITS)
    run(alarm, (10, 3), (33, 1), (12, 2))
    assert alarm.alert is not None
    assert (alarm.alert.began, alarm.alert.peak, alarm.alert.peak_t) == (2000, 33, 3000)
    last = [step for n in range(40) for step in alarm.update(6000 + n * 100, 0)][-1]
    assert last.alert.ended == 9000
    assert last.alert.worst is WARNING
    assert alarm.alert is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"warning": 0},
        {"critical": -1},
        {"warning": float("nan")},
        {"warning": 5, "critical": 5},
        {"hold_s": -1},
        {"cooldown_s": 1e9},
        {"hysteresis": 1.0},
    ],
)
def test_limits_that_cannot_be(wrong: dict[str, float]) -> None:
    with pytest.raises(CodedError, match=r"limit|Times|hysteresis"):
        Limits(**wrong)


limits = st.sampled_from([LIMITS, Limits(warning=5), Limits(critical=15), replace(LIMITS, hold_s=0, clear_s=0)])


@given(st.lists(st.tuples(st.floats(0.01, 20), st.none() | st.floats(0, 40), st.none() | limits), max_size=200))
def test_no_level_is_skipped_and_steps_join(values: list[tuple[float, float | None, Limits | None]]) -> None:
    alarm, t, level = Alarm(LIMITS), 0.0, CLEAR
    for seconds, value, changed in values:
        t += seconds
        if changed is not None:
            alarm.change(changed)
        for step in alarm.end(t * 1000) if value is None else alarm.update(t * 1000, value):
            assert step.before is level
            assert abs(step.after - step.before) == 1 or alarm.limits.warning is None
            level = step.after
        assert alarm.level is level
        assert (alarm.alert is None) == (level is CLEAR)


@given(st.lists(st.floats(9.05, 10.95), min_size=50, max_size=300))
def test_it_does_not_flap_inside_its_hysteresis(values: list[float]) -> None:
    alarm = Alarm(LIMITS)
    steps = [step for n, value in enumerate(values) for step in alarm.update(n * 500.0, value)]
    assert len(steps) <= 1


def test_critical_does_not_wait_for_the_cooldown() -> None:
    alarm = Alarm(Limits(warning=5, critical=10, hold_s=2, clear_s=3, cooldown_s=600))
    assert run(alarm, (6, 3), (0, 4), (6, 60), (50, 3)) == [
        (2.0, WARNING),
        (6.0, CLEAR),
        (69.0, WARNING),
        (69.0, CRITICAL),
    ]


def test_a_gap_in_the_pictures_holds_nothing() -> None:
    alarm = Alarm(Limits(warning=5, hold_s=60, clear_s=60))
    assert alarm.update(0, 9) + alarm.update(60_000, 9) == []
    assert run(alarm, (9, 62), start=60)[0] == (119.0, WARNING)
    assert alarm.update(200_000, 0) + alarm.update(290_000, 0) == []
    assert run(alarm, (0, 62), start=290)[0] == (349.0, CLEAR)


def test_an_unknown_figure_ends_its_alert() -> None:
    alarm = Alarm(LIMITS)
    run(alarm, (25, 3))
    steps = alarm.end(3000)
    assert [(step.before, step.after) for step in steps] == [(CRITICAL, WARNING), (WARNING, CLEAR)]
    assert (steps[-1].alert.ended, alarm.alert, alarm.level) == (3000, None, CLEAR)
    assert alarm.end(3100) == []
    assert run(alarm, (10, 13), start=4) == [(13.0, WARNING)], "the cooldown applies"


def test_other_limits_keep_the_level_and_the_cooldown() -> None:
    alarm = Alarm(LIMITS)
    run(alarm, (25, 3))
    began = alarm.alert
    alarm.change(replace(LIMITS, warning=12, critical=40))
    assert run(alarm, (25, 2), start=3) == []
    assert alarm.alert == began
    assert run(alarm, (25, 2), start=5) == [(6.0, WARNING)], "below the new limit for long enough"
    assert run(alarm, (0, 4), start=7) == [(10.0, CLEAR)]
    alarm.change(LIMITS)
    assert run(alarm, (10, 11), start=11) == [(20.0, WARNING)]


@pytest.mark.parametrize("limits", [Limits(warning=10), Limits(critical=10), Limits()])
def test_a_level_whose_limit_is_gone_falls(limits: Limits) -> None:
    alarm = Alarm(LIMITS)
    run(alarm, (25, 3))
    alarm.change(limits)
    run(alarm, (0, 20), start=3)
    assert (alarm.level, alarm.alert) == (CLEAR, None)


def unsure(alarm: Alarm, *stays: tuple[float, float, bool]) -> list[tuple[float, Level]]:
    """Each value for so many seconds, and whether it may fall."""
    t, found = 0.0, []
    for value, seconds, may_fall in stays:
        for _ in range(round(seconds * 10)):
            steps = alarm.update(round(t * 1000), value, may_fall=may_fall)
            found += [(round(step.t / 1000, 1), step.after) for step in steps]
            t += 0.1
    return found


@pytest.mark.parametrize(
    ("stays", "expected"),
    [
        ([(10, 3, True), (0, 60, False)], [(2.0, WARNING)]),  # a lower bound ends nothing
        ([(10, 3, True), (0, 60, False), (0, 4, True)], [(2.0, WARNING), (66.0, CLEAR)]),
        ([(10, 3, True), (0, 2, True), (0, 1, False), (0, 4, True)], [(2.0, WARNING), (9.0, CLEAR)]),
        ([(10, 1, True), (0, 5, False), (10, 1.5, True)], [(7.0, WARNING)]),  # and interrupts no hold
        ([(10, 1, True), (0, 60, False)], []),  # yet it holds nothing either
        ([(10, 1, True), (0, 5, False), (0, 0.1, True), (10, 1.5, True)], []),
        ([(10, 3, False), (25, 3, False)], [(2.0, WARNING), (5.0, CRITICAL)]),  # it may rise
    ],
)
def test_a_lower_bound_makes_nothing_better(
    stays: list[tuple[float, float, bool]], expected: list[tuple[float, Level]]
) -> None:
    assert unsure(Alarm(LIMITS), *stays) == expected
