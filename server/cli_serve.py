"""``crowdcount serve``: listen, then keep a web process alive."""

import argparse
import sys

from server.core.errors import CodedError
from server.listening import StartError, bind
from server.logs import set_up_logs
from server.supervise import CANNOT_START, Supervisor, can_supervise

LAST_PORT = 65_535


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
    from server.config import SettingsError, load_settings  # late: other commands need no settings

    overrides = {name: getattr(arguments, name) for name in ("host", "port") if getattr(arguments, name) is not None}
    if arguments.tls:
        overrides["tls"] = True
    try:
        settings = load_settings(**overrides)
        listeners = {"main": bind(settings.host, settings.port)}
        port = listeners["main"].getsockname()[1]
        if settings.tls:
            listeners["plain"] = bind(settings.host, _port_beside(settings.authority_port, port))
    except (SettingsError, StartError) as error:
        print(f"crowdcount: {error}", file=sys.stderr)
        return CANNOT_START
    set_up_logs(settings.log_level, settings.log_format)
    overrides["port"] = port  # of 0, which takes a free one, the same again after a restart
    if arguments.alone or not can_supervise():
        from server.web import run  # late: the parent needs no web framework

        try:
            return run(load_settings(**overrides), listeners)
        except (StartError, CodedError) as error:
            print(f"crowdcount: {error}", file=sys.stderr)
            return CANNOT_START
    return Supervisor(listeners, overrides).run()


def _port_beside(wanted: int, port: int) -> int:
    """Where the authority is handed out. Raises StartError."""
    if not wanted and port == LAST_PORT:
        raise StartError("PORT_UNAVAILABLE: no port follows this one. Choose one with CROWDCOUNT_AUTHORITY_PORT.")
    return wanted or port + 1
