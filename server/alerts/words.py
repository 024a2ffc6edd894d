"""Alerts in words: what, where, how many, since when."""

from datetime import datetime
from typing import Any

NAMES = {"warning": "Warning", "critical": "Critical", "cleared": "Over"}
UNWATCHED = "Not watched any more"


def plain(name: str) -> str:
    """A name that somebody typed, on one line and without control or direction characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in name).split())


def moment(seconds: float) -> str:
    """A time as the server's clock shows it, with its distance from UTC: ``2026-05-01 18:30:00 UTC+02:00``."""
    text = datetime.fromtimestamp(seconds).astimezone().isoformat(sep=" ", timespec="seconds")
    return f"{text[:19]} UTC{text[19:]}"


def span(seconds: float) -> str:
    """A length of time."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 7200 else f"{whole // 3600} h {whole % 3600 // 60} min"


def amount(figure: str, value: float) -> str:
    """A figure with its unit."""
    if figure == "people":
        return f"{value:.0f} {'person' if value == 1 else 'people'}"
    return f"{value:.1f} people per m²" if figure == "density" else f"a stay of {span(value)}"


def peak_amount(alert: dict[str, Any]) -> str:
    """The peak of an alert with its unit; an estimate with its range: ``≈ 470 people (380–560)``."""
    text = amount(alert["figure"], alert["peak"])
    if not alert.get("estimated"):
        return text
    low, high = alert.get("peak_low"), alert.get("peak_high")
    if low is None or high is None:
        return f"≈ {text}"
    digits = 1 if alert["figure"] == "density" else 0
    return f"≈ {text} ({low:.{digits}f}–{high:.{digits}f})"  # a range


def title(document: dict[str, Any]) -> str:
    """A few words, for a subject or a heading."""
    what = UNWATCHED if document["interrupted"] else NAMES[document["step"]]
    return f"{what}: {plain(document['zone']['name'])}, {plain(document['camera']['name'])}"


def sentence(document: dict[str, Any]) -> str:
    """Everything in one line."""
    alert = document["alert"]
    where = f"zone “{plain(document['zone']['name'])}”, camera “{plain(document['camera']['name'])}”"
    peak = f"{peak_amount(alert)} at {moment(alert['peak_at'])}"
    if document["step"] != "cleared":
        return f"{NAMES[document['step']]}: {peak} in {where}; the alert began at {moment(alert['began_at'])}."
    if document["interrupted"]:
        since = moment(alert["ended_at"])
        return f"{UNWATCHED} since {since}: {where}, while the alert went on; look after it. The most were {peak}."
    lasted = span(alert["ended_at"] - alert["began_at"])
    return f"Over: {where} is clear since {moment(alert['ended_at'])}, after {lasted}. The most were {peak}."
