"""``crowdcount users``: accounts, for who runs the server. A server that runs meanwhile follows within seconds."""

import argparse
import asyncio
import getpass
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from server.core.errors import CodedError


class UsersError(CodedError):
    """The command cannot do that."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `users` and its actions."""
    parser = commands.add_parser("users", help="create, list, disable and mend accounts")
    actions = parser.add_subparsers(dest="action", required=True)
    create = _add(actions, "create", _create, "make an account; the password is asked for")
    create.add_argument("name", help="user name")
    create.add_argument("email", help="e-mail address")
    create.add_argument("--admin", action="store_true", help="make it an administrator")
    listing = _add(actions, "list", _list, "list the accounts")
    listing.add_argument("--json", action="store_true", help="as JSON")
    for action, work, text in (
        ("disable", _disable, "end the sessions of an account and its guests and let it sign in no more; nothing goes"),
        ("enable", _enable, "let a disabled account sign in again"),
        ("reset-password", _reset_password, "set a new password, which is asked for, and end every session"),
    ):
        _add(actions, action, work, text).add_argument("name", help="user name or e-mail address")
    role = _add(actions, "set-role", _set_role, "make a user an administrator, or no longer; ends every session")
    role.add_argument("name", help="user name or e-mail address")
    role.add_argument("role", choices=("user", "administrator"))
    for action in ("create", "reset-password"):
        actions.choices[action].add_argument(
            "--password-stdin", action="store_true", help="read the password from the first line of standard input"
        )


def _add(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    work: Callable[[Any, argparse.Namespace], Awaitable[None]],
    text: str,
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=text, description=text.capitalize() + ".")
    parser.set_defaults(run=lambda arguments: _run(work, arguments))
    return parser


def _run(work: Callable[[Any, argparse.Namespace], Awaitable[None]], arguments: argparse.Namespace) -> int:
    """Do it on the server's database. Raises CodedError."""
    # Late: the other commands need no web framework.
    from sqlalchemy.exc import DatabaseError

    from server.api.accounts.user_admin import UserAdmin
    from server.config import SettingsError, load_settings
    from server.process.listening import StartError
    from server.process.serve import prepare

    for typed in (getattr(arguments, "name", ""), getattr(arguments, "email", "")):
        _check_text(typed)
    try:
        settings = load_settings()
        prepare(settings)
    except (SettingsError, StartError) as error:
        raise UsersError("CANNOT_OPEN", str(error)) from error

    async def session() -> None:
        admin = UserAdmin(settings)
        try:
            await work(admin, arguments)
        finally:
            await admin.close()

    try:
        asyncio.run(session())
    except DatabaseError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise UsersError("CANNOT_OPEN", f"The database cannot be used just now: {reason}.") from error
    return 0


def _check_text(typed: str) -> None:
    """Bytes that are no text reach a program as characters that cannot be stored. Raises UsersError ``NOT_TEXT``."""
    try:
        typed.encode()
    except UnicodeEncodeError:
        raise UsersError("NOT_TEXT", "What was typed is not UTF-8 text.") from None


def _ask_password(arguments: argparse.Namespace) -> str:
    """A new password, from a person (twice) or from a pipe; never from the command line, which others can see."""
    try:
        password = _read_password(piped=arguments.password_stdin)
    except EOFError:
        raise UsersError("NO_PASSWORD", "No password was typed.") from None
    except UnicodeDecodeError:
        raise UsersError("NOT_TEXT", "What was typed is not UTF-8 text.") from None
    _check_text(password)
    return password


def _read_password(*, piped: bool) -> str:
    if piped:
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("New password: ")
    if getpass.getpass("Once more: ") != first:
        raise UsersError("NOT_THE_SAME", "The two passwords differ.")
    return first


async def _create(admin: Any, arguments: argparse.Namespace) -> None:
    password = _ask_password(arguments)
    user = await admin.create(arguments.name, arguments.email, password, is_admin=arguments.admin)
    print(f"created {user.username}" + (", an administrator" if user.is_admin else ""))


async def _list(admin: Any, arguments: argparse.Namespace) -> None:
    accounts = [
        {
            "username": account.user.username,
            "email": account.user.email,
            "role": "administrator" if account.user.is_admin else "user",
            "created_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(account.created_at)),
            "disabled": account.disabled_at is not None,
        }
        for account in await admin.accounts()
    ]
    if arguments.json:
        print(json.dumps(accounts, indent=1))
        return
    for one in accounts:
        marks = ["disabled"] if one["disabled"] else []
        print("\t".join([*(str(one[name]) for name in ("username", "email", "role", "created_at")), *marks]))


async def _disable(admin: Any, arguments: argparse.Namespace) -> None:
    print(f"disabled {await admin.disable(arguments.name)}")


async def _enable(admin: Any, arguments: argparse.Namespace) -> None:
    print(f"enabled {await admin.enable(arguments.name)}")


async def _reset_password(admin: Any, arguments: argparse.Namespace) -> None:
    print(f"the password of {await admin.reset_password(arguments.name, _ask_password(arguments))} is new")


async def _set_role(admin: Any, arguments: argparse.Namespace) -> None:
    username = await admin.set_role(arguments.name, is_admin=arguments.role == "administrator")
    print(f"{username} is now {'an administrator' if arguments.role == 'administrator' else 'a user'}")
