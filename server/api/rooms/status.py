"""The page of a room that everybody may see who has its link: switched on and off, and what it shows."""

import secrets
import time
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from quart import Blueprint
from quart_rate_limiter import rate_limit
from quart_schema import validate_request, validate_response

from server.api.accounts.accounts import Strict
from server.api.http.access import everybody, users_only
from server.api.http.audit import record
from server.api.http.auth import require_user
from server.api.http.context import services
from server.api.http.errors import APIError
from server.api.http.times import iso
from server.api.rooms.area_json import MOST_AREAS
from server.api.rooms.areas import unknown_area
from server.api.rooms.invites import CODE_BYTES, link_to
from server.api.rooms.room_access import require_room, room_for
from server.core.public_figure import PublicFigure
from server.storage.accounts.audit import Action
from server.storage.cameras.rights import Role
from server.storage.rooms.areas import Area, publish_areas, select_areas
from server.storage.rooms.status_pages import delete_status_page, select_status_page, upsert_status_page

blueprint = Blueprint("rooms_status", __name__, url_prefix="/api")

LOOKS_PER_MINUTE = 12_000
"""Of one address: a thousand phones behind one access point, each every five seconds. Nearly all get a kept answer."""


class StatusPageIn(Strict):
    """Numbers, or only how full it is; and which areas."""

    show: Literal["counts", "state"]
    areas: Annotated[list[str], Field(max_length=MOST_AREAS)]


class StatusPageOut(BaseModel):
    """The open page of a room."""

    url: str
    show: Literal["counts", "state"]
    areas: list[str]


class StatusPageAnswer(BaseModel):
    """The page of a room, null while it is closed."""

    status_page: StatusPageOut | None


class StatusAreaOut(BaseModel):
    """An area as everybody sees it.

    The numbers are null where only the state is shown; `people` also while a part of the area is not known: silent,
    missing, not counted yet, or too full to be counted. `estimated`: the people are an estimate, which lies between
    `low` and `high`; these are null for a count.
    """

    name: str
    state: Literal["go", "busy", "full", "unknown"]
    people: int | None
    low: int | None
    high: int | None
    estimated: bool
    capacity: int | None


class StatusAnswer(BaseModel):
    """How full it is. `at`: when that was asked."""

    name: str
    at: str
    areas: list[StatusAreaOut]


def page_not_found() -> APIError:
    """The same for a link that never was and for one that was withdrawn."""
    return APIError(404, "STATUS_NOT_FOUND", "This page is not open, or not any more.")


@blueprint.get("/rooms/<room_id>/status-page")
@users_only
@validate_response(StatusPageAnswer, 200)
async def get_status_page(room_id: str) -> tuple[dict[str, Any], int]:
    """Whether the page of one's own room is open, and its link."""
    _, room = await require_room(room_id, Role.OWNER)
    async with services().database.reading() as connection:
        page = await select_status_page(connection, room_id=room.id)
        public = [area.id for area in await select_areas(connection, room.id) if area.public]
    if page is None:
        return {"status_page": None}, 200
    return {"status_page": {"url": link_to(f"/status/{page.code}"), "show": page.show, "areas": public}}, 200


@blueprint.put("/rooms/<room_id>/status-page")
@users_only
@validate_request(StatusPageIn)
@validate_response(StatusPageOut, 200)
async def put_status_page(room_id: str, data: StatusPageIn) -> tuple[dict[str, Any], int]:
    """Open the page of one's own room, or change what it shows; its link stays."""
    user = await require_user()
    link = link_to("/status/")
    async with services().database.writing() as connection:
        room = await room_for(connection, user, room_id, Role.OWNER)
        if not set(data.areas) <= {area.id for area in await select_areas(connection, room.id)}:
            raise unknown_area()
        await upsert_status_page(connection, room.id, secrets.token_urlsafe(CODE_BYTES), data.show, time.time())
        await publish_areas(connection, room.id, data.areas)
        page = await select_status_page(connection, room_id=room.id)
        await record(connection, user.id, Action.STATUS_PAGE_OPENED, target=room.name, detail=data.show)
    services().status_answers.forget()
    if page is None:
        raise page_not_found()
    return {"url": link + page.code, "show": page.show, "areas": data.areas}, 200


@blueprint.delete("/rooms/<room_id>/status-page")
@users_only
async def remove_status_page(room_id: str) -> tuple[str, int]:
    """Close the page; its link leads nowhere from then on."""
    user = await require_user()
    async with services().database.writing() as connection:
        room = await room_for(connection, user, room_id, Role.OWNER)
        await delete_status_page(connection, room.id)
        await record(connection, user.id, Action.STATUS_PAGE_CLOSED, target=room.name)
    services().status_answers.forget()
    return "", 204


@blueprint.get("/status/<code>")
@everybody
@rate_limit(LOOKS_PER_MINUTE, timedelta(minutes=1))
@validate_response(StatusAnswer, 200)
async def get_status(code: str) -> tuple[dict[str, Any], int]:
    """How full it is, for everybody who has the link."""
    answers = services().status_answers
    version, answer = answers.version, answers.get(code)
    if answer is None:
        answer = await _look(code)
        answers.keep(code, answer, version)
    return answer, 200


async def _look(code: str) -> dict[str, Any]:
    now = time.time()
    async with services().database.reading() as connection:
        page = await select_status_page(connection, code=code)
        if page is None:
            raise page_not_found()
        found = [area for area in await select_areas(connection, page.room_id) if area.public]
    figures = services().rooms.public_figures(page.room_id)
    counts = page.show == "counts"
    shown = [_present(area, figures.get(area.id, PublicFigure()), counts=counts) for area in found]
    return {"name": page.room_name, "at": iso(now), "areas": shown}


def _present(area: Area, figure: PublicFigure, *, counts: bool) -> dict[str, Any]:
    """An area for everybody; without `counts` its state alone."""
    numbers = figure if counts else PublicFigure()
    return {
        "name": area.name,
        "state": figure.state,
        "people": numbers.people,
        "low": numbers.low,
        "high": numbers.high,
        "estimated": numbers.estimated,
        "capacity": area.capacity if counts else None,
    }
