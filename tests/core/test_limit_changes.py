"""Changed limits, told in a line."""

from dataclasses import replace

from server.core.alarm import Limits
from server.core.limit_changes import limit_changes
from server.core.plan import Plan, ZoneLimits
from server.core.zone import Zone

GATE = Zone("gate", "Gate", ((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
HALL = Zone("hall", "Hall", ((0.5, 0), (1, 0), (1, 1), (0.5, 1)))
FEW = Limits(warning=10, critical=20)


def plan(**limits: ZoneLimits) -> Plan:
    """Two zones with these limits."""
    return Plan((GATE, HALL), (), limits)


def test_nothing_changed() -> None:
    assert limit_changes(Plan(), plan()) == ""
    assert limit_changes(plan(gate=ZoneLimits(FEW)), plan(gate=ZoneLimits(FEW))) == ""


def test_every_figure_of_every_zone_is_told() -> None:
    before = plan(gate=ZoneLimits(people=FEW), hall=ZoneLimits(dwell=Limits(warning=60)))
    after = plan(gate=ZoneLimits(people=Limits(warning=15.5), density=Limits(critical=4)))
    assert limit_changes(before, after) == "Gate people 10/20 → 15.5/-; Gate density - → -/4; Hall dwell 60/- → -"


def test_times_are_told_where_they_are_all_that_changed() -> None:
    slow = replace(FEW, hold_s=9.0)
    changed = limit_changes(plan(gate=ZoneLimits(FEW)), plan(gate=ZoneLimits(slow)))
    assert changed == ("Gate people 10/20 (hold 3 s, clear 5 s, pause 30 s) → 10/20 (hold 9 s, clear 5 s, pause 30 s)")


def test_limits_of_a_zone_that_is_gone() -> None:
    assert limit_changes(plan(gate=ZoneLimits(FEW)), Plan((HALL,))) == "Gate people 10/20 → -"
