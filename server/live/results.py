"""The answer to a frame, as docs/protocol.md names its parts."""

from collections.abc import Callable
from typing import Any

from server.core.alarm import Alert
from server.core.analytics import Analysis, LineReport
from server.core.heatmap import HeatmapImage
from server.core.tracks import Tracks
from server.core.watch import ZoneReport

Json = dict[str, Any]


AlertId = Callable[[str, str], str | None]
"""From zone id and figure to the id of the alert that goes on."""


def encode_result(tracks: Tracks, analysis: Analysis, alert_id: AlertId) -> Json:
    """People, totals, zones, lines and, in its turn, the heatmap."""
    figures = analysis.figures
    result: Json = {
        "epoch": tracks.epoch,
        "t": tracks.t,
        "width": tracks.width,
        "height": tracks.height,
        "people": [
            {"id": person.id, "box": [round(v, 5) for v in person.box_norm], "score": round(person.score, 3)}
            for person in tracks.people
        ],
        "count": figures.count,
        "peak": figures.peak,
        "peak_t": figures.peak_t,
        "unique": figures.unique,
        "zones": [_zone(report, alert_id) for report in analysis.zones],
        "lines": [_line(report) for report in analysis.lines],
    }
    if analysis.heatmap is not None:
        result["heatmap"] = _heatmap(analysis.heatmap)
    return result


def _heatmap(image: HeatmapImage) -> Json:
    return {"columns": image.columns, "rows": image.rows, "max_seconds": image.max_seconds, "cells": image.cells}


def _zone(report: ZoneReport, alert_id: AlertId) -> Json:
    figures, dwell = report.figures, report.figures.dwell
    return {
        "id": report.zone.id,
        "occupancy": figures.occupancy,
        "people": list(report.present),
        "peak": figures.peak,
        "average": round(figures.average, 2),
        "entries": figures.entries,
        "exits": figures.exits,
        "lost": figures.lost,
        "visitors": figures.visitors,
        "dwell": {
            "mean_s": _rounded(dwell.mean_s, 1),
            "median_s": _rounded(dwell.median_s, 1),
            "p90_s": _rounded(dwell.p90_s, 1),
            "longest_now_s": round(dwell.longest_now_s, 1),
        },
        "area_m2": _rounded(report.area_m2, 2),
        "density": _rounded(report.density, 3),
        "service": report.service,
        "level": report.level.name.lower(),
        "alerts": {
            figure: {"id": alert_id(report.zone.id, figure), **_alert(alert)} for figure, alert in report.alerts.items()
        },
    }


def _alert(alert: Alert) -> Json:
    return {
        "level": alert.level.name.lower(),
        "began": alert.began,
        "peak": _rounded(alert.peak, 3),
        "peak_t": alert.peak_t,
    }


def _line(report: LineReport) -> Json:
    return {"id": report.line.id, "in": report.inward, "out": report.outward}


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
