"""Work that goes on for as long as the server serves."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from prometheus_client import Counter

Result = TypeVar("Result")
logger = logging.getLogger("crowdcount")

AGAIN_S = 1.0
FAULTS = Counter("crowdcount_background_faults", "Times that work beside the frames failed unexpectedly", ["work"])


class BackgroundTask:
    """A task that does not end before it is told to: what goes wrong in it is told, and a moment later it goes on.

    Parameters
    ----------
    name : str
        For the log and for metrics.
    work : callable
        Does it for ever; called again after each failure.
    """

    def __init__(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        self._name = name
        self._work = work
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        FAULTS.labels(self._name)  # shows as 0 from now on
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        """End it, if it was begun."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        while True:
            try:
                await self._work()
            except Exception:
                # The boundary of one kind of work: without it nobody would be cut, told or saved any more, unnoticed.
                FAULTS.labels(self._name).inc()
                logger.exception("the %s failed; it goes on in a moment", self._name)
            await asyncio.sleep(AGAIN_S)


async def unbroken(work: Coroutine[Any, Any, Result]) -> Result:
    """Do work to its end, such as a transaction, also where this task is cancelled meanwhile; only then it ends.

    A transaction that is cut off may keep its lock until its connection is closed, and with it everybody else.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
