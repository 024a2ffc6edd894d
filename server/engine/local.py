"""The engine of a single machine: streams distributed over supervised workers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from server.core.errors import EngineError, FrameError, StoppedError
from server.core.quality import Quality
from server.core.tracks import Tracks
from server.engine.base import StreamSettings, WorkerState, WorkerStatus
from server.engine.fair_scheduler import FairScheduler
from server.engine.quality_costs import QualityCosts
from server.engine.supervisor import WorkerSupervisor
from server.engine.wire import decode_tracks, unpack_pictures

FRAME_CODES = frozenset({"EMPTY_FRAME", "NOT_A_JPEG", "TOO_MANY_PIXELS", "TOO_MANY_SCANS", "BROKEN_JPEG"})


@dataclass(slots=True)
class _Stream:
    """The worker of a stream, and the epoch of its track IDs."""

    settings: StreamSettings
    supervisor: WorkerSupervisor
    incarnation: int = 0
    epoch: int = 0


class LocalEngine:
    """Vision workers on this machine.

    Parameters
    ----------
    command : sequence of str
        Command line of a worker; see `server.engine.supervisor.worker_command`.
    workers : int
        Number of workers.
    timeout_s : float
        Time without an answer after which a worker is considered hung, seconds.
    """

    def __init__(self, command: Sequence[str], workers: int, timeout_s: float) -> None:
        self._supervisors = [WorkerSupervisor(command, timeout_s, number) for number in range(1, workers + 1)]
        self._streams: dict[str, _Stream] = {}
        self._scheduler = FairScheduler()
        self._costs = QualityCosts(self._supervisors[0])

    async def start(self) -> None:
        """Start the workers in the background; return at once."""
        for supervisor in self._supervisors:
            supervisor.start()

    async def stop(self) -> None:
        """Stop the workers."""
        await asyncio.gather(*(supervisor.stop() for supervisor in self._supervisors))

    def open(self, stream_id: str, settings: StreamSettings) -> None:
        """Assign the stream to the worker with the fewest streams; avoid workers that keep failing."""
        assigned = [stream.supervisor for stream in self._streams.values()]
        least = min(self._supervisors, key=lambda one: (one.status().state is WorkerState.FAILED, assigned.count(one)))
        self._streams[stream_id] = _Stream(settings, least)

    def change(self, stream_id: str, settings: StreamSettings) -> None:
        """Change the settings from the stream's next frame on; see `server.engine.base.Engine.change`."""
        stream = self._streams[stream_id]
        stream.settings = replace(settings, share=stream.settings.share)

    async def process(self, stream_id: str, jpeg: bytes, t: float, picture_widths: Sequence[int] = ()) -> Tracks:
        """Return the tracks of the stream's next frame; see `server.engine.base.Engine.process`."""
        stream = self._streams[stream_id]
        await stream.supervisor.ready()
        request = {
            "type": "frame",
            "stream": stream_id,
            "t": t,
            "model": stream.settings.model,
            "quality": stream.settings.quality.value,
            "picture_widths": list(picture_widths),
        }
        async with self._scheduler.turn(stream_id, stream.settings.share, stream.supervisor) as turn:
            # After the wait, because the worker may have been replaced during it.
            request["fresh"] = self._begin_epoch(stream)
            answer = await stream.supervisor.request(request, jpeg)
            turn.spent_ms = answer.get("spent_ms")
        if "stopped" in answer:
            raise StoppedError(
                "ENGINE_RESTARTED", "The frame took too long to decode; the vision process is restarting."
            )
        if "lost" in answer:
            stream.incarnation = 0
            raise EngineError("ENGINE_RESTARTED", "The frame could not be processed; track IDs restart.")
        if "error" in answer:
            code, message = answer["error"]["code"], answer["error"]["message"]
            raise (FrameError if code in FRAME_CODES else EngineError)(code, message)
        return replace(decode_tracks(answer["tracks"], stream.epoch), pictures=unpack_pictures(answer))

    def _begin_epoch(self, stream: _Stream) -> bool:
        """Return whether the current worker does not know the stream yet; if so, start a new epoch."""
        fresh = stream.incarnation != stream.supervisor.incarnation
        if fresh:
            stream.incarnation = stream.supervisor.incarnation
            stream.epoch += 1
        return fresh

    async def close(self, stream_id: str) -> None:
        """Close the stream."""
        stream = self._streams.pop(stream_id, None)
        if stream is None:
            return
        self._scheduler.forget(stream_id, stream.settings.share)
        if stream.incarnation == stream.supervisor.incarnation:
            try:
                stream.supervisor.send({"type": "close", "stream": stream_id})
            except EngineError:
                return  # the worker that knew the stream is gone

    async def quality_costs(self) -> dict[Quality, float]:
        """Return the detection time for a frame of each quality, milliseconds, measured by the first worker."""
        return await self._costs.read()

    def status(self) -> list[WorkerStatus]:
        """Return the status of each worker."""
        return [supervisor.status() for supervisor in self._supervisors]
