"""Changing the password and deleting the account: both ask for the password again."""

import time
from dataclasses import asdict, replace
from typing import Annotated, Any

from pydantic import BaseModel, Field
from quart import Blueprint, request
from quart_schema import validate_request, validate_response
from sqlalchemy.ext.asyncio import AsyncConnection

from server.api.accounts.accounts import Strict
from server.api.accounts.authentication import confirm, require_same
from server.api.accounts.sign_in import begin_session, forget_cookie, keep_session
from server.api.history.long_history import drop_history
from server.api.http.access import users_only
from server.api.http.audit import record
from server.api.http.auth import bearer_token, require_grant, require_open, require_user
from server.api.http.context import services
from server.api.http.errors import APIError
from server.api.http.password_queue import PasswordClient
from server.api.http.password_rules import wrong_with_password
from server.i18n.markers import N_
from server.storage.accounts.audit import Action, Origin, insert_audit
from server.storage.accounts.forgetting import forget_name
from server.storage.accounts.profiles import AccountSummary, select_holdings
from server.storage.accounts.sessions import EndReason, SessionKind, end_sessions, select_sessions
from server.storage.accounts.users import Login, User, delete_user, update_password
from server.storage.cameras.cameras import select_cameras
from server.storage.recordings.runs import select_run_cameras

blueprint = Blueprint("credentials", __name__, url_prefix="/api/account")

Secret = Annotated[str, Field(max_length=10_000)]


class PasswordIn(Strict):
    """The password as it is and as it shall be."""

    current_password: Secret
    new_password: Secret


class Confirmation(Strict):
    """The password, to show that it is really the owner."""

    password: Secret


class HoldingsOut(BaseModel):
    """How much belongs to the account."""

    cameras: int
    recordings: int
    rooms: int
    streams: int
    alerts: int
    channels: int
    sessions: int
    audit_entries: int


class HoldingsAnswer(BaseModel):
    """What goes when the account is deleted."""

    holdings: HoldingsOut


async def _replace(connection: AsyncConnection, checked: Login, password_hash: str) -> Login:
    """Store a new hash in the place of the one that was checked. Raises APIError 409 ``PASSWORD_CHANGED``."""
    if not await update_password(connection, checked.user.id, password_hash, replaces=checked.password_hash):
        raise APIError(409, "PASSWORD_CHANGED", N_("The password was changed meanwhile. Try again."))
    return replace(checked, password_hash=password_hash)


async def change_password(current: str, new: str) -> None:
    """Change the password and end every session; a browser that asks goes on with a new one.

    Raises
    ------
    APIError
        400 ``INVALID_FIELDS``, 401, 403 ``WRONG_PASSWORD``, 409 ``PASSWORD_CHANGED``, 429 ``RATE_LIMITED``.
    """
    grant = await require_grant()
    user = grant.user
    checked = await confirm(user, current, "current_password")
    wrong = wrong_with_password(new, user.username, user.email)
    if wrong is None and new == current:
        wrong = N_("This is the password you have already.")
    if wrong:
        raise APIError(400, "INVALID_FIELDS", "Some fields need another look.", {"new_password": wrong})
    password_hash = await services().passwords.hash(new, PasswordClient(request.remote_addr or "", user.id))
    by_browser = bearer_token(request.headers.get("Authorization")) is None
    async with services().database.writing() as connection:
        await require_open(connection, grant)
        login = await _replace(connection, checked, password_hash)
        ended = await end_sessions(connection, user.id, EndReason.PASSWORD_CHANGED, time.time())
        await record(connection, user.id, Action.PASSWORD_CHANGED, detail=N_(f"{len(ended)} sessions ended"))
        begun = await begin_session(connection, login, SessionKind.BROWSER) if by_browser else None
    await services().sessions_ended(ended, EndReason.PASSWORD_CHANGED)
    if begun is not None:
        keep_session(user, *begun)


async def show_holdings(user: User) -> AccountSummary:
    """What goes when the account goes."""
    async with services().database.reading() as connection:
        return await select_holdings(connection, user.id, time.time())


async def delete_account(password: str) -> None:
    """Delete the account of this request's user with everything that belongs to it.

    Raises
    ------
    APIError
        401, 403 ``WRONG_PASSWORD``, 429 ``RATE_LIMITED``.
    """
    grant = await require_grant()
    user = grant.user
    checked = await confirm(user, password, "password")
    async with services().database.reading() as connection:
        await require_open(connection, grant)
        await require_same(connection, checked)
        owned = [camera.id for camera in await select_cameras(connection, user.id)]
        owned += await select_run_cameras(connection, user.id)
    await drop_history(owned)
    now = time.time()
    async with services().database.writing() as connection:
        await require_open(connection, grant)
        await require_same(connection, checked)
        cameras = [camera.id for camera in await select_cameras(connection, user.id)]
        cameras += await select_run_cameras(connection, user.id)
        sessions = [session.id for session in await select_sessions(connection, user.id, now)]
        await forget_name(connection, user.id)
        await delete_user(connection, user.id)
        # That an account went stays in the log; whose it was does not.
        await insert_audit(connection, None, Action.ACCOUNT_DELETED, Origin("", ""), now)
    forget_cookie()
    services().departed.note(sessions)
    await services().sessions_ended(sessions, EndReason.ACCOUNT_DELETED)
    for camera_id in cameras:
        services().camera_deleted(camera_id)
    services().recordings.wake()


@blueprint.get("/holdings")
@users_only
@validate_response(HoldingsAnswer, 200)
async def get_holdings() -> tuple[dict[str, Any], int]:
    """What goes when the account is deleted."""
    return {"holdings": asdict(await show_holdings(await require_user()))}, 200


@blueprint.post("/password")
@users_only
@validate_request(PasswordIn)
async def post_password(data: PasswordIn) -> tuple[str, int]:
    """Change the password. Every session ends; a request with a cookie gets a new one, a program signs in again."""
    await change_password(data.current_password, data.new_password)
    return "", 204


@blueprint.post("/delete")
@users_only
@validate_request(Confirmation)
async def post_delete(data: Confirmation) -> tuple[str, int]:
    """Delete the account with its cameras, counts, sessions and log."""
    await delete_account(data.password)
    return "", 204
