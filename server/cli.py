"""The command line: ``crowdcount serve | track | models | users | keys | certs | backup | restore | check``."""

import argparse
import signal
import sys

from server import cli_backup, cli_certs, cli_keys, cli_models, cli_serve, cli_track, cli_users
from server.core.errors import CodedError
from server.interrupt import Ended, Interrupt

_SIGNALLED = 128
"""Added to the number of the signal, as shells expect it."""


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit status; expected failures are one line on standard error."""
    parser = argparse.ArgumentParser(prog="crowdcount", description="Counts people in camera streams and videos.")
    commands = parser.add_subparsers(dest="command", required=True)
    cli_serve.add_parser(commands)
    cli_track.add_parser(commands)
    cli_models.add_parser(commands)
    cli_users.add_parser(commands)
    cli_keys.add_parser(commands)
    cli_certs.add_parser(commands)
    cli_backup.add_parser(commands)
    arguments = parser.parse_args(argv)
    try:
        status = _run(arguments)
    except (CodedError, OSError) as error:
        print(f"crowdcount: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt as error:
        number = error.number if isinstance(error, Ended) else signal.SIGINT
        print("crowdcount: interrupted" if number == signal.SIGINT else "crowdcount: told to end", file=sys.stderr)
        return _SIGNALLED + number
    return status


def _run(arguments: argparse.Namespace) -> int:
    """Run the command; the server handles signals by itself."""
    status: int
    if arguments.command == "serve":
        status = arguments.run(arguments)
        return status
    with Interrupt():
        status = arguments.run(arguments)
    return status


if __name__ == "__main__":
    sys.exit(main())
