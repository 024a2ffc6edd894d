"""Whether a password is the account's: the work of signing in, up to the session that it begins."""

from dataclasses import replace

from quart import request
from sqlalchemy.ext.asyncio import AsyncConnection

from server.api.audit import record
from server.api.context import services
from server.api.errors import APIError
from server.api.password_rules import MAX_CHARACTERS
from server.storage.audit import Action
from server.storage.users import Login, fold, select_login, select_login_by_id, update_password


def wrong_credentials() -> APIError:
    """What unknown names and wrong passwords are answered alike."""
    return APIError(401, "WRONG_CREDENTIALS", "The name or the password is wrong.")


async def authenticate(login: str, password: str) -> Login:
    """The user with these credentials. It has to hold still when a session begins: `require_same`.

    Raises
    ------
    APIError
        401 ``WRONG_CREDENTIALS``, 403 ``ACCOUNT_DISABLED`` (told to who knows the password), 429 ``RATE_LIMITED``.
    """
    services().guard.admit_sign_in(request.remote_addr or "")
    async with services().database.reading() as connection:
        found = await select_login(connection, login)
    if not await password_fits(found, fold(login), password) or found is None:
        # Written for unknown names as well, without the name, which may be a password in the wrong field: a user who
        # exists must not take longer than one who does not.
        await record_failure(found, Action.SIGN_IN_FAILED)
        raise wrong_credentials()
    return await _upgraded(found, password)


async def password_fits(found: Login | None, name: str, password: str) -> bool:
    """Whether this is the account's password; wrong ones are counted. Raises APIError 429 ``RATE_LIMITED``.

    Parameters
    ----------
    found : Login or None
        None for an unknown account, which costs the same.
    name : str
        What an unknown account was called.
    """
    address, account = request.remote_addr or "", found.user.id if found else name
    services().guard.admit_password(address, account)
    hashed = found.password_hash if found and len(password) <= MAX_CHARACTERS else None
    fits = await services().passwords.check(password, hashed)
    if fits:
        services().guard.password_was_right(address, account)
    return fits


async def record_failure(found: Login | None, action: Action) -> None:
    """Write a wrong password to the log of its account, if there still is one."""
    async with services().database.writing() as connection:
        there = found is not None and await select_login_by_id(connection, found.user.id)
        await record(connection, found.user.id if found and there else None, action)


async def require_same(connection: AsyncConnection, checked: Login) -> None:
    """While a password is in bcrypt it may be changed, and its account disabled or deleted.

    Parameters
    ----------
    connection : AsyncConnection
        In the write transaction of what the password gives.
    checked : Login
        As it was when its password was checked.

    Raises
    ------
    APIError
        401 ``WRONG_CREDENTIALS``, 403 ``ACCOUNT_DISABLED``.
    """
    now = await select_login_by_id(connection, checked.user.id)
    if now is None or now.password_hash != checked.password_hash:
        raise wrong_credentials()
    if now.disabled:
        raise APIError(403, "ACCOUNT_DISABLED", "This account is disabled. Ask who runs this server.")


async def _upgraded(found: Login, password: str) -> Login:
    """Hash again at today's cost: only now is the password known."""
    if not services().passwords.outdated(found.password_hash):
        return found
    fresh = await services().passwords.hash(password)
    async with services().database.writing() as connection:
        if await update_password(connection, found.user.id, fresh, replaces=found.password_hash):
            return replace(found, password_hash=fresh)
        now = await select_login_by_id(connection, found.user.id)
    # Another sign-in was faster, or the password was changed.
    if now is None or not await services().passwords.check(password, now.password_hash):
        raise wrong_credentials()
    return now
