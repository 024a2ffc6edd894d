"""The log and the open alerts of a room as JSON."""

import time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from quart import Blueprint
from quart_schema import validate_querystring, validate_request, validate_response

from server.api.accounts.accounts import Strict
from server.api.alerts.alerts import AlertsAnswer, present_placed
from server.api.http.access import users_only
from server.api.http.auth import require_user
from server.api.http.context import services
from server.api.http.errors import APIError
from server.api.http.field_rules import note
from server.api.http.times import iso
from server.api.rooms.room_access import require_room, room_for
from server.storage.alerts.area_alerts import select_open_alerts
from server.storage.cameras.rights import Role
from server.storage.rooms.room_log import LogEntry, LogKind, insert_log, select_log

blueprint = Blueprint("rooms_log", __name__, url_prefix="/api/rooms/<room_id>")

LARGEST_ID = 2**53
OPEN_FOR_S = 3600.0
"""An alert that ended and that nobody acknowledged stays on the wall for so long."""


class LogQuery(BaseModel):
    """Which part: entries before the one with this id."""

    model_config = ConfigDict(extra="forbid")

    before: Annotated[int | None, Field(ge=1, le=LARGEST_ID)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class NoteIn(Strict):
    """What whoever comes next should know."""

    text: Annotated[str, Field(max_length=500), AfterValidator(note)]


class LogOut(BaseModel):
    """One entry of the log."""

    id: int
    at: str
    kind: Literal["note", "alert", "acknowledged", "claimed", "joined", "left", "camera_on", "camera_off"]
    who: str
    text: str


class LogAnswer(BaseModel):
    """A part of the log, newest first. `next` is `before` of the part that follows; null at the end."""

    entries: list[LogOut]
    next: int | None


class EntryAnswer(BaseModel):
    """One entry."""

    entry: LogOut


def present_entry(entry: LogEntry) -> dict[str, Any]:
    """An entry as JSON."""
    return {"id": entry.id, "at": iso(entry.at), "kind": entry.kind.value, "who": entry.who, "text": entry.text}


@blueprint.get("/log")
@users_only
@validate_querystring(LogQuery)
@validate_response(LogAnswer, 200)
async def get_log(room_id: str, query_args: LogQuery) -> tuple[dict[str, Any], int]:
    """What happened in a room."""
    _, room = await require_room(room_id)
    async with services().database.reading() as connection:
        found = await select_log(connection, room.id, query_args.limit + 1, query_args.before)
    page = found[: query_args.limit]
    following = page[-1].id if len(found) > len(page) else None
    return {"entries": [present_entry(entry) for entry in page], "next": following}, 200


@blueprint.post("/log")
@users_only
@validate_request(NoteIn)
@validate_response(EntryAnswer, 201)
async def post_note(room_id: str, data: NoteIn) -> tuple[dict[str, Any], int]:
    """Write a note for whoever comes next."""
    user = await require_user()
    text = data.text
    if not text:
        raise APIError(400, "BAD_REQUEST", "Write something.", fields={"text": "Write something."})
    async with services().database.writing() as connection:
        room = await room_for(connection, user, room_id, Role.OPERATOR)
        entry = await insert_log(connection, room.id, LogKind.NOTE, user.username, text, time.time())
    services().rooms.logged(room.id, entry)
    return {"entry": present_entry(entry)}, 201


@blueprint.get("/alerts")
@users_only
@validate_response(AlertsAnswer, 200)
async def get_room_alerts(room_id: str) -> tuple[dict[str, Any], int]:
    """What goes on in a room, and what ended within the hour and nobody acknowledged."""
    _, room = await require_room(room_id)
    async with services().database.reading() as connection:
        found = await select_open_alerts(connection, room.id, time.time() - OPEN_FOR_S)
    return {"alerts": [present_placed(placed) for placed in found]}, 200
