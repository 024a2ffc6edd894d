"""What is known of zones and lines, as JSON values: the same for the live protocol and for files."""

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
    """A zone's figures; without its alerts. What counts identities is null where they cannot be followed."""
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
    """An active alert; times in milliseconds of capture time."""
    return {
        "level": alert.level.name.lower(),
        "began": alert.began,
        "peak": rounded(alert.peak, 3),
        "peak_t": alert.peak_t,
    }


def encode_certainty(tracks: Tracks) -> Json:
    """Whether anything can be said about the number of people, and between which numbers it probably lies.

    A null is an end that is not known: both where it was not judged, the upper one where the count is a lower bound or
    the picture shows nothing. In the first frame of a stream the ends are those of what was detected.
    """
    judged = tracks.certainty
    return {
        "known": tracks.known,
        "count_low": judged.low if judged else None,
        "count_high": judged.high if judged else None,
        "saturated": bool(judged and judged.saturated),
    }


def encode_crowd(figure: CrowdFigure | None) -> Json | None:
    """An estimate in whole people; null where it is not crowded."""
    if figure is None:
        return None
    return {
        "estimate": whole(figure.estimate),
        "low": figure.low,
        "high": figure.high,
        "method": figure.method.value,
    }


def encode_advice(advice: Advice | None) -> Json | None:
    """The quality that would find more people, and how tall they are now, pixels; null without advice."""
    return None if advice is None else {"quality": advice.quality.value, "height": round(advice.height_px)}


def encode_still(still: Iterable[Still]) -> list[Json]:
    """Places where a person has not moved for long: key of the place, since when (capture time), newest box."""
    return [{"key": one.key, "since": one.since, "box": [round(v, 5) for v in one.box_norm]} for one in still]


def encode_view(view: PlanView) -> Json | None:
    """Where the plan lies in the frame; null where it was drawn on frames of this format."""
    if not view.changed:
        return None
    return {"fits": view.fits, "matrix": [round(value, 5) for value in view.affine]}


def encode_line(report: LineReport, *, followed: bool = True) -> Json:
    """A line's crossings; null where people cannot be followed."""
    inward, outward = (report.inward, report.outward) if followed else (None, None)
    return {"id": report.line.id, "in": inward, "out": outward}


def whole(people: float | None) -> int | None:
    """People as they are shown, None as it is."""
    return None if people is None else round(people)


def rounded(value: float | None, digits: int) -> float | None:
    """A number for a reader, None as it is."""
    return None if value is None else round(value, digits)
