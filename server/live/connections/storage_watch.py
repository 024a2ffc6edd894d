"""Says it to everybody who is connected when nothing can be stored, and when that is over."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from server.common.background import BackgroundTask
from server.i18n.storage import OVER, trouble_text
from server.storage.engine.database import Database
from server.storage.engine.trouble import Trouble

logger = logging.getLogger("crowdcount.live")

LOOK_EVERY_S = 1.0

Tell = Callable[[str, str, dict[str, Any]], Awaitable[None]]
"""Sends an event to one connection: sid, event, payload."""


class StorageWatch:
    """Counting goes on without a disk; people have to know that nothing is kept meanwhile.

    Parameters
    ----------
    database : Database
        Says what is wrong.
    connections : callable
        The sids of all connections.
    tell : callable
        Sends an event.
    """

    def __init__(self, database: Database, connections: Callable[[], Iterable[str]], tell: Tell) -> None:
        self._database = database
        self._connections = connections
        self._tell = tell
        self._told: dict[str, Trouble | None] = {}
        self._said: Trouble | None = None
        self._task = BackgroundTask("storage watch", self._watch)

    def start(self) -> None:
        """Watch from now on."""
        self._task.start()

    async def stop(self) -> None:
        """Stop."""
        await self._task.stop()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.look()

    async def look(self) -> None:
        """Try again what failed, and tell whoever does not know how it is."""
        if self._database.trouble is not None:
            await self._database.probe()
        trouble = self._database.trouble
        if trouble != self._said:
            self._said = trouble
            logger.warning("storage: %s", trouble.name.lower() if trouble else "works again")
        # Who comes anew takes it for granted that all is well.
        self._told = {sid: self._told.get(sid) for sid in self._connections()}
        for sid, known in list(self._told.items()):
            if known != trouble:
                self._told[sid] = trouble
                await self._tell(sid, "storage", notice(trouble))


def notice(trouble: Trouble | None) -> dict[str, Any]:
    """The payload of `storage`."""
    if trouble is None:
        return {"kept": True, "message": OVER}
    return {"kept": False, "message": trouble_text(trouble.name)}
