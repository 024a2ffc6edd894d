"""The web process of `crowdcount serve`: serves on sockets that its parent holds, and does not outlive it."""

import asyncio
import json
import logging
import os
import signal
import socket
import sys
import threading
from contextlib import suppress

from server.api.context import WebLife
from server.config import Settings, SettingsError, load_settings
from server.core.errors import CodedError
from server.listening import StartError
from server.logs import set_up_logs
from server.orphans import signal_when_parent_dies
from server.serve import Server, build
from server.supervise import CANNOT_START, Orders

BEAT_S = 1.0
LEFT_ALONE_S = 4.0
"""Time to save what there is after the parent is gone; then the port has to be free."""


class Parent:
    """The other end of the line to the parent.

    Parameters
    ----------
    life : socket
        Signs of life go out; its end means that the parent is gone.
    """

    def __init__(self, life: socket.socket) -> None:
        self._life = life

    async def tell(self) -> None:
        """Give a sign of life every second; it comes from the event loop, so that a blocked one is noticed."""
        while True:
            # Gone: `wait_for_end` acts on it. Full: it is not reading, and does not miss this one.
            with suppress(BrokenPipeError, BlockingIOError):
                self._life.send(b".", socket.MSG_DONTWAIT)
            await asyncio.sleep(BEAT_S)

    def wait_for_end(self, server: Server) -> None:
        """Block until the parent is gone, then end this process; for a thread of its own."""
        with suppress(ConnectionError):
            while self._life.recv(1):
                continue
        logging.getLogger("crowdcount").error("the parent is gone; ending")
        threading.Timer(LEFT_ALONE_S, os._exit, [1]).start()
        server.should_exit = True


async def _serve(server: Server, listener: socket.socket, parent: Parent | None) -> None:
    telling = asyncio.create_task(parent.tell(), name="signs of life") if parent else None
    await server.serve(sockets=[listener])
    if telling is not None:
        telling.cancel()


def run(settings: Settings, listener: socket.socket, parent: Parent | None = None, life: WebLife | None = None) -> int:
    """Serve until told to stop; returns the exit status."""
    server = Server(build(settings, life), settings)
    if parent is not None:
        threading.Thread(target=parent.wait_for_end, args=[server], daemon=True).start()
    asyncio.run(_serve(server, listener, parent))
    return 0


def start(orders: Orders) -> int:
    """Do as the parent says."""
    listener = socket.socket(fileno=orders.listeners["main"])
    life = socket.socket(fileno=orders.life)
    # A web process that was stopped has to run to notice that it is alone.
    signal_when_parent_dies(signal.SIGCONT)
    try:
        settings = load_settings(**orders.overrides)
        set_up_logs(settings.log_level)
        return run(settings, listener, Parent(life), WebLife(orders.restarts, orders.reason))
    except (SettingsError, StartError, CodedError) as error:
        print(f"crowdcount: {error}", file=sys.stderr)
        return CANNOT_START


if __name__ == "__main__":
    sys.exit(start(Orders(**json.loads(sys.argv[1]))))
