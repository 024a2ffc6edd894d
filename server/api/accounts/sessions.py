"""The user's sessions: where an account is signed in, and ending that."""

import time
from typing import Any

from pydantic import BaseModel
from quart import Blueprint
from quart_schema import validate_response

from server.api.accounts.devices import device_name
from server.api.accounts.sign_in import end_one, sign_out_everywhere
from server.api.http.access import users_only
from server.api.http.auth import require_grant, require_user
from server.api.http.context import services
from server.api.http.errors import APIError
from server.api.http.times import iso
from server.storage.accounts.sessions import Grant, Session, select_sessions

blueprint = Blueprint("sessions", __name__, url_prefix="/api/sessions")


class SessionRow(BaseModel):
    """One session. `device` is what the browser or program says of itself, in short."""

    id: str
    kind: str
    device: str
    address: str
    created_at: str
    last_seen_at: str
    expires_at: str
    current: bool


class SessionsAnswer(BaseModel):
    """Every open session of the user, the last seen first."""

    sessions: list[SessionRow]


def present_session(session: Session, grant: Grant) -> dict[str, Any]:
    """A session as JSON."""
    return {
        "id": session.id,
        "kind": session.kind.value,
        "device": device_name(session.device),
        "address": session.address,
        "created_at": iso(session.created_at),
        "last_seen_at": iso(session.last_seen_at),
        "expires_at": iso(session.expires_at),
        "current": session.id == grant.session_id,
    }


async def list_sessions() -> list[dict[str, Any]]:
    """The user's open sessions as JSON."""
    grant = await require_grant()
    async with services().database.reading() as connection:
        found = await select_sessions(connection, grant.user.id, time.time())
    return [present_session(session, grant) for session in found]


@blueprint.get("")
@users_only
@validate_response(SessionsAnswer, 200)
async def get_sessions() -> tuple[dict[str, Any], int]:
    """Where the account is signed in."""
    return {"sessions": await list_sessions()}, 200


@blueprint.delete("")
@users_only
async def delete_sessions() -> tuple[str, int]:
    """Sign out everywhere, here too."""
    await sign_out_everywhere(await require_user())
    return "", 204


@blueprint.delete("/<session_id>")
@users_only
async def delete_session(session_id: str) -> tuple[str, int]:
    """End one session; its live connections are cut."""
    if not await end_one(await require_user(), session_id):
        raise APIError(404, "UNKNOWN_SESSION", "There is no such session.")
    return "", 204
