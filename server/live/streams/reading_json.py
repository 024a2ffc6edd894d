"""What a camera says last as JSON values: how sure its number of people is."""

from typing import Any

from server.core.reading import Reading
from server.core.report_json import encode_crowd

Json = dict[str, Any]


def encode_reading(reading: Reading) -> Json:
    """The same names as in the answer to a frame; before the first one nothing is known."""
    judged = reading.certainty
    return {
        "known": reading.judged,
        "count_low": judged.low if judged else None,
        "count_high": judged.high if judged else None,
        "saturated": bool(judged and judged.saturated),
        "crowd": encode_crowd(reading.crowd.figure) if reading.crowd else None,
    }
