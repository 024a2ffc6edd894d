"""Tokens for programs: got with a password, renewed by refresh tokens that work once, ended at will."""

import secrets
import time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from quart import Blueprint
from quart_schema import validate_request, validate_response
from sqlalchemy.ext.asyncio import AsyncConnection

from server.api.accounts.accounts import Credentials, Strict
from server.api.accounts.authentication import authenticate
from server.api.accounts.sign_in import begin_session, sign_out, where_from
from server.api.http.access import everybody, users_only
from server.api.http.audit import record
from server.api.http.auth import require_grant
from server.api.http.context import services
from server.api.http.errors import APIError
from server.api.http.tokens import MAX_CHARACTERS, Claims, TokenError, TokenType
from server.storage.accounts.audit import Action
from server.storage.accounts.refresh_tokens import Use, insert_refresh_token, use_refresh_token
from server.storage.accounts.sessions import EndReason, Grant, SessionKind, end_session, select_grant

blueprint = Blueprint("tokens", __name__, url_prefix="/api/tokens")


class Refresh(Strict):
    """A refresh token that was not used yet."""

    refresh_token: Annotated[str, Field(max_length=MAX_CHARACTERS)]


class TokensAnswer(BaseModel):
    """Tokens. `expires_in` is of the access token, in seconds."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"]
    expires_in: int


async def _issue(connection: AsyncConnection, user_id: str, session_id: str, ends_at: float) -> dict[str, Any]:
    """A new pair for a session, which neither of them outlives."""
    now, jti = time.time(), secrets.token_urlsafe(16)
    await insert_refresh_token(connection, jti, session_id)
    access_until = min(now + services().settings.access_token_s, ends_at)
    issue = services().tokens.issue
    return {
        "access_token": issue(TokenType.ACCESS, user_id, session_id, secrets.token_urlsafe(16), now, access_until),
        "refresh_token": issue(TokenType.REFRESH, user_id, session_id, jti, now, ends_at),
        "token_type": "Bearer",
        "expires_in": int(access_until - now),
    }


@blueprint.post("")
@everybody
@validate_request(Credentials)
@validate_response(TokensAnswer, 200)
async def post_tokens(data: Credentials) -> tuple[dict[str, Any], int]:
    """Sign in as a program."""
    login = await authenticate(data.login, data.password)
    async with services().database.writing() as connection:
        _, session = await begin_session(connection, login, SessionKind.PROGRAM)
        return await _issue(connection, login.user.id, session.id, session.expires_at), 200


@blueprint.post("/refresh")
@everybody
@validate_request(Refresh)
@validate_response(TokensAnswer, 200)
async def post_refresh(data: Refresh) -> tuple[dict[str, Any], int]:
    """A new pair for a refresh token; using one twice ends its session, for one of the two was stolen."""
    try:
        claims = services().tokens.read(TokenType.REFRESH, data.refresh_token)
        grant, answer = await _rotate(claims)
    except TokenError as error:
        raise APIError(401, error.code, error.message) from error
    if answer is None:
        await services().sessions_ended([grant.session_id], EndReason.TOKEN_REUSED)
        raise APIError(401, "TOKEN_REUSED", "This refresh token was used before; its session was ended. Sign in again.")
    return answer, 200


async def _rotate(claims: Claims) -> tuple[Grant, dict[str, Any] | None]:
    """The session and its next pair; None for the pair when the token was used before. Raises TokenError."""
    now = time.time()
    async with services().database.writing() as connection:
        grant = await select_grant(connection, claims.session_id, now)
        if grant is None or grant.user.id != claims.user_id:
            raise TokenError
        use = await use_refresh_token(connection, claims.jti, grant.session_id, now)
        if use is Use.UNKNOWN:
            raise TokenError
        if use is Use.FIRST:
            return grant, await _issue(connection, grant.user.id, grant.session_id, grant.expires_at)
        device, address = await where_from(connection, grant.user, grant.session_id, now)
        await end_session(connection, grant.user.id, grant.session_id, EndReason.TOKEN_REUSED, now)
        await record(connection, grant.user.id, Action.TOKEN_REUSED, target=device, detail=address)
        return grant, None


@blueprint.delete("")
@users_only
async def delete_tokens() -> tuple[str, int]:
    """Sign out: the tokens of this session are worth nothing from now on."""
    await require_grant()
    await sign_out()
    return "", 204
