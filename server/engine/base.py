"""The engine interface: frames in, tracks out, independent of where they are computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from server.core.quality import Quality
from server.core.tracks import Tracks
from server.engine.fair_scheduler import OWN_SHARE, Share


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """The engine settings of a stream."""

    model: str
    quality: Quality = Quality.BALANCED
    share: Share = OWN_SHARE


class WorkerState(Enum):
    """The lifecycle state of a vision worker."""

    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"  # crashed or failed to start; a restart is scheduled
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """The status of a vision worker for operators.

    Attributes
    ----------
    state : WorkerState
    restarts : int
        Number of restarts, whether or not they succeeded.
    reason : str or None
        Why the last process ended; None once another one is ready.
    describe : dict
        Model and backend information reported by the worker.
    failures : int
        Consecutive early failures; 0 once a process has run for a while.
    resident_bytes : int or None
        Resident memory; None without a process, or if the system does not report it.
    """

    state: WorkerState
    restarts: int
    reason: str | None
    describe: dict[str, Any]
    failures: int = 0
    resident_bytes: int | None = None


class Engine(Protocol):
    """Computes the tracks of frames: one frame of a stream at a time, streams independent of each other."""

    async def start(self) -> None:
        """Start the workers in the background; return at once."""

    async def stop(self) -> None:
        """Stop all workers."""

    def open(self, stream_id: str, settings: StreamSettings) -> None:
        """Register a stream. Cheap: nothing is loaded before its first frame."""

    def change(self, stream_id: str, settings: StreamSettings) -> None:
        """Change model or quality from the stream's next frame on; track IDs and share persist.

        Raises
        ------
        KeyError
            The stream is not open.
        """

    async def process(self, stream_id: str, jpeg: bytes, t: float, picture_widths: Sequence[int] = ()) -> Tracks:
        """Return the tracks of the stream's next frame.

        Parameters
        ----------
        stream_id : str
            An open stream.
        jpeg : bytes
            The frame.
        t : float
            Capture time, milliseconds since the stream opened, non-decreasing.
        picture_widths : sequence of int
            Widths of the requested thumbnails, pixels.

        Raises
        ------
        FrameError
            The frame was rejected; the stream's tracks are unchanged.
        EngineError
            ``ENGINE_RESTARTED``: the frame is lost and the next one starts a new epoch.
            ``ENGINE_UNAVAILABLE``: no worker is available.
        StoppedError
            ``ENGINE_RESTARTED``, and this frame made the worker crash or hang.
        """

    async def close(self, stream_id: str) -> None:
        """Close a stream; unknown ones are ignored."""

    async def quality_costs(self) -> dict[Quality, float]:
        """Return the measured detection time for a frame of each quality, milliseconds.

        Raises
        ------
        EngineError
            ``ENGINE_RESTARTED``, ``ENGINE_UNAVAILABLE``
        """

    def status(self) -> list[WorkerStatus]:
        """Return the status of each worker."""
