"""Zone and line reports as JSON values, shared by the live protocol and exported files."""

from collections.abc import Iterable
from typing import Any

from server.core.alarm import Alert
from server.core.crossings import LineReport
from server.core.crowd import CrowdFigure
from server.core.plan_view import PlanView
from server.core.quality import Advice
from server.core.stillness import Still
from server.core.tracks import Tracks
from server.core.zone_monitor import ZoneReport

Json = dict[str, Any]


def encode_zone(report: ZoneReport) -> Json:
    """Return a zone's metrics without its alerts. Metrics based on track IDs are null if people cannot be tracked."""
    figures, dwell, followed = report.figures, report.figures.dwell, report.followed
    return {
        "id": report.zone.id,
        "occupancy": figures.occupancy,
        "people": list(report.present),
        "peak": figures.peak,
        "average": round(figures.average, 2),
        "entries": figures.entries if followed else None,
        "exits": figures.exits if followed else None,
        "lost": figures.lost if followed else None,
        "visitors": figures.visitors if followed else None,
        "dwell": {
            "mean_s": rounded(dwell.mean_s if followed else None, 1),
            "median_s": rounded(dwell.median_s if followed else None, 1),
            "p90_s": rounded(dwell.p90_s if followed else None, 1),
            "longest_now_s": rounded(dwell.longest_now_s if followed else None, 1),
        },
        "area_m2": rounded(report.area_m2, 2),
        "density": rounded(report.density, 3),
        "service": report.service,
        "level": report.level.name.lower(),
        "crowd": encode_crowd(report.crowd),
        "crowd_peak": whole(report.crowd_peak),
        "known": report.known,
        "least": report.least,
    }


def encode_alert(alert: Alert) -> Json:
    """Return an active alert; times are capture times, milliseconds."""
    return {
        "level": alert.level.name.lower(),
        "began": alert.began,
        "peak": rounded(alert.peak, 3),
        "peak_t": alert.peak_t,
    }


def encode_certainty(tracks: Tracks) -> Json:
    """Return whether the number of people is known, and its range.

    An end is null if unknown: both if the uncertainty was not computed, the upper one if the count is a lower
    bound. In the first frame of a stream, the range is that of the detections.
    """
    certainty = tracks.certainty
    return {
        "known": tracks.known,
        "count_low": certainty.low if certainty else None,
        "count_high": certainty.high if certainty else None,
        "saturated": bool(certainty and certainty.saturated),
    }


def encode_crowd(figure: CrowdFigure | None) -> Json | None:
    """Return an estimate in whole people; null if the scene is not crowded."""
    if figure is None:
        return None
    return {
        "estimate": whole(figure.estimate),
        "low": figure.low,
        "high": figure.high,
        "method": figure.method.value,
    }


def encode_advice(advice: Advice | None) -> Json | None:
    """Return the recommended quality and the current height of the people, pixels; null without advice."""
    return None if advice is None else {"quality": advice.quality.value, "height": round(advice.height_px)}


def encode_still(still: Iterable[Still]) -> list[Json]:
    """Return motionless detections: key of the place, capture time of the first one, latest box."""
    return [{"key": one.key, "since": one.since, "box": [round(v, 5) for v in one.box_norm]} for one in still]


def encode_view(view: PlanView) -> Json | None:
    """Return the mapping from plan to frame; null if the formats are equal."""
    if not view.changed:
        return None
    return {"fits": view.fits, "matrix": [round(value, 5) for value in view.affine]}


def encode_line(report: LineReport, *, followed: bool = True) -> Json:
    """Return a line's crossings; null if people cannot be tracked."""
    inward, outward = (report.inward, report.outward) if followed else (None, None)
    return {"id": report.line.id, "in": inward, "out": outward}


def whole(people: float | None) -> int | None:
    """Round to whole people; None stays None."""
    return None if people is None else round(people)


def rounded(value: float | None, digits: int) -> float | None:
    """Round a number for display; None stays None."""
    return None if value is None else round(value, digits)
