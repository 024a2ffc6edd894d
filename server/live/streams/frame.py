"""What a client sends, checked before anything is done with it."""

import math
from dataclasses import dataclass
from typing import Any

from server.core.errors import CodedError, FrameError
from server.core.text import is_text

MAX_TEXT = 100
"""Ids and names in a payload are short; longer ones are not looked up."""
AHEAD_MS = 10_000.0
"""So far may the capture time run before the clock of the server: pictures that waited arrive together."""
DRIFT = 0.001
"""And by this share of the time since the stream opened: clocks of devices differ."""
MAX_FILE_MS = 24 * 3_600_000.0
"""Longest file that a stream is made of. One without a date is dated by its opening, and writes no further ahead."""
FIRST_RECORDING_MS = 946_684_800_000.0
"""The year 2000, Unix milliseconds."""
MAX_T_MS = 366 * 86_400_000.0
"""A year. Times of alerts and samples are counted from the opening of their stream, and must have a date."""


@dataclass(frozen=True, slots=True)
class FrameMessage:
    """One frame of a stream, not decoded.

    Attributes
    ----------
    seq : int
        Number that the client gave it.
    t : float
        Capture time, milliseconds since the stream opened.
    jpeg : bytes
        The picture.
    """

    seq: int
    t: float
    jpeg: bytes


def bad_request(message: str) -> CodedError:
    """The payload is not what the protocol says; `message` names the field."""
    return CodedError("BAD_REQUEST", message)


def require_payload(payload: object) -> dict[str, Any]:
    """The one argument of an event, which must be an object."""
    if not isinstance(payload, dict):
        raise bad_request("the payload must be an object")
    return payload


def require_text(payload: dict[str, Any], field: str) -> str:
    """A short text that must be there."""
    value = payload.get(field)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT or not is_text(value):
        raise bad_request(f"{field} must be a text of 1 to {MAX_TEXT} characters")
    return value


def optional_text(payload: dict[str, Any], field: str) -> str | None:
    """A short text that may be missing or null."""
    return None if payload.get(field) is None else require_text(payload, field)


def require_choice(payload: dict[str, Any], field: str, choices: tuple[str, ...]) -> str:
    """One of a few words."""
    value = payload.get(field)
    if value not in choices:
        raise bad_request(f"{field} must be one of {', '.join(choices)}")
    return str(value)


def optional_choice(payload: dict[str, Any], field: str, choices: tuple[str, ...]) -> str | None:
    """One of a few words, or missing, or null."""
    return None if payload.get(field) is None else require_choice(payload, field, choices)


def require_seq(payload: dict[str, Any]) -> int:
    """The number of a frame."""
    value = payload.get("seq")
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**53:
        raise bad_request("seq must be a positive integer")
    return value


def require_time(payload: dict[str, Any]) -> float:
    """The capture time of a frame, milliseconds. Raises FrameError ``BAD_TIME`` when it cannot be one."""
    value = payload.get("t")
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise bad_request("t must be a number")
    if not (math.isfinite(value) and 0 <= value <= MAX_T_MS):
        raise FrameError("BAD_TIME", "The capture time is negative, not finite or more than a year.")
    return float(value)


def optional_recorded_at(payload: dict[str, Any], now: float) -> float | None:
    """When a recording began, Unix seconds, that may be missing or null; `now` likewise."""
    value = payload.get("recorded_at")
    if value is None:
        return None
    usable = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if not (usable and FIRST_RECORDING_MS <= value <= now * 1000 + AHEAD_MS):
        raise bad_request("recorded_at must be a time between the year 2000 and now, in milliseconds")
    if payload.get("source") != "file":
        raise bad_request("recorded_at is for files; a camera has the time of its frames")
    return float(value) / 1000


def require_jpeg(payload: dict[str, Any], max_bytes: int) -> bytes:
    """The picture of a frame, within bounds."""
    value = payload.get("jpeg")
    if not isinstance(value, (bytes, bytearray)):
        raise bad_request("jpeg must be binary")
    if not value:
        raise FrameError("EMPTY_FRAME", "The frame has no data.")
    if len(value) > max_bytes:
        raise FrameError("FRAME_TOO_LARGE", f"The frame has {len(value)} bytes; at most {max_bytes} are taken.")
    return bytes(value)
