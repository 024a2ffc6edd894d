"""The web process of `crowdcount serve`: serves on sockets that its parent holds, and does not outlive it."""

import asyncio
import datetime
import json
import logging
import os
import signal
import socket
import sqlite3
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import uvicorn

from server.api.http.context import WebLife
from server.common.certificates import Files, fingerprint, issue, names_in, names_of_this_machine, needs_renewal
from server.common.logs import set_up_logs
from server.common.parent_death import signal_when_parent_dies
from server.config import Settings, SettingsError, load_settings
from server.core.errors import CodedError
from server.process.authority_page import AuthorityPage
from server.process.backup import wal_warning
from server.process.bounded_listener import BoundedListener
from server.process.listening import StartError, urls
from server.process.serve import Server, build
from server.process.slow_clients import TimeoutProtocol
from server.process.supervisor import CANNOT_START, NEVER, WorkerConfig
from server.storage.engine.shape import ForeignDatabaseError

logger = logging.getLogger("crowdcount")

BEAT_S = 1.0
LEFT_ALONE_S = 4.0
"""Time to save what there is after the parent is gone; then the port has to be free."""


class SupervisorLink:
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
        logger.error("the parent is gone; ending")
        threading.Timer(LEFT_ALONE_S, os._exit, [1]).start()
        server.hurry()


class _Beside(uvicorn.Server):
    """A server beside the main one, which alone minds signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


def _hand_out_authority(settings: Settings) -> _Beside:
    files = Files.of(settings.data_dir)
    page = AuthorityPage(files.authority.read_bytes(), fingerprint(files), settings.port)
    return _Beside(
        uvicorn.Config(page, log_config=None, access_log=False, http=TimeoutProtocol, ws="none", lifespan="off")
    )


async def _say_where(server: Server, plain: socket.socket) -> None:
    """After the address of the server, which programs look for first."""
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.05)
    print(f"devices learn to trust it at {urls('http', plain)[-1]}", flush=True)


async def _serve(server: Server, sockets: Mapping[str, socket.socket], parent: SupervisorLink | None) -> None:
    besides = []
    if parent:
        besides.append(asyncio.create_task(parent.tell(), name="signs of life"))
    if "plain" in sockets:
        plain = _hand_out_authority(server.settings)
        bounded = BoundedListener(sockets["plain"], server.admissions)
        besides.append(asyncio.create_task(_say_where(server, bounded), name="address of the authority page"))
        besides.append(asyncio.create_task(plain.serve(sockets=[bounded]), name="authority page"))
    await server.serve(sockets=[sockets["main"]])
    for one in besides:
        one.cancel()
    await asyncio.gather(*besides, return_exceptions=True)


def prepare_certificate(settings: Settings) -> None:
    """See to a certificate that is valid for a while; the authority stays."""
    files = Files.of(settings.data_dir)
    if needs_renewal(files, datetime.datetime.now(datetime.UTC)):
        issue(files, names_in(files) or names_of_this_machine())
    print(f"its authority: SHA-256 {fingerprint(files)}", flush=True)


def run(
    settings: Settings,
    sockets: Mapping[str, socket.socket],
    parent: SupervisorLink | None = None,
    life: WebLife | None = None,
) -> int:
    """Serve until told to stop; returns the exit status.

    Parameters
    ----------
    sockets : mapping of str to socket
        They listen: ``main``, and with TLS ``plain``.
    """
    app = build(settings, life)
    warning = wal_warning(sqlite3.sqlite_version_info)
    if warning and isinstance(settings.database, Path) and not (life and life.restarts):
        logger.warning(warning)
    if settings.tls:
        prepare_certificate(settings)
    server = Server(app, settings)
    if parent is not None:
        threading.Thread(target=parent.wait_for_end, args=[server], daemon=True).start()
    asyncio.run(_serve(server, sockets, parent))
    return 0


def start(orders: WorkerConfig) -> int:
    """Do as the parent says."""
    sockets = {name: socket.socket(fileno=number) for name, number in orders.listeners.items()}
    life = socket.socket(fileno=orders.life)
    if orders.lock is not None:
        os.set_inheritable(orders.lock, False)  # vision processes do not serve
    # A web process that was stopped has to run to notice that it is alone.
    signal_when_parent_dies(signal.SIGCONT)
    try:
        settings = load_settings(**orders.overrides)
        set_up_logs(settings.log_level, settings.log_format)
        return run(settings, sockets, SupervisorLink(life), WebLife(orders.restarts, orders.reason))
    except (SettingsError, StartError, CodedError) as error:
        print(f"crowdcount: {error}", file=sys.stderr)
        return NEVER if isinstance(error, ForeignDatabaseError) else CANNOT_START


if __name__ == "__main__":
    sys.exit(start(WorkerConfig(**json.loads(sys.argv[1]))))
