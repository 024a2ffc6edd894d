"""Accounts: what makes one, and the JSON routes to register and to sign in and out."""

import time
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from quart import Blueprint, request
from quart_schema import validate_request, validate_response
from sqlalchemy.exc import IntegrityError

from server.api.accounts.authentication import authenticate
from server.api.accounts.sign_in import sign_in, sign_out
from server.api.http.access import everybody, users_only
from server.api.http.audit import record
from server.api.http.auth import require_user
from server.api.http.context import services
from server.api.http.errors import APIError
from server.api.http.field_rules import wrong_with_account
from server.api.http.password_queue import PasswordClient
from server.common.ids import new_id
from server.i18n.markers import N_
from server.storage.accounts.audit import Action
from server.storage.accounts.users import Login, User, count_users, insert_user, select_taken

blueprint = Blueprint("accounts", __name__, url_prefix="/api")


class Strict(BaseModel):
    """A body without surprises."""

    model_config = ConfigDict(extra="forbid")


class Registration(Strict):
    """What a new account needs."""

    username: Annotated[str, Field(max_length=200)]
    email: Annotated[str, Field(max_length=1000)]
    password: Annotated[str, Field(max_length=10_000)]


class Credentials(Strict):
    """What signing in needs; `login` is a user name or an e-mail address."""

    login: Annotated[str, Field(max_length=1000)]
    password: Annotated[str, Field(max_length=10_000)]


class UserOut(BaseModel):
    """An account as its owner sees it."""

    username: str
    email: str
    is_admin: bool


class SessionOut(BaseModel):
    """Who is signed in."""

    user: UserOut


def present(user: User) -> dict[str, Any]:
    """A user as JSON."""
    return {"user": {"username": user.username, "email": user.email, "is_admin": user.is_admin}}


async def register(username: str, email: str, password: str) -> Login:
    """Make an account; the first one administers the server.

    Raises
    ------
    APIError
        400 ``INVALID_FIELDS`` or 409 ``TAKEN``, with the fields; 429 with the time to wait.
    """
    services().guard.admit_sign_up(request.remote_addr or "")
    username, email = username.strip(), email.strip()
    wrong = wrong_with_account(username, email, password)
    if wrong:
        raise APIError(400, "INVALID_FIELDS", "Some fields need another look.", wrong)
    return await create_user(username, email, password)


async def create_user(username: str, email: str, password: str) -> Login:
    """Make an account whose fields were checked. Raises APIError 409 ``TAKEN``."""
    password_hash, now = (
        await services().passwords.hash(password, PasswordClient(request.remote_addr or "")),
        time.time(),
    )
    try:
        async with services().database.writing() as connection:
            user = User(new_id("usr"), username, email, is_admin=await count_users(connection) == 0)
            await insert_user(connection, user, password_hash, now)
            await record(connection, user.id, Action.REGISTERED)
    except IntegrityError:
        raise await _taken(username, email) from None
    return Login(user, password_hash, disabled=False, created_at=now)


async def _taken(username: str, email: str) -> APIError:
    async with services().database.reading() as connection:
        name, address = await select_taken(connection, username, email)
    fields = {}
    if name:
        fields["username"] = N_("This user name is taken.")
    if address:
        fields["email"] = N_("There is an account with this address already.")
    return APIError(409, "TAKEN", "There is such an account already.", fields)


@blueprint.post("/users")
@everybody
@validate_request(Registration)
@validate_response(SessionOut, 201)
async def post_user(data: Registration) -> tuple[dict[str, Any], int]:
    """Register and sign in."""
    login = await register(data.username, data.email, data.password)
    await sign_in(login)
    return present(login.user), 201


@blueprint.post("/session")
@everybody
@validate_request(Credentials)
@validate_response(SessionOut, 200)
async def post_session(data: Credentials) -> tuple[dict[str, Any], int]:
    """Sign in."""
    login = await authenticate(data.login, data.password)
    await sign_in(login)
    return present(login.user), 200


@blueprint.get("/session")
@users_only
@validate_response(SessionOut, 200)
async def get_session() -> tuple[dict[str, Any], int]:
    """Who is signed in."""
    return present(await require_user()), 200


@blueprint.delete("/session")
@users_only
async def end_session() -> tuple[str, int]:
    """Sign out; live connections of this session are cut."""
    await sign_out()
    return "", 204
