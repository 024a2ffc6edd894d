"""What a file says of its own contents, before any of it is decoded."""

from dataclasses import dataclass
from datetime import UTC, datetime

from av.container import InputContainer
from av.video.stream import VideoStream

_USUAL_FPS = 25.0
_INDEXED = ("mov", "avi")
"""Containers with a list of all frames."""
_TIMED = ("matroska", "flv", "asf")
"""Containers that state their length, which is not made up from the last time stamp that is there."""
_CLOCK_SET = datetime(1990, 1, 1, tzinfo=UTC)
"""Dates before are those of clocks that were never set: 1904 and 1970."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the container states of the video track.

    Attributes
    ----------
    frames : int or None
        That are to be shown; None: not stated.
    end_s : float or None
        Where the last frame ends, on the clock of the time stamps, if a file that ends before that was cut.
    length_s : float or None
        The length that bounds gaps.
    fps : float
        Usual frames a second.
    codec : str
        Such as ``h264``.
    recorded_at : datetime or None
    """

    frames: int | None
    end_s: float | None
    length_s: float | None
    fps: float
    codec: str
    recorded_at: datetime | None


def read_expected(container: InputContainer, stream: VideoStream, *, still: bool) -> Expected:
    """Read what the headers state."""
    name = container.format.name
    length_s = None if container.duration is None or container.duration <= 0 else container.duration / 1e6
    return Expected(
        frames=1 if still else _frames(stream, name) if name.startswith(_INDEXED) else None,
        end_s=_end(container, stream, length_s) if name.startswith(_TIMED) else None,
        length_s=length_s,
        fps=_rate(stream),
        codec=stream.codec_context.codec.canonical_name,
        recorded_at=_recorded_at({**stream.metadata, **container.metadata}),
    )


def _frames(stream: VideoStream, name: str) -> int | None:
    """The number of frames; those that an edit list hides, and entries without bytes (AVI: as before), are none."""
    if stream.frames <= 0:
        return None
    entries = stream.index_entries
    hidden = sum(entry.is_discard or not entry.size for entry in entries)
    if name.startswith("mov") and len(entries):
        return len(entries) - hidden  # an edit list drops entries altogether, too
    return max(0, stream.frames - hidden)


def _end(container: InputContainer, stream: VideoStream, length_s: float | None) -> float | None:
    """The end that is stated of this track; that of the container is only used where nothing else may be longer."""
    stated = _clock_time(stream.metadata.get("DURATION", ""))
    if stated is not None:
        return stated
    return length_s if len(container.streams) == 1 else None


def _clock_time(text: str) -> float | None:
    """Seconds of ``HH:MM:SS.fraction``."""
    try:
        hours, minutes, seconds = text.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    except ValueError:
        return None


def _rate(stream: VideoStream) -> float:
    rate = stream.guessed_rate or stream.average_rate
    return float(rate) if rate and rate > 0 else _USUAL_FPS


def _recorded_at(tags: dict[str, str]) -> datetime | None:
    """When the recording was made; None where no tag says so with a time zone, or the clock was not set."""
    for key in ("com.apple.quicktime.creationdate", "creation_time", "date"):
        try:
            found = datetime.fromisoformat(tags.get(key, ""))
        except ValueError:
            continue
        if found.tzinfo is not None and found >= _CLOCK_SET:
            return found
    return None
