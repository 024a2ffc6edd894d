"""The interface of every engine: tracks for frames, wherever they are computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from server.core.quality import Quality
from server.core.tracks import Tracks
from server.engine.fair_scheduler import ALONE, Share


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """What a stream asks of the engine."""

    model: str
    quality: Quality = Quality.BALANCED
    share: Share = ALONE


class WorkerState(Enum):
    """Where a vision process is in its life."""

    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"  # died or could not start; will be tried again
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """One vision process as an operator sees it.

    Attributes
    ----------
    state : WorkerState
    restarts : int
        How often it was started anew, whether it became ready or not.
    reason : str or None
        Why the last one ended; None once another is ready.
    describe : dict
        What it says of itself.
    failures : int
        How many ended soon after their start, one after the other; 0 once one has lived for a while.
    resident_bytes : int or None
        Memory that it uses; None without a process, or where the system does not tell.
    """

    state: WorkerState
    restarts: int
    reason: str | None
    describe: dict[str, Any]
    failures: int = 0
    resident_bytes: int | None = None


class Engine(Protocol):
    """Turns frames into tracks. One frame of a stream at a time; streams are independent of each other."""

    async def start(self) -> None:
        """Begin to start whatever computes; returns at once."""

    async def stop(self) -> None:
        """End everything that was started."""

    def open(self, stream_id: str, settings: StreamSettings) -> None:
        """Announce a stream. Cheap: nothing is loaded before its first frame."""

    def change(self, stream_id: str, settings: StreamSettings) -> None:
        """Use another model or quality from the stream's next frame on; identities stay, and so does its share.

        Raises
        ------
        KeyError
            The stream is not open.
        """

    async def process(self, stream_id: str, jpeg: bytes, t: float, picture_widths: Sequence[int] = ()) -> Tracks:
        """People in the stream's next frame.

        Parameters
        ----------
        stream_id : str
            An open stream.
        jpeg : bytes
            The frame.
        t : float
            Capture time, milliseconds since the stream opened, never decreasing.
        picture_widths : sequence of int
            Widths, in pixels, of the small pictures of the frame that are to come along.

        Raises
        ------
        FrameError
            The frame was refused; the stream's identities are untouched.
        EngineError
            ``ENGINE_RESTARTED``: the frame is lost and the next one begins a new epoch.
            ``ENGINE_UNAVAILABLE``: nothing is there to compute just now.
        StoppedError
            ``ENGINE_RESTARTED``, and it was this frame of which the process died, or with which it hung.
        """

    async def close(self, stream_id: str) -> None:
        """Forget a stream; unknown ones are ignored."""

    async def prices(self) -> dict[Quality, float]:
        """What the detector takes for a frame of each quality, measured here, milliseconds.

        Raises
        ------
        EngineError
            ``ENGINE_RESTARTED``, ``ENGINE_UNAVAILABLE``
        """

    def status(self) -> list[WorkerStatus]:
        """How the processes are."""
