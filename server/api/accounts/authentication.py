"""Whether a password is the account's: the work of signing in, up to the session that it begins."""

import time
from collections.abc import Mapping
from dataclasses import replace

from quart import request
from sqlalchemy.ext.asyncio import AsyncConnection

from server.api.http.audit import record
from server.api.http.auth import unauthenticated
from server.api.http.context import services
from server.api.http.device_cookies import known_accounts
from server.api.http.errors import APIError
from server.api.http.password_queue import PasswordClient
from server.api.http.password_rules import MAX_CHARACTERS
from server.api.http.sign_in_limiter import STRANGER, WINDOW_S, Counted, Familiar, name_key
from server.common.addresses import network_of
from server.i18n.markers import N_
from server.storage.accounts.audit import Action, select_opened
from server.storage.accounts.sessions import WHY, EndReason, select_session_addresses
from server.storage.accounts.users import Login, User, select_login, select_login_by_id, update_password


def wrong_credentials() -> APIError:
    """What unknown names and wrong passwords are answered alike."""
    return APIError(401, "WRONG_CREDENTIALS", "The name or the password is wrong.")


def account_disabled() -> APIError:
    """What is told who knows the password."""
    return APIError(403, "ACCOUNT_DISABLED", "This account is disabled. Ask who runs this server.")


async def authenticate(login: str, password: str) -> Login:
    """The user with these credentials. It has to hold still when a session begins: `require_same`.

    Raises
    ------
    APIError
        401 ``WRONG_CREDENTIALS``, 403 ``ACCOUNT_DISABLED`` (told to who knows the password), 429 ``RATE_LIMITED``.
    """
    guard, address, name = services().guard, request.remote_addr or "", name_key(login)
    marks = known_accounts()
    if not marks:  # before anything is asked of the database
        guard.admit_sign_in(address)
    async with services().database.reading() as connection:
        found = await select_login(connection, login)
        # Asked for unknown names as well, which must not take less time.
        familiar = await _familiar(connection, found.user.id if found else "", address, marks)
    if marks:
        guard.admit_sign_in(address, found.user.id if found and familiar.device else None)
    try:
        counted = guard.admit_password(address, name, familiar)
    except APIError:
        if guard.first_refusal(name):
            await record_failure(found, Action.SIGN_IN_REFUSED)
        raise
    if not await _fits(found, name, password, counted, familiar) or found is None:
        # Written for unknown names as well, without the name, which may be a password in the wrong field: a user who
        # exists must not take longer than one who does not.
        await record_failure(found, Action.SIGN_IN_FAILED)
        raise wrong_credentials()
    if found.disabled:
        await record_failure(found, Action.SIGN_IN_FAILED, detail=WHY[EndReason.ACCOUNT_DISABLED])
        raise account_disabled()
    return await _upgraded(found, password)


async def confirm(user: User, password: str, field: str) -> Login:
    """The account of who is signed in, whose password this is.

    Raises
    ------
    APIError
        401, 403 ``WRONG_PASSWORD`` with the field, 429 ``RATE_LIMITED``.
    """
    guard, address = services().guard, request.remote_addr or ""
    guard.admit_confirmation(user.id)
    async with services().database.reading() as connection:
        found = await select_login_by_id(connection, user.id)
    if found is None:
        raise unauthenticated()
    counted = guard.admit_password(address, user.id)
    if not await _fits(found, user.id, password, counted):
        await record_failure(found, Action.PASSWORD_CHECK_FAILED)
        text = N_("This is not your password.")
        raise APIError(403, "WRONG_PASSWORD", text, {field: text})
    return found


async def _familiar(connection: AsyncConnection, user_id: str, address: str, marks: Mapping[str, str]) -> Familiar:
    """What speaks for an attempt to sign in to this account."""
    now = time.time()
    addresses = await select_session_addresses(connection, user_id)
    place = network_of(address) in {network_of(one) for one in addresses}
    place = await select_opened(connection, user_id, now - WINDOW_S) or place
    return Familiar(marks.get(user_id, ""), place)


async def _fits(found: Login | None, name: str, password: str, counted: Counted, familiar: Familiar = STRANGER) -> bool:
    """Whether this is the account's password; None for an unknown account costs the same.

    Parameters
    ----------
    found : Login or None
    name : str
        What was typed, or who it is that is signed in.
    counted : Counted
        Against what the password was counted.
    familiar : Familiar
        What speaks for it: a device that is known has a place in the queue beside those of strangers.
    """
    address = request.remote_addr or ""
    hashed = found.password_hash if found and len(password) <= MAX_CHARACTERS else None
    try:
        known = found.user.id if found and familiar.device else ""
        asker = PasswordClient(address, name, known, found.created_at if found else 0.0)
        fits = await services().passwords.check(password, hashed, asker)
    except APIError:
        services().guard.was_no_guess(counted)
        raise
    if fits:
        services().guard.was_no_guess(counted)
    return fits


async def record_failure(found: Login | None, action: Action, detail: str = "") -> None:
    """Write to the log of an account, if there still is one, that a password gave nothing."""
    async with services().database.writing() as connection:
        there = found is not None and await select_login_by_id(connection, found.user.id)
        await record(connection, found.user.id if found and there else None, action, detail=detail)


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
        raise account_disabled()


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
