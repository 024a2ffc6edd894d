"""``crowdcount keys``: the keys that sign cookies and tokens."""

import argparse

from server.core.errors import CodedError


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `keys` and its action."""
    parser = commands.add_parser("keys", help="the keys that sign cookies and tokens")
    actions = parser.add_subparsers(dest="action", required=True)
    text = "sign with a new key; what the last one signed stays valid until the next rotation"
    actions.add_parser("rotate", help=text, description=text.capitalize() + ".").set_defaults(run=_rotate)


def _rotate(_arguments: argparse.Namespace) -> int:
    from server.common.keys import rotate_keys
    from server.config import SettingsError, load_settings

    try:
        settings = load_settings()
    except SettingsError as error:
        raise CodedError("CANNOT_OPEN", str(error)) from error
    rotate_keys(settings.data_dir)
    print("a new key signs from now on; servers that run take it within seconds")
    return 0
