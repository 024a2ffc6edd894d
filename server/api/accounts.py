"""Accounts: what makes one, and the JSON routes for it."""

import re
import time
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from quart import Blueprint
from quart_rate_limiter import rate_limit
from quart_schema import validate_request, validate_response
from sqlalchemy.exc import IntegrityError

from server.api.auth import require_user, sign_in, sign_out
from server.api.context import services
from server.api.errors import APIError
from server.api.limits import SIGN_IN_LIMIT, SIGN_UP_LIMIT
from server.api.passwords import MAX_CHARACTERS, MIN_CHARACTERS
from server.ids import new_id
from server.storage.users import User, count_users, insert_user, select_login, select_taken

blueprint = Blueprint("accounts", __name__, url_prefix="/api")

USERNAME = re.compile(r"[\w.-]{3,40}")
# Only what tells a slip of the pen; whether an address exists, a mail tells.
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


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


def check_registration(username: str, email: str, password: str) -> dict[str, str]:
    """What is wrong with which field."""
    wrong = {}
    if not USERNAME.fullmatch(username):
        wrong["username"] = "Use 3 to 40 letters, digits, dots, dashes or underscores."
    if len(email) > 254 or not EMAIL.fullmatch(email):
        wrong["email"] = "Enter an e-mail address, such as name@example.org."
    if len(password) < MIN_CHARACTERS:
        wrong["password"] = f"Use at least {MIN_CHARACTERS} characters."
    elif len(password) > MAX_CHARACTERS:
        wrong["password"] = f"Use at most {MAX_CHARACTERS} characters."
    return wrong


async def register(username: str, email: str, password: str) -> User:
    """Make an account; the first one administers the server.

    Raises
    ------
    APIError
        400 ``INVALID_FIELDS`` or 409 ``TAKEN``, with the fields.
    """
    username, email = username.strip(), email.strip()
    wrong = check_registration(username, email, password)
    if wrong:
        raise APIError(400, "INVALID_FIELDS", "Some fields need another look.", wrong)
    password_hash = await services().passwords.hash(password)
    try:
        async with services().database.writing() as connection:
            user = User(new_id("usr"), username, email, is_admin=await count_users(connection) == 0)
            await insert_user(connection, user, password_hash, time.time())
    except IntegrityError:
        raise await _taken(username, email) from None
    return user


async def _taken(username: str, email: str) -> APIError:
    async with services().database.reading() as connection:
        name, address = await select_taken(connection, username, email)
    fields = {}
    if name:
        fields["username"] = "This user name is taken."
    if address:
        fields["email"] = "There is an account with this address already."
    return APIError(409, "TAKEN", "There is such an account already.", fields)


async def authenticate(login: str, password: str) -> User:
    """The user with these credentials. Raises APIError 401 ``WRONG_CREDENTIALS``."""
    async with services().database.reading() as connection:
        found = await select_login(connection, login)
    hashed = found[1] if found and len(password) <= MAX_CHARACTERS else None
    if not await services().passwords.check(password, hashed) or found is None:
        raise APIError(401, "WRONG_CREDENTIALS", "The name or the password is wrong.")
    return found[0]


@blueprint.post("/users")
@rate_limit(limits=[SIGN_UP_LIMIT])
@validate_request(Registration)
@validate_response(SessionOut, 201)
async def post_user(data: Registration) -> tuple[dict[str, Any], int]:
    """Register and sign in."""
    user = await register(data.username, data.email, data.password)
    await sign_in(user)
    return present(user), 201


@blueprint.post("/session")
@rate_limit(limits=[SIGN_IN_LIMIT])
@validate_request(Credentials)
@validate_response(SessionOut, 200)
async def post_session(data: Credentials) -> tuple[dict[str, Any], int]:
    """Sign in."""
    user = await authenticate(data.login, data.password)
    await sign_in(user)
    return present(user), 200


@blueprint.get("/session")
@validate_response(SessionOut, 200)
async def get_session() -> tuple[dict[str, Any], int]:
    """Who is signed in."""
    return present(await require_user()), 200


@blueprint.delete("/session")
async def end_session() -> tuple[str, int]:
    """Sign out; live connections of this session are cut."""
    await require_user()
    await sign_out()
    return "", 204
