"""The real application with an engine that sees what a test says, beside a browser: it runs in a thread."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from server.config import Settings
from tests.support.engine import Scene, ScriptedEngine
from tests.support.server import run_server

START_S = 60


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
        self.engine = ScriptedEngine()
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
