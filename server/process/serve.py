"""What serves: the prepared data directory, the engine of this machine, and uvicorn around the application."""

import logging
import socket
import time
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy.exc import DatabaseError, DBAPIError

from server.api.http.context import WebLife
from server.app import Application, create_app
from server.common.admissions import Admissions
from server.common.certificates import Files
from server.config import TRANSPORT_BYTES, Settings, vision_settings
from server.engine.base import Engine
from server.engine.local import LocalEngine
from server.engine.supervisor import worker_command
from server.process.bounded_listener import BoundedListener
from server.process.bounded_socket import BoundedWebSocket
from server.process.data_lock import make_data_dir
from server.process.descriptors import for_connections, limit
from server.process.listening import StartError, urls
from server.process.request_size import HEAD_BYTES
from server.process.slow_clients import TimeoutProtocol
from server.storage.engine.migrate import migrate
from server.storage.engine.postgres_url import PostgresUrl
from server.storage.engine.reserve import keep_reserve, spend_reserve
from server.storage.engine.shape import ForeignDatabaseError

logger = logging.getLogger("crowdcount")

START_WAIT_S = 60.0
"""How long a database server that does not answer is waited for at the start: platforms start things in any order."""


def prepare(settings: Settings, *, serves: bool = False) -> None:
    """Make the data directory and bring the database up to date.

    Parameters
    ----------
    serves : bool
        Wait for a database server that does not answer yet, and refuse one that another server uses.

    Raises
    ------
    StartError
        The data directory cannot be written, or the database not be used.
    CodedError
        The database does not answer, or another server has it.
    ForeignDatabaseError
        The database is none of this version; nothing was changed.
    """
    make_data_dir(settings.data_dir)
    if isinstance(settings.database, PostgresUrl):
        _prepare_server(settings.database, serves=serves)
        return
    _prepare_file(settings.database_path)


def _prepare_file(path: Path) -> None:
    # Password hashes are nobody else's business; SQLite gives its other files the mode of this one.
    path.touch(mode=0o600)
    if not spend_reserve(path.parent):
        keep_reserve(path.parent)
    try:
        migrate(path)
    except ForeignDatabaseError as error:
        raise _refusal(str(path), error) from error
    except DatabaseError as error:
        reason = f"{path} cannot be used: {error.orig}; `crowdcount check` looks at it, `df` at the disk"
        raise StartError(f"DATABASE_UNUSABLE: {reason}") from error


def _prepare_server(url: PostgresUrl, *, serves: bool) -> None:
    try:
        from server.storage.engine.postgres_start import reserved, wait_for
    except ImportError as error:
        reason = "CROWDCOUNT_DATABASE_URL needs the package psycopg; install it: pip install 'psycopg[binary]>=3.3'"
        raise StartError(f"DRIVER_MISSING: {reason} ({error})") from error
    try:
        if serves:
            with reserved(url, START_WAIT_S):
                migrate(url)
        else:
            wait_for(url)
            migrate(url)
    except ForeignDatabaseError as error:
        raise _refusal(f"the {url}", error) from error
    except DBAPIError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise StartError(f"DATABASE_UNUSABLE: the {url} cannot be brought up to date: {reason}") from error


def _refusal(what: str, error: ForeignDatabaseError) -> ForeignDatabaseError:
    remedy = "install that version, or restore a backup" if error.code == "DATABASE_NEWER" else "restore a backup"
    message = f"{error.code}: {what} is no database of this version: {error.message}. Nothing was changed; {remedy}."
    return ForeignDatabaseError(error.code, message)


def create_engine(settings: Settings) -> Engine:
    """The engine of this machine."""
    return LocalEngine(worker_command(vision_settings(settings)), settings.workers, settings.frame_timeout_s)


def build(settings: Settings, web_life: WebLife | None = None) -> Application:
    """The application with the engine of this machine."""
    prepare(settings, serves=True)
    return create_app(settings, create_engine(settings), web_life)


def _encryption(settings: Settings) -> dict[str, Any]:
    """What uvicorn needs to know to speak TLS."""
    if not settings.tls:
        return {}
    files = Files.of(settings.data_dir)
    return {"ssl_certfile": str(files.server), "ssl_keyfile": str(files.server_key)}


def admissions_of(settings: Settings) -> Admissions:
    """The bounds of connections: what sockets an address may have, and as many for requests."""
    most = min(settings.connections, for_connections())
    return Admissions(
        most,
        min(most, 2 * settings.connections_per_address),
        settings.requests_per_second,
        settings.trusted_proxies,
        per_holder=2 * settings.connections_per_user,
    )


class Server(uvicorn.Server):
    """A uvicorn server that says where it is, and says good-bye.

    Parameters
    ----------
    app : Application
    settings : Settings
    """

    def __init__(self, app: Application, settings: Settings) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                http=TimeoutProtocol,
                ws=BoundedWebSocket,
                h11_max_incomplete_event_size=HEAD_BYTES,
                ws_max_size=TRANSPORT_BYTES,
                ws_per_message_deflate=False,  # JPEG does not compress
                ws_ping_interval=None,  # Engine.IO has its own
                timeout_graceful_shutdown=settings.shutdown_s,
                proxy_headers=bool(settings.trusted_proxies),
                forwarded_allow_ips=list(settings.trusted_proxies),
                **_encryption(settings),
            )
        )
        self._app = app
        self.settings = settings
        self.admissions = admissions_of(settings)

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve on listening sockets, within the bounds of connections, until told to stop."""
        await super().serve([BoundedListener(one, self.admissions) for one in sockets or ()])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then print the URL. Raises CodedError when the database is another's by now."""
        await self._app.open_storage()
        await super().startup(sockets)
        if self.started and sockets:
            here, *elsewhere = urls("https" if self.config.is_ssl else "http", sockets[0])
            others = f", for others at {' or '.join(elsewhere)}" if elsewhere else ""
            print(f"crowdcount is at {here}{others}", flush=True)
            logger.info("at most %d open files, %d of them connections", limit(), self.admissions.most)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell the clients before their connections are closed, and save before anybody is waited for."""
        began = time.monotonic()
        await self._app.announce_shutdown()
        patience = self.config.timeout_graceful_shutdown or 0
        self.config.timeout_graceful_shutdown = max(1, round(patience - (time.monotonic() - began)))
        await super().shutdown(sockets)

    def hurry(self) -> None:
        """End as soon as what there is is saved: there is no time for open requests."""
        self.config.timeout_graceful_shutdown = 1
        self.should_exit = True
