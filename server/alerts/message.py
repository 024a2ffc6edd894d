"""What is told: one message of one step of an alert, in the forms that the channels need."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from server.alerts.words import sentence, title
from server.core.report_json import rounded
from server.storage.alerts.outbox import OutboxMessage


@dataclass(frozen=True, slots=True)
class Message:
    """Something to send.

    Attributes
    ----------
    key : str
        The same however often it is sent; a receiver that knows it has seen it.
    thread : str
        The same for all that is told of one alert.
    title, text : str
        One line each, free of control characters.
    link : str
        URL of the page to look at.
    urgent : bool
    body : dict
        As web hooks send it (docs/notifications.md).
    """

    key: str
    thread: str
    title: str
    text: str
    link: str
    urgent: bool
    body: dict[str, Any]


def iso(seconds: float | None) -> str | None:
    """Unix seconds as ISO 8601 in UTC."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def alert_message(parcel: OutboxMessage, site_url: str) -> Message:
    """The message of a parcel: the same bytes at every attempt."""
    document = parcel.document
    alert, text = document["alert"], sentence(document)
    link = f"{site_url}/cameras/{document['camera']['id']}"
    times = {name: iso(alert[name]) for name in ("began_at", "ended_at", "peak_at")}
    # What was queued by an older version has no range, and is sent as it was.
    peak = {name: rounded(alert[name], 3) for name in ("peak", "peak_low", "peak_high") if name in alert}
    body = {
        "id": parcel.key,
        "type": "alert",
        "step": document["step"],
        "interrupted": document["interrupted"],
        "text": text,
        "link": link,
        "alert": {**alert, **times, **peak},
        "camera": document["camera"],
        "zone": document["zone"],
    }
    return Message(parcel.key, alert["id"], title(document), text, link, document["step"] == "critical", body)


def trial_message(key: str, site_url: str) -> Message:
    """What the test button sends."""
    text = "This is a test from crowdcount. Alerts will arrive here."
    link = f"{site_url}/notifications"
    body = {"id": key, "type": "test", "text": text, "link": link}
    return Message(key, key, "Test", text, link, False, body)


def code_message(key: str, code: str, site_url: str) -> Message:
    """What asks whether a mail address wants alerts."""
    text = f"Somebody wants to send crowdcount's alerts to this address. If it was you, enter the code {code}."
    link = f"{site_url}/notifications"
    return Message(key, key, "Confirm this address", text, link, False, {})
