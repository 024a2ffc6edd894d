"""The real application with an engine that sees what a test says, beside a browser: it runs in a thread."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from server.config import Settings
from server.core.tracks import Tracks
from tests.support.engine import Scene, ScriptedEngine
from tests.support.server import run_server

START_S = 60


class PlacedEngine(ScriptedEngine):
    """Answers by what is sent: `shows` has what is seen in some JPEGs, the scene is for all others. Its pictures are
    the frames themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.shows: dict[bytes, Tracks] = {}

    async def process(self, stream_id: str, jpeg: bytes, t: float, picture_widths: Sequence[int] = ()) -> Tracks:
        """What this frame shows."""
        seen = await super().process(stream_id, jpeg, t, picture_widths)
        pictures = dict.fromkeys(picture_widths, jpeg)
        shown = self.shows.get(jpeg, seen)
        return replace(shown, t=t, pictures=pictures, stages_ms=seen.stages_ms, epoch=seen.epoch)


class ScriptedServer:
    """`crowdcount serve` without vision.

    Parameters
    ----------
    data : Path
        Data directory.
    """

    def __init__(self, data: Path) -> None:
        self._settings = Settings(data_dir=data, port=0, bcrypt_cost=4, log_level="warning", sign_ups_per_hour=1000)
        self._end: Callable[[], object] = lambda: None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self.engine = PlacedEngine()
        self.url = ""

    def __enter__(self) -> "ScriptedServer":
        self._thread.start()
        if not self._ready.wait(START_S):
            raise RuntimeError("the server did not become ready")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        self._thread.join(30)

    def show(self, scene: Scene) -> None:
        """What every frame shows from now on."""
        self.engine.scene = scene

    async def _serve(self) -> None:
        over, loop = asyncio.Event(), asyncio.get_running_loop()
        async with run_server(self._settings, self.engine) as running:
            self.url = running.url.replace("127.0.0.1", "localhost")
            self._end = lambda: loop.call_soon_threadsafe(over.set)
            self._ready.set()
            await over.wait()
