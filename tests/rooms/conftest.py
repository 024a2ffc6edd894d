"""A room with its people."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.server import Client, RunningServer


@dataclass
class Hall:
    """A room with one camera of its owner's; who operates it and who only looks. `stream`: one that a test opened."""

    server: RunningServer
    id: str
    camera: str
    owner: Client
    operator: Client
    viewer: Client
    stream: str = ""

    @property
    def path(self) -> str:
        """Of the room, over HTTP."""
        return f"/api/rooms/{self.id}"

    async def stored_alerts(self) -> list[dict[str, Any]]:
        """What is open in the room; what was just told is written within a second."""
        for _ in range(300):
            found: list[dict[str, Any]] = (await self.viewer.get(f"{self.path}/alerts"))["alerts"]
            if found:
                return found
            await asyncio.sleep(0.1)
        raise TimeoutError("no alert was written")


@pytest.fixture
async def hall(server: RunningServer) -> AsyncIterator[Hall]:
    """Everybody is connected; nobody looks yet."""
    async with AsyncExitStack() as stack:
        owner, operator, viewer = [
            await stack.enter_async_context(server.user(name)) for name in ("ada", "olga", "vera")
        ]
        camera = await owner.camera("North")
        room = await owner.room("Hall", camera)
        await owner.invite(room, "operator", operator)
        await owner.invite(room, "viewer", viewer)
        yield Hall(server, room, camera, owner, operator, viewer)
