"""The answer to a frame, as docs/protocol.md names its parts."""

from collections.abc import Callable
from typing import Any

from server.core.analytics import Analysis
from server.core.heatmap import HeatmapImage
from server.core.report_json import encode_alert, encode_certainty, encode_line, encode_zone
from server.core.tracks import Tracks
from server.core.watch import ZoneReport
from server.live.rate import Rate

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
        **encode_certainty(tracks),
        "peak": figures.peak,
        "peak_t": figures.peak_t,
        "unique": figures.unique,
        "zones": [_zone(report, alert_id) for report in analysis.zones],
        "lines": [encode_line(report) for report in analysis.lines],
    }
    if analysis.heatmap is not None:
        result["heatmap"] = _heatmap(analysis.heatmap)
    return result


def encode_rate(rate: Rate) -> Json:
    """How many frames a second came and how many were counted."""
    return {"offered": round(rate.offered, 1), "counted": round(rate.counted, 1), "full": rate.full}


def _heatmap(image: HeatmapImage) -> Json:
    return {
        "window": image.window.value,
        "columns": image.columns,
        "rows": image.rows,
        "max_seconds": image.max_seconds,
        "cells": image.cells,
    }


def _zone(report: ZoneReport, alert_id: AlertId) -> Json:
    alerts = {
        figure: {"id": alert_id(report.zone.id, figure), **encode_alert(alert)}
        for figure, alert in report.alerts.items()
    }
    return encode_zone(report) | {"alerts": alerts}
