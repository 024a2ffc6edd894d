"""Sums of a room as JSON values, as `room_update` names them."""

from typing import Any

from server.core.alarm import Level
from server.core.total import Total
from server.core.venue import AreaReport
from server.storage.rooms.areas import Area

Json = dict[str, Any]


def encode_total(found: Total, level: Level = Level.CLEAR) -> Json:
    """How many people, and how sure that is."""
    return {
        "people": found.people,
        "low": found.low,
        "high": found.high,
        "estimated": found.estimated,
        "state": found.state(level),
        "stale": found.stale,
        "unknown_cameras": list(found.unknown_cameras),
        "stale_cameras": list(found.stale_cameras),
        "missing_cameras": list(found.missing_cameras),
    }


def encode_area(area: Area, report: AreaReport, people: Total) -> Json:
    """An area: its people as of now, its level and trend as of its last report."""
    return {
        "id": area.id,
        "name": area.name,
        **encode_total(people, report.level),
        "capacity": area.capacity,
        "level": report.level.name.lower(),
        "trend": None if report.per_minute is None else round(report.per_minute, 1),
        "full_in_s": None if report.full_in_s is None else round(report.full_in_s, -1),
    }
