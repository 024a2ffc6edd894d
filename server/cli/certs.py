"""``crowdcount certs``: a certificate for this machine, for phones in the same network."""

import argparse

from server.core.errors import CodedError


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `certs`."""
    text = "issue a certificate for the names and addresses of this machine, for `serve --tls`"
    parser = commands.add_parser("certs", help=text, description=text.capitalize() + ".")
    parser.add_argument("names", nargs="*", metavar="NAME", help="further host names or addresses")
    parser.set_defaults(run=_issue)


def _issue(arguments: argparse.Namespace) -> int:
    from server.common.certificates import Files, fingerprint, issue, names_of_this_machine
    from server.config import SettingsError, load_settings

    try:
        settings = load_settings()
    except SettingsError as error:
        raise CodedError("CANNOT_OPEN", str(error)) from error
    files = Files.of(settings.data_dir)
    names = list(dict.fromkeys([*arguments.names, *names_of_this_machine()]))
    try:
        issue(files, names)
    except ValueError as error:
        raise CodedError("BAD_NAME", str(error)) from error
    print(f"certificate for {', '.join(names)}: {files.server}")
    print(f"authority: {files.authority}\n  SHA-256 {fingerprint(files)}")
    print("A server that runs takes it at its next start: `crowdcount serve --tls`.")
    return 0
