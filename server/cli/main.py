"""The command line: ``crowdcount serve | track | models | users | keys | certs | backup | restore | check``."""

import argparse
import signal
import sys

from server.cli import backup as cli_backup
from server.cli import certs as cli_certs
from server.cli import keys as cli_keys
from server.cli import models as cli_models
from server.cli import serve as cli_serve
from server.cli import users as cli_users
from server.cli.track import command as cli_track
from server.core.errors import CodedError
from server.process.interrupt import Ended, Interrupt

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
