"""The differences between the limits of two plans, as one log line."""

from server.core.alarm import Limits
from server.core.plan import Plan, ZoneLimits

FIGURES = ("people", "density", "dwell")


def limit_changes(before: Plan, after: Plan) -> str:
    """Return each changed limit, as in ``Gate people 10/20 → 15/-``: warning before critical, ``-`` for none."""
    names = {zone.id: zone.name for plan in (before, after) for zone in plan.zones}
    found = []
    for zone_id, name in names.items():
        old, new = (plan.limits.get(zone_id, ZoneLimits()) for plan in (before, after))
        for figure in FIGURES:
            was, now = getattr(old, figure), getattr(new, figure)
            if was != now:
                found.append(f"{name} {figure} {_format(was, now)} → {_format(now, was)}")
    return "; ".join(found)


def _format(limits: Limits | None, other: Limits | None) -> str:
    """Format a limit, with its times if only these differ from `other`."""
    if limits is None:
        return "-"
    text = "/".join("-" if value is None else f"{value:g}" for value in (limits.warning, limits.critical))
    if other is None or (limits.warning, limits.critical) != (other.warning, other.critical):
        return text
    return f"{text} (hold {limits.hold_s:g} s, clear {limits.clear_s:g} s, pause {limits.cooldown_s:g} s)"
