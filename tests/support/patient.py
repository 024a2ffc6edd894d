"""A socket that a busy machine may keep waiting."""

from typing import Any

import socketio


class PatientSocket(socketio.AsyncClient):
    """python-socketio's client, which gives the server half a minute to let it in: its own second is short where three
    processes test on two cores."""

    async def connect(self, url: str, *args: Any, wait_timeout: float = 30, **more: Any) -> None:
        """Open the connection. Raises socketio.exceptions.ConnectionError when it is refused or the time is over."""
        await super().connect(url, *args, wait_timeout=wait_timeout, **more)
