"""The page of what happened."""

from quart import Blueprint, render_template

from server.api.history.parquet import parquet_available
from server.api.http.access import users_only

blueprint = Blueprint("history_pages", __name__)


@blueprint.get("/history")
@users_only
async def show_history() -> str:
    """A range of time, zones compared, the busiest hour, files to take along."""
    return await render_template("history.html", parquet=parquet_available())
