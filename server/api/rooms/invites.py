"""Invitations into a room as JSON: a link and the same as a QR code."""

import secrets
import time
from typing import Annotated, Any, Literal

import segno
from pydantic import BaseModel, Field
from quart import Blueprint, request
from quart_schema import validate_request, validate_response

from server.api.accounts.accounts import Strict
from server.api.http.access import users_only
from server.api.http.audit import record
from server.api.http.auth import require_user
from server.api.http.context import services
from server.api.http.cost_limits import INVITE_MS
from server.api.http.errors import APIError
from server.api.http.security import wrong_host
from server.api.http.times import iso
from server.api.rooms.room_access import require_room, room_for
from server.common.ids import new_id
from server.common.origins import origin_allowed
from server.i18n.markers import N_
from server.storage.accounts.audit import Action
from server.storage.cameras.rights import Role
from server.storage.rooms.invites import (
    Invite,
    count_invites,
    delete_old_invites,
    insert_invite,
    revoke_invite,
    select_invites,
)

blueprint = Blueprint("rooms_invites", __name__, url_prefix="/api/rooms/<room_id>/invites")

MOST_INVITES = 100
KEEP_ENDED_S = 30 * 86_400
CODE_BYTES = 16
HOUR_S = 3600


class InviteIn(Strict):
    """Whom the link is for, how long it holds, and how often it can be used."""

    role: Literal["camera", "viewer", "operator"]
    hours: Annotated[int, Field(ge=1, le=720)]
    uses: Annotated[int, Field(ge=1, le=1000)]


class InviteOut(BaseModel):
    """An invitation; its code is not kept."""

    id: str
    role: Literal["camera", "viewer", "operator"]
    created_at: str
    expires_at: str
    max_uses: int
    uses: int
    revoked_at: str | None


class InvitesAnswer(BaseModel):
    """The invitations of a room, newest first, those that have ended included for a month."""

    invites: list[InviteOut]


class NewInvite(BaseModel):
    """An invitation with its link, which is shown this once; `qr` is the link as an SVG picture."""

    invite: InviteOut
    url: str
    qr: str


def present(invite: Invite) -> dict[str, Any]:
    """An invitation as JSON."""
    return {
        "id": invite.id,
        "role": invite.role.value,
        "created_at": iso(invite.created_at),
        "expires_at": iso(invite.expires_at),
        "max_uses": invite.max_uses,
        "uses": invite.uses,
        "revoked_at": None if invite.revoked_at is None else iso(invite.revoked_at),
    }


def link_to(path: str) -> str:
    """An address of this server as other devices reach it: the configured one, else the one of this request.

    Raises APIError 403 ``WRONG_HOST`` where the request calls the server by a name that may be anybody's.
    """
    settings = services().settings
    here = f"{request.scheme}://{request.host}"
    if not settings.public_url and not origin_allowed(here, request.scheme, request.host, settings.known_origins):
        raise wrong_host()
    return (settings.public_url or here) + path


def qr_code(text: str) -> str:
    """A text as an SVG picture, black on white whatever the theme: scanners need it so."""
    return segno.make(text, error="m", micro=False).svg_inline(
        scale=8, border=4, dark="#000", light="#fff", omitsize=True
    )


@blueprint.get("")
@users_only
@validate_response(InvitesAnswer, 200)
async def get_invites(room_id: str) -> tuple[dict[str, Any], int]:
    """The invitations of one's own room."""
    user, room = await require_room(room_id, Role.OWNER)
    since = time.time() - KEEP_ENDED_S
    async with services().database.reading() as connection:
        found = await select_invites(connection, user.id, room.id, since)
    return {"invites": [present(invite) for invite in found]}, 200


@blueprint.post("")
@users_only
@validate_request(InviteIn)
@validate_response(NewInvite, 201)
async def post_invite(room_id: str, data: InviteIn) -> tuple[dict[str, Any], int]:
    """Make a link into one's own room."""
    user = await require_user()
    services().spending.spend(user.id, INVITE_MS)
    code, now = secrets.token_urlsafe(CODE_BYTES), time.time()
    url = link_to(f"/join/{code}")  # first: a link that is refused leaves no invitation
    invite = Invite(new_id("inv"), room_id, Role(data.role), now, now + data.hours * HOUR_S, data.uses, 0, None)
    async with services().database.writing() as connection:
        room = await room_for(connection, user, room_id, Role.OWNER)
        await delete_old_invites(connection, now - KEEP_ENDED_S)
        if await count_invites(connection, room.id, now - KEEP_ENDED_S) >= MOST_INVITES:
            raise APIError(409, "TOO_MANY_INVITES", f"A room keeps {MOST_INVITES} invitations, ended ones for a month.")
        await insert_invite(connection, invite, code)
        detail = f"{data.role}, {data.hours} h, {N_(f'{data.uses} uses')}"
        await record(connection, user.id, Action.INVITE_ADDED, target=room.name, detail=detail)
    return {"invite": present(invite), "url": url, "qr": qr_code(url)}, 201


@blueprint.delete("/<invite_id>")
@users_only
async def remove_invite(room_id: str, invite_id: str) -> tuple[str, int]:
    """Withdraw a link: devices that stream by it are cut at once, members who came by it stay."""
    user = await require_user()
    async with services().database.writing() as connection:
        room = await room_for(connection, user, room_id, Role.OWNER)
        if not await revoke_invite(connection, user.id, room.id, invite_id, time.time()):
            raise APIError(404, "UNKNOWN_INVITE", "There is no such invitation.")
        await record(connection, user.id, Action.INVITE_REVOKED, target=room.name)
    return "", 204
