"""The page of recordings. It fetches the API."""

from quart import Blueprint, render_template

from server.api.http.access import users_only

blueprint = Blueprint("recordings_pages", __name__)


@blueprint.get("/recordings")
@users_only
async def show_recordings() -> str:
    """Recordings, how far their runs are, and what these came to."""
    return await render_template("recordings.html")
