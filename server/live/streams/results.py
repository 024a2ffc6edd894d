"""The answer to a frame, as docs/protocol.md names its parts."""

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

from server.core.analytics import Analysis
from server.core.crowd import Crowd
from server.core.heatmap import HeatmapImage
from server.core.report_json import (
    encode_advice,
    encode_alert,
    encode_certainty,
    encode_crowd,
    encode_line,
    encode_still,
    encode_view,
    encode_zone,
    rounded,
    whole,
)
from server.core.tracks import Tracks
from server.core.zone_monitor import ZoneReport
from server.live.streams.rate import Rate
from server.storage.alerts.alerts import AlertRecord

Json = dict[str, Any]
OpenAlert = Callable[[str, str], AlertRecord | None]
"""From zone id and figure to the active alert, as it is stored."""


class CrowdMaps:
    """Which map of the crowd a client has: the grid of an estimate is sent once."""

    def __init__(self) -> None:
        self._sent: tuple[Hashable, int] | None = None

    def take(self, crowd: Crowd | None, source: Hashable) -> Crowd | None:
        """Return what the client has to get with the answer to a frame, and take it for sent.

        A client drops its map when the frame is not crowded any more. Versions count within a `source`: an epoch, or a
        stream and an epoch.
        """
        current = None if crowd is None else (source, crowd.version)
        before, self._sent = self._sent, current
        return crowd if current != before else None

    def forget(self) -> None:
        """Another connection begins without a map."""
        self._sent = None


def encode_result(tracks: Tracks, analysis: Analysis, open_alert: OpenAlert, crowd_map: Crowd | None = None) -> Json:
    """People, totals, zones, lines and, in their turn, the heatmap and the map of the crowd."""
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
        "crowd": encode_crowd(analysis.crowd),
        "crowd_peak": whole(analysis.crowd_peak),
        "advice": encode_advice(tracks.advice),
        "still": encode_still(analysis.still),
        "view": encode_view(analysis.view),
        "peak": figures.peak,
        "peak_t": figures.peak_t,
        "followed": analysis.followed,
        "unique": figures.unique if analysis.followed else None,
        "zones": [_zone(report, open_alert) for report in analysis.zones],
        "lines": [encode_line(report, followed=analysis.followed) for report in analysis.lines],
    }
    if analysis.heatmap is not None:
        result["heatmap"] = _heatmap(analysis.heatmap)
    if crowd_map is not None:
        result["crowd_map"] = encode_crowd_map(crowd_map)
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


def encode_crowd_map(crowd: Crowd) -> Json:
    """People in each cell, scaled to the fullest one."""
    rows, columns = crowd.grid.shape
    most = float(crowd.grid.max(initial=0.0))
    cells = np.clip(crowd.grid * (255 / most), 0, 255) if most > 0 else np.zeros((rows, columns))
    return {
        "columns": columns,
        "rows": rows,
        "max_people": round(most, 4),
        "cells": np.rint(cells).astype(np.uint8).tobytes(),
    }


def _zone(report: ZoneReport, open_alert: OpenAlert) -> Json:
    alerts = {
        figure: encode_alert(alert) | _stored(open_alert(report.zone.id, figure))
        for figure, alert in report.alerts.items()
    }
    return encode_zone(report) | {"alerts": alerts}


def _stored(record: AlertRecord | None) -> Json:
    """By what an alert is known, whether its peak is an estimate, and the range of that."""
    if record is None:
        return {"id": None, "estimated": False, "peak_low": None, "peak_high": None}
    return {
        "id": record.id,
        "estimated": record.estimated,
        "peak_low": rounded(record.peak_low, 3),
        "peak_high": rounded(record.peak_high, 3),
    }
