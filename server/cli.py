"""The command line: ``crowdcount serve | track | models | users | keys | certs | backup | restore | check``."""

import argparse
import sys

from server import cli_backup, cli_certs, cli_keys, cli_models, cli_serve, cli_track, cli_users
from server.core.errors import CodedError

_INTERRUPTED = 130
"""128 + SIGINT, as shells expect it."""


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
        status: int = arguments.run(arguments)
    except (CodedError, OSError) as error:
        print(f"crowdcount: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("crowdcount: interrupted", file=sys.stderr)
        return _INTERRUPTED
    return status


if __name__ == "__main__":
    sys.exit(main())
