"""The pages of rooms: the list, the wall, joining, and the status for everybody. They fetch the API."""

from quart import Blueprint, render_template

from server.api.access import everybody, users_only
from server.api.room_access import require_room

blueprint = Blueprint("rooms_pages", __name__)


@blueprint.get("/rooms")
@users_only
async def rooms() -> str:
    """The user's rooms."""
    return await render_template("rooms.html")


@blueprint.get("/rooms/<room_id>")
@users_only
async def wall(room_id: str) -> str:
    """The wall of a room."""
    _, room = await require_room(room_id)
    return await render_template("wall.html", room=room)


@blueprint.get("/join/<code>")
@everybody
async def join(code: str) -> str:
    """Following an invitation; whether it holds is asked by the page."""
    return await render_template("join.html", code=code)


@blueprint.get("/status/<code>")
@everybody
async def status(code: str) -> str:
    """How full it is, for everybody."""
    return await render_template("status.html", code=code)
