"""The course of the figures of a file, as the history of a camera has it."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from server.api.history.rows import to_csv
from server.core.analytics import Analysis
from server.core.errors import CodedError
from server.core.zone_monitor import ClosedZone
from server.live.streams.sample_buffer import SampleBuffer
from server.storage.history.samples import Sample


class TrackSamples:
    """Collects stretches of ten seconds.

    Parameters
    ----------
    start : datetime, optional
        When the video begins; without it, times are counted from the beginning of 1970 in UTC.
    """

    def __init__(self, start: datetime | None) -> None:
        self._journal = SampleBuffer("", start.timestamp() if start else 0.0)
        self._samples: list[Sample] = []

    def note(self, t: float, analysis: Analysis) -> None:
        """Take in the analysis of a frame at capture time `t`, milliseconds."""
        self._journal.note(t, analysis)
        while self._journal.behind:
            self._samples += self._journal.drain().samples

    def close(self, zones: Iterable[ClosedZone]) -> None:
        """The file ended, and with it what went on in its zones."""
        self._journal.close(zones)
        while self._journal.behind:  # of many zones more than it hands over at once
            self._samples += self._journal.drain().samples

    def write(self, path: Path) -> None:
        """Write everything, by zone and time."""
        found = sorted(self._samples, key=lambda sample: (sample.zone_id, sample.at))
        path.write_text(to_csv(found), "utf-8", newline="")


def read_time(text: str) -> datetime:
    """A time with its time zone. Raises CodedError ``BAD_START``."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise CodedError("BAD_START", f"{text} is not a time with a time zone, such as 2026-05-01T08:00:00+02:00.")
    return found
