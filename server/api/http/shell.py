"""What a browser keeps of the site for bad networks: the worker that does it, and the page it shows then."""

import asyncio

from quart import Blueprint, Response, render_template

from server.api.http.access import everybody
from server.api.http.assets import DIST, Assets

blueprint = Blueprint("shell", __name__)

WORKER = "shell-worker.js"


@blueprint.get(f"/{WORKER}")
@everybody
async def worker() -> Response:
    """The script that keeps the shell; at the root, because it speaks for every page."""
    script = await asyncio.to_thread(_read_worker)
    response = Response(script, content_type="text/javascript; charset=utf-8")
    # Asked for anew with each look, so that a new build arrives.
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/offline")
@everybody
async def offline() -> str:
    """What works without a network; it names nobody, since it stays on the device."""
    return await render_template("offline.html")


def _read_worker() -> bytes:
    return (DIST / Assets(DIST).url(WORKER).rpartition("/")[2]).read_bytes()
