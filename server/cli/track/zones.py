"""Zones and lines of a file: read before, reported after."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from server.alerts.words import plain
from server.core.alarm import Alert, Level
from server.core.analytics import Analysis
from server.core.errors import CodedError
from server.core.names import check_plan_names
from server.core.plan import Plan
from server.core.plan_json import decode_plan
from server.core.report_json import encode_line, encode_zone, rounded
from server.core.text import shown
from server.core.zone_counter import ZoneFigures
from server.core.zone_monitor import ClosedZone, ZoneReport

MAX_BYTES = 1_000_000
FAR_APART = "frames are too far apart to follow people"

AlertKey = tuple[str, str, float]
"""Zone id, figure, and when it began, milliseconds of capture time."""


def read_plan(path: Path) -> Plan:
    """The plan in a file (docs/zones.md). Raises CodedError ``BAD_PLAN`` or the code of what is wrong with it."""
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)  # by what is read: a device or a pipe has no length, and may have no end
    if len(content) > MAX_BYTES:
        raise CodedError("BAD_PLAN", f"{path} is too large to be zones")
    try:
        plan = decode_plan(json.loads(content.decode()))
        check_plan_names(plan)
        return plan
    except RecursionError as error:
        raise CodedError("BAD_PLAN", f"{path} nests too deep to be zones") from error
    except ValueError as error:
        raise CodedError("BAD_PLAN", f"{path} is not JSON: {shown(error, 200)}") from error
    except CodedError as error:
        raise CodedError(error.code, f"{path}: {error.message}") from error


class ZoneStats:
    """What the zones and lines of a file counted, and the alerts that there were."""

    def __init__(self) -> None:
        self._last: Analysis | None = None
        self._figures: dict[str, ZoneFigures] = {}
        self._alerts: dict[AlertKey, Alert] = {}
        self._ranges: dict[AlertKey, tuple[float, float] | None] = {}

    def note(self, analysis: Analysis) -> None:
        """Take in a frame's analysis."""
        self._last = analysis
        for report in analysis.zones:
            self._figures[report.zone.id] = report.figures
            for figure, alert in report.alerts.items():
                self._follow(report, figure, alert)
            for figure, step in report.steps:
                if step.after is Level.CLEAR:
                    self._follow(report, figure, step.alert)

    def _follow(self, report: ZoneReport, figure: str, alert: Alert) -> None:
        """Keep the newest of an alert, and the range of its peak where this frame brought the peak."""
        key = report.zone.id, figure, alert.began
        before, self._alerts[key] = self._alerts.get(key), alert
        if before is None or before.peak_t != alert.peak_t:
            self._ranges[key] = report.range_of(figure)

    def close(self, zones: Iterable[ClosedZone]) -> None:
        """The file ended: every stay has a length now. Who was inside in the last frame was, and did not go out."""
        for closed in zones:
            if closed.zone.id in self._figures:
                dwell = replace(closed.figures.dwell, longest_now_s=self._figures[closed.zone.id].dwell.longest_now_s)
                self._figures[closed.zone.id] = replace(self._figures[closed.zone.id], dwell=dwell)

    def report(self) -> dict[str, Any]:
        """The figures at the end, with names."""
        if self._last is None:
            return {"zones": [], "lines": [], "alerts": []}
        followed = self._last.followed
        return {
            "zones": [
                {
                    "name": report.zone.name,
                    **encode_zone(replace(report, figures=self._figures[report.zone.id])),
                }
                for report in self._last.zones
            ],
            "lines": [
                {"name": report.line.name, **encode_line(report, followed=followed)} for report in self._last.lines
            ],
            "alerts": [_encode(key, alert, self._ranges[key]) for key, alert in self._alerts.items()],
        }


def _encode(key: AlertKey, alert: Alert, found: tuple[float, float] | None) -> dict[str, Any]:
    """An alert of the file; `found` is the range of its peak where that is an estimate."""
    low, high = (min(found[0], alert.peak), max(found[1], alert.peak)) if found else (None, None)
    return {
        "zone": key[0],
        "figure": key[1],
        "level": alert.worst.name.lower(),
        "began": alert.began,
        "ended": alert.ended,
        "peak": round(alert.peak, 3),
        "peak_t": alert.peak_t,
        "estimated": found is not None,
        "peak_low": rounded(low, 3),
        "peak_high": rounded(high, 3),
    }


def summary(report: dict[str, Any]) -> list[str]:
    """The figures in a line for each zone and line, for people who asked for no file with them."""
    lines = []
    for zone in report["zones"]:
        mean = zone["dwell"]["mean_s"]
        stay = "" if mean is None else f", {mean} s on average"
        came = f"{zone['visitors']} visitors, {zone['entries']} entries, {zone['exits']} exits"
        if zone["visitors"] is None:
            came = FAR_APART
        most = zone["peak"] if zone["crowd_peak"] is None else f"about {max(zone['peak'], zone['crowd_peak'])}"
        known = "" if zone["known"] else ", not known how many in the end"
        lines.append(f"{plain(zone['name'])}: {came}, at most {most} at once{stay}{known}")
    for line in report["lines"]:
        crossed = FAR_APART if line["in"] is None else f"{line['in']} in, {line['out']} out"
        lines.append(f"{plain(line['name'])}: {crossed}")
    return lines
