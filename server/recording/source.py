"""What was read of a recording, and what is missing."""

from dataclasses import dataclass
from typing import Any

from server.recording.decoder import Losses
from server.recording.expected import Expected

_SHORT_S = 1.0
"""What a stated length may be wrong by."""


@dataclass(frozen=True, slots=True)
class Source:
    """A recording that was read to its end.

    Attributes
    ----------
    frames_read : int
    frames_expected : int or None
        None: the file does not say.
    why : str or None
        What is missing and why, a sentence; None: nothing is known to be missing.
    codec : str
    recorded_at : str or None
        ISO 8601; None: the file does not say.
    times_replaced : int
        Time stamps that were not believed.
    """

    frames_read: int
    frames_expected: int | None
    why: str | None
    codec: str
    recorded_at: str | None
    times_replaced: int

    @property
    def complete(self) -> bool:
        """Whether nothing is known to be missing."""
        return self.why is None

    def report(self) -> dict[str, Any]:
        """Return it for the statistics."""
        return {
            "frames_expected": self.frames_expected,
            "frames_read": self.frames_read,
            "complete": self.complete,
            "why": self.why,
            "codec": self.codec,
            "recorded_at": self.recorded_at,
            "times_replaced": self.times_replaced,
        }

    def remarks(self) -> list[str]:
        """Sentences for the user; none for a whole recording with plausible times."""
        found = [f"The recording is incomplete: {self.why}"] if self.why else []
        if self.times_replaced:
            stamps = "1 time stamp was" if self.times_replaced == 1 else f"{self.times_replaced} time stamps were"
            found.append(f"{stamps} not plausible and replaced by the usual interval between frames.")
        return found


@dataclass(frozen=True, slots=True)
class Readings:
    """What reading found.

    Attributes
    ----------
    frames : int
    end_s, length_s : float or None
        Where the last frame ended on the clock of the time stamps, and how long after the first; None: not known.
    times_replaced : int
    bound : str
        Why reading ended although more was there; empty if it did not.
    """

    frames: int
    end_s: float | None = None
    length_s: float | None = None
    times_replaced: int = 0
    bound: str = ""


def sum_up(expected: Expected, losses: Losses, found: Readings) -> Source:
    """Say what is missing."""
    frames, lost = _frames(expected, losses, found)
    return Source(
        frames_read=found.frames,
        frames_expected=frames,
        why=found.bound or _why(expected, losses, found, frames, lost),
        codec=expected.codec,
        recorded_at=expected.recorded_at.isoformat() if expected.recorded_at else None,
        times_replaced=found.times_replaced,
    )


def _frames(expected: Expected, losses: Losses, found: Readings) -> tuple[int | None, int]:
    """Frames that the file should have, and how many of them are missing."""
    read = found.frames
    if expected.frames is not None:
        whole = losses.packets >= expected.frames and not losses.failed
        if whole and (_fields(losses.packets, read) or expected.frames - read <= losses.placeholders):
            return read, 0
        return max(expected.frames, read), max(0, expected.frames - read)
    if expected.end_s is None or found.end_s is None or found.length_s is None:
        return None, losses.failed
    short_s = expected.end_s - found.end_s
    if short_s <= _SHORT_S and not (losses.failed or losses.damaged or losses.stopped):
        return read, 0
    # Where frames were lost, the length has to say how many there were.
    stated = round((found.length_s + max(0.0, short_s)) * expected.fps)
    missing = max(stated - read, losses.failed)
    return read + missing, missing


def _fields(packets: int, read: int) -> bool:
    """Whether each packet is half a frame."""
    return read > 0 and abs(packets - 2 * read) <= 1


def _why(expected: Expected, losses: Losses, found: Readings, frames: int | None, lost: int) -> str | None:
    """What is missing; None if nothing is known to be."""
    read = found.frames
    of, are = f" of {frames}" if frames is not None else "", "frames are"
    if (frames or lost or losses.damaged) == 1:
        are = "frame is"
    if losses.stopped:
        return f"reading stopped after {read}{of} frames ({losses.stopped})."
    if losses.cut or (lost and _ends_early(expected, found)):
        return f"the file ends early; {read}{of} frames could be read."
    if lost:
        return f"{lost}{of} {are} damaged and left out."
    if losses.damaged:
        return f"{losses.damaged}{of} {are} damaged in part."
    return None


def _ends_early(expected: Expected, found: Readings) -> bool:
    """Whether the last frame ends before the end that the file states."""
    if expected.end_s is not None and found.end_s is not None:
        return expected.end_s - found.end_s > _SHORT_S
    if expected.length_s is not None and found.length_s is not None:
        return expected.length_s - found.length_s > _SHORT_S
    return False
