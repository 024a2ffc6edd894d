"""The command line: ``crowdcount serve | track | models | users | keys``."""

import argparse
import sys

from server import cli_keys, cli_models, cli_track, cli_users
from server.core.errors import CodedError

_INTERRUPTED = 130
"""128 + SIGINT, as shells expect it."""


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit status; expected failures are one line on standard error."""
    parser = argparse.ArgumentParser(prog="crowdcount", description="Counts people in camera streams and videos.")
    commands = parser.add_subparsers(dest="command", required=True)
    _add_serve(commands)
    cli_track.add_parser(commands)
    cli_models.add_parser(commands)
    cli_users.add_parser(commands)
    cli_keys.add_parser(commands)
    arguments = parser.parse_args(argv)
    try:
        status: int = arguments.run(arguments)
    except (CodedError, OSError) as error:
        print(f"crowdcount: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("crowdcount: interrupted", file=sys.stderr)
        return _INTERRUPTED
    return status


def _add_serve(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("serve", help="run the server")
    parser.add_argument("--host", help="address to listen on (default: CROWDCOUNT_HOST or 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default: CROWDCOUNT_PORT or 8000)")
    parser.set_defaults(run=_run_serve)


def _run_serve(arguments: argparse.Namespace) -> int:
    from server.serve import serve  # late: the other commands need no web framework

    return serve(arguments)


if __name__ == "__main__":
    sys.exit(main())
