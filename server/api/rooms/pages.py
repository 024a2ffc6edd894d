"""The pages of rooms: the list, the wall, joining, and the status for everybody. They fetch the API."""

import json
from urllib.parse import quote

from quart import Blueprint, Response, render_template

from server.api.http.access import everybody, users_only
from server.api.http.device_cookies import mark_device
from server.api.rooms.room_access import require_room

blueprint = Blueprint("rooms_pages", __name__)

ICONS = (
    ("favicon.svg", "any", "svg+xml", "any"),
    ("icon-192.png", "192x192", "png", "any"),
    ("icon-512.png", "512x512", "png", "any"),
    ("app-512.png", "512x512", "png", "maskable"),
)
"""As in site.webmanifest."""


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
async def join(code: str) -> Response:
    """Following an invitation; whether it holds is asked by the page."""
    response = Response(await render_template("join.html", code=code), content_type="text/html; charset=utf-8")
    mark_device(response)
    return response


@blueprint.get("/join/<code>/app.webmanifest")
@everybody
async def join_manifest(code: str) -> Response:
    """What a phone installs: it opens this invitation again. The site's own would open the pages of an account."""
    start = f"/join/{quote(code, safe='')}"
    icons = [
        {"src": f"/static/icons/{name}", "sizes": sizes, "type": f"image/{kind}", "purpose": purpose}
        for name, sizes, kind, purpose in ICONS
    ]
    manifest = {
        "id": start,
        "name": "crowdcount",
        "short_name": "crowdcount",
        "start_url": start,
        "scope": "/",
        "display": "standalone",
        "background_color": "#101315",
        "theme_color": "#0a6e64",
        "icons": icons,
    }
    return Response(json.dumps(manifest), content_type="application/manifest+json")


@blueprint.get("/status/<code>")
@everybody
async def status(code: str) -> str:
    """How full it is, for everybody."""
    return await render_template("status.html", code=code)
