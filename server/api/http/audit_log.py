"""The audit log of an account: read, page by page, and exported."""

import time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from quart import Blueprint, Response
from quart_schema import validate_querystring, validate_response

from server.api.http.access import users_only
from server.api.http.audit import record
from server.api.http.audit_file import csv_file, json_file, present
from server.api.http.auth import require_user
from server.api.http.context import services
from server.api.http.cost_limits import EXPORT_MS
from server.api.http.times import iso
from server.storage.accounts.audit import Action, select_audit

blueprint = Blueprint("audit", __name__, url_prefix="/api/audit")

PAGE = 50
MOST = 200
LARGEST_ID = 2**53
EXPORT_S = 600
"""How long fetching a whole log may take; lines may be slow, and logs long."""


class Range(BaseModel):
    """Which page: entries before the one with this id."""

    model_config = ConfigDict(extra="forbid")

    before: Annotated[int | None, Field(ge=1, le=LARGEST_ID)] = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = PAGE


class Format(BaseModel):
    """What kind of file."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["csv", "json"] = "csv"


class EntryOut(BaseModel):
    """One line of the log."""

    id: int
    at: str
    action: str
    target: str
    detail: str
    address: str
    device: str


class AuditAnswer(BaseModel):
    """A page, newest first. `next` is `before` of the next page; null on the last."""

    entries: list[EntryOut]
    next: int | None


async def list_audit(before: int | None, limit: int) -> tuple[list[dict[str, Any]], int | None]:
    """A page of the log, and where the next begins."""
    user = await require_user()
    async with services().database.reading() as connection:
        found = await select_audit(connection, user.id, limit + 1, before)
    more = len(found) > limit
    return [present(entry) for entry in found[:limit]], found[limit - 1].id if more else None


@blueprint.get("")
@users_only
@validate_querystring(Range)
@validate_response(AuditAnswer, 200)
async def get_audit(query_args: Range) -> tuple[dict[str, Any], int]:
    """What was done with the account."""
    entries, following = await list_audit(query_args.before, query_args.limit)
    return {"entries": entries, "next": following}, 200


@blueprint.get("/export")
@users_only
@validate_querystring(Format)
async def export_audit(query_args: Format) -> Response:
    """The whole log as a file; that it was exported is in it."""
    user, database = await require_user(), services().database
    services().spending.spend(user.id, EXPORT_MS)
    async with database.writing() as connection:
        await record(connection, user.id, Action.AUDIT_EXPORTED, target=query_args.format)
    if query_args.format == "csv":
        response = Response(csv_file(database, user.id), content_type="text/csv; charset=utf-8")
    else:
        response = Response(json_file(database, user.id), content_type="application/json")
    response.timeout = EXPORT_S
    day = iso(time.time())[:10]
    response.headers["Content-Disposition"] = f'attachment; filename="crowdcount-log-{day}.{query_args.format}"'
    return response
