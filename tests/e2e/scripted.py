"""A server without vision for a real browser: a test says what each camera sees."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from server.config import Settings
from server.core.tracks import Tracks
from tests.support.engine import ScriptedEngine
from tests.support.server import run_server

START_S = 60


class PlacedEngine(ScriptedEngine):
    """Answers by what is sent: `shows` has what is seen in each JPEG. Its pictures are the frames themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.shows: dict[bytes, Tracks] = {}

    async def process(self, stream_id: str, jpeg: bytes, t: float, picture_widths: Sequence[int] = ()) -> Tracks:
        """What this frame shows."""
        seen = await super().process(stream_id, jpeg, t, picture_widths)
        pictures = dict.fromkeys(picture_widths, jpeg)
        return replace(self.shows.get(jpeg, seen), t=t, pictures=pictures, stages_ms=seen.stages_ms)


class ScriptedServer:
    """The application in a thread of its own.

    Parameters
    ----------
    data : Path
        Data directory.
    """

    def __init__(self, data: Path) -> None:
        self._settings = Settings(data_dir=data, port=0, bcrypt_cost=4)
        self._ready, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="scripted", daemon=True)
        self.engine = PlacedEngine()
        self.url = ""

    def __enter__(self) -> "ScriptedServer":
        self._thread.start()
        assert self._ready.wait(START_S), "the server did not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(START_S)

    async def _serve(self) -> None:
        async with run_server(self._settings, self.engine) as running:
            self.url = running.url.replace("127.0.0.1", "localhost")
            self._ready.set()
            await asyncio.to_thread(self._stop.wait)
