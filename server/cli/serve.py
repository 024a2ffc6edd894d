"""``crowdcount serve``: listen, then keep a web process alive."""

import argparse
import os
import socket
import sys
from typing import TYPE_CHECKING

from server.common.logs import set_up_logs
from server.core.errors import CodedError
from server.process.descriptors import raise_limit
from server.process.listening import StartError, bind
from server.process.supervisor import CANNOT_START, ServerSupervisor, can_supervise

if TYPE_CHECKING:
    from server.config import Settings

LAST_PORT = 65_535
TRIES = 20
"""Pairs of ports that are tried where any will do."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `serve`."""
    parser = commands.add_parser("serve", help="run the server")
    parser.add_argument("--host", help="address to listen on (default: CROWDCOUNT_HOST or 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default: CROWDCOUNT_PORT or 8000)")
    parser.add_argument(
        "--tls", action="store_true", help="speak HTTPS with a certificate of its own, for phones in the same network"
    )
    parser.add_argument(
        "--alone",
        action="store_true",
        help="in one process, without a parent that restarts it; for process managers that do that themselves",
    )
    parser.set_defaults(run=serve)


def serve(arguments: argparse.Namespace) -> int:
    """Serve until told to stop; returns the exit status."""
    os.umask(0o077)  # what this process and its children write is nobody else's business
    from server.config import SettingsError, load_settings  # late: other commands need no settings
    from server.process.data_lock import lock_data_dir

    overrides = {name: getattr(arguments, name) for name in ("host", "port") if getattr(arguments, name) is not None}
    if arguments.tls:
        overrides["tls"] = True
    try:
        settings = load_settings(**overrides)
        set_up_logs(settings.log_level, settings.log_format)
        listeners = listen(settings)
        lock = lock_data_dir(settings)
    except (SettingsError, StartError) as error:
        print(f"crowdcount: {error}", file=sys.stderr)
        return CANNOT_START
    raise_limit()  # before other processes are started, which inherit it
    overrides["port"] = listeners["main"].getsockname()[1]  # of 0: the same again after a restart
    if arguments.alone or not can_supervise():
        from server.process.web import run  # late: the parent needs no web framework

        try:
            return run(load_settings(**overrides), listeners)
        except (StartError, CodedError) as error:
            for listener in listeners.values():
                listener.close()
            print(f"crowdcount: {error}", file=sys.stderr)
            return CANNOT_START
    return ServerSupervisor(listeners, overrides, shutdown_s=settings.shutdown_s, lock=lock).run()


def listen(settings: "Settings") -> dict[str, socket.socket]:
    """The sockets that are served on. Raises StartError."""
    if not settings.tls:
        return {"main": bind(settings.host, settings.port)}
    # Any free port is asked for: where the one after it is taken, another pair does as well.
    for _ in range(TRIES if settings.port == 0 else 1):
        main = bind(settings.host, settings.port)
        try:
            return {"main": main, "plain": bind(settings.host, _beside(settings.authority_port, main))}
        except StartError as error:
            main.close()
            refused = error
    raise refused


def _beside(wanted: int, main: socket.socket) -> int:
    """The port where the authority is handed out. Raises StartError."""
    port: int = main.getsockname()[1]
    if not wanted and port == LAST_PORT:
        raise StartError("PORT_UNAVAILABLE: no port follows this one. Choose one with CROWDCOUNT_AUTHORITY_PORT.")
    return wanted or port + 1
