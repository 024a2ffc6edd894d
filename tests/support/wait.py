"""Waiting for something to become true, with an end."""

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Return when `condition` holds. Raises TimeoutError when it does not in time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - conditions are of other processes and libraries; they have no event
            await asyncio.sleep(0.02)
