"""The engine of one machine: supervised processes, streams spread over them."""

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
    """Where a stream lives and since when its identities hold."""

    settings: StreamSettings
    supervisor: WorkerSupervisor
    incarnation: int = 0
    epoch: int = 0


class LocalEngine:
    """Vision in processes of this machine.

    Parameters
    ----------
    command : sequence of str
        Command line of one process; see `server.engine.supervisor.worker_command`.
    workers : int
        How many processes.
    timeout_s : float
        A frame that takes longer means that its process hangs.
    """

    def __init__(self, command: Sequence[str], workers: int, timeout_s: float) -> None:
        self._supervisors = [WorkerSupervisor(command, timeout_s, number) for number in range(1, workers + 1)]
        self._streams: dict[str, _Stream] = {}
        self._shares = FairScheduler()
        self._prices = QualityCosts(self._supervisors[0])

    async def start(self) -> None:
        """Begin to start the processes; returns at once."""
        for supervisor in self._supervisors:
            supervisor.start()

    async def stop(self) -> None:
        """End the processes."""
        await asyncio.gather(*(supervisor.stop() for supervisor in self._supervisors))

    def open(self, stream_id: str, settings: StreamSettings) -> None:
        """Give the stream to the process with the fewest; to one that ends again and again only where all do."""
        held = [stream.supervisor for stream in self._streams.values()]
        least = min(self._supervisors, key=lambda one: (one.status().state is WorkerState.FAILED, held.count(one)))
        self._streams[stream_id] = _Stream(settings, least)

    def change(self, stream_id: str, settings: StreamSettings) -> None:
        """Use other settings from the stream's next frame on; see `server.engine.base.Engine.change`."""
        stream = self._streams[stream_id]
        stream.settings = replace(settings, share=stream.settings.share)

    async def process(self, stream_id: str, jpeg: bytes, t: float, picture_widths: Sequence[int] = ()) -> Tracks:
        """People in the stream's next frame; see `server.engine.base.Engine.process`."""
        stream = self._streams[stream_id]
        await stream.supervisor.ready()
        question = {
            "type": "frame",
            "stream": stream_id,
            "t": t,
            "model": stream.settings.model,
            "quality": stream.settings.quality.value,
            "picture_widths": list(picture_widths),
        }
        async with self._shares.turn(stream_id, stream.settings.share, stream.supervisor) as turn:
            # Only now: while it waited for its turn the process may have been replaced.
            question["fresh"] = self._begin_epoch(stream)
            answer = await stream.supervisor.ask(question, jpeg)
            turn.spent_ms = answer.get("spent_ms")
        if "stopped" in answer:
            raise StoppedError("ENGINE_RESTARTED", "The frame took too long to decode; the vision process is replaced.")
        if "lost" in answer:
            stream.incarnation = 0
            raise EngineError("ENGINE_RESTARTED", "The frame could not be processed; identities start again.")
        if "error" in answer:
            code, message = answer["error"]["code"], answer["error"]["message"]
            raise (FrameError if code in FRAME_CODES else EngineError)(code, message)
        return replace(decode_tracks(answer["tracks"], stream.epoch), pictures=unpack_pictures(answer))

    def _begin_epoch(self, stream: _Stream) -> bool:
        """Whether the process that is there now does not know the stream yet; its identities then start again."""
        fresh = stream.incarnation != stream.supervisor.incarnation
        if fresh:
            stream.incarnation = stream.supervisor.incarnation
            stream.epoch += 1
        return fresh

    async def close(self, stream_id: str) -> None:
        """Forget the stream."""
        stream = self._streams.pop(stream_id, None)
        if stream is None:
            return
        self._shares.forget(stream_id, stream.settings.share)
        if stream.incarnation == stream.supervisor.incarnation:
            try:
                stream.supervisor.tell({"type": "close", "stream": stream_id})
            except EngineError:
                return  # the process that knew the stream is gone, and with it the stream

    async def prices(self) -> dict[Quality, float]:
        """What the detector takes for a frame of each quality; asked of the first process, which is like the others."""
        return await self._prices.read()

    def status(self) -> list[WorkerStatus]:
        """How the processes are."""
        return [supervisor.status() for supervisor in self._supervisors]
