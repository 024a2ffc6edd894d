"""An engine without vision: tests say what it sees, how long it takes and how it fails."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from server.core.quality import Quality
from server.core.tracks import Track, Tracks
from server.engine.base import StreamSettings, WorkerState, WorkerStatus


def person(id_: int, left: float = 0.4, top: float = 0.2, right: float = 0.5, bottom: float = 0.8) -> Track:
    """A track with this identity."""
    return Track(id_, (left, top, right, bottom), 0.9)


Scene = tuple[Track, ...] | Tracks


class ScriptedEngine:
    """Sees `scene`, one person by default; `script` holds what comes instead, one entry a frame.

    An entry that is a `Tracks` is answered as it is, with the frame's time and the engine's epoch.
    """

    def __init__(self) -> None:
        self.scene: Scene = (person(1),)
        self.script: deque[Scene | Exception] = deque()
        self.gate = asyncio.Event()
        self.gate.set()
        self.epoch = 1
        self.seen: list[tuple[str, bytes, float]] = []
        self.running = 0
        self.most_running = 0
        self.no_prices: Exception | None = None
        self.pictures: list[tuple[int, ...]] = []
        self.opened: dict[str, StreamSettings] = {}
        self.workers = [WorkerStatus(WorkerState.READY, 0, None, {"backend": "scripted"})]

    async def start(self) -> None:
        """Nothing to start."""

    async def stop(self) -> None:
        """Nothing to stop."""

    def open(self, stream_id: str, settings: StreamSettings) -> None:
        """Remember the stream."""
        self.opened[stream_id] = settings

    def change(self, stream_id: str, settings: StreamSettings) -> None:
        """Remember the other settings."""
        assert stream_id in self.opened
        self.opened[stream_id] = settings

    async def process(self, stream_id: str, jpeg: bytes, t: float, picture_widths: Sequence[int] = ()) -> Tracks:
        """The next entry of the script, when the gate is open; pictures are said, not made."""
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            await self.gate.wait()
            self.seen.append((stream_id, jpeg, t))
            self.pictures.append(tuple(picture_widths))
            entry = self.script.popleft() if self.script else self.scene
            if isinstance(entry, Exception):
                raise entry
            stages = {"decode": 1.0, "detect": 2.0, "embed": 0.5, "track": 0.25}
            pictures = {width: f"picture {width} of {t}".encode() for width in picture_widths}
            seen = entry if isinstance(entry, Tracks) else Tracks(t, 640, 480, entry)
            return replace(seen, t=t, stages_ms=stages, epoch=self.epoch, pictures=pictures)
        finally:
            self.running -= 1

    async def close(self, stream_id: str) -> None:
        """Forget the stream."""
        self.opened.pop(stream_id, None)

    async def quality_costs(self) -> dict[Quality, float]:
        """Round figures."""
        if self.no_prices:
            raise self.no_prices
        return {Quality.FAST: 10.0, Quality.BALANCED: 20.0, Quality.ACCURATE: 50.0}

    def status(self) -> list[WorkerStatus]:
        """One process, ready, unless a test says otherwise."""
        return self.workers
