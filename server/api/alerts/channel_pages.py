"""The page of notifications; it works without JavaScript, but for what browsers themselves receive."""

import asyncio
from collections.abc import Mapping
from typing import Any

from quart import Blueprint, Response, redirect, render_template, request
from werkzeug.datastructures import MultiDict

from server.api.alerts.channels import present
from server.api.alerts.notifications import (
    NO_MAIL,
    Draft,
    add_channel,
    change_channel,
    confirm_channel,
    list_channels,
    remove_channel,
    require_channel,
    try_channel,
)
from server.api.http.access import everybody, users_only
from server.api.http.assets import DIST, Assets
from server.api.http.auth import require_user
from server.api.http.context import services
from server.api.http.errors import APIError
from server.api.http.pages import Page
from server.api.http.pending_form import keeps
from server.storage.alerts.channels import AlertStep, ChannelKind
from server.storage.cameras.cameras import select_cameras

blueprint = Blueprint("channel_pages", __name__)

PAGE = "/notifications"
WORKER = "push-worker.js"
ALL_STEPS = [step.value for step in AlertStep]


async def _page(status: int = 200, **more: object) -> tuple[str, int]:
    """The page, with what a form left behind."""
    user = await require_user()
    async with services().database.reading() as connection:
        cameras = await select_cameras(connection, user.id)
    courier = services().courier
    known: dict[str, object] = {"values": {"steps": ALL_STEPS, "cameras": []}, "errors": {}, "secret": None}
    page = await render_template(
        "notifications.html",
        channels=[present(channel, waiting) for channel, waiting in await list_channels()],
        cameras=cameras,
        camera_names={camera.id: camera.name for camera in cameras},
        mail_offered=ChannelKind.EMAIL in courier.kinds,
        no_mail=NO_MAIL,
        push_key=services().push_key,
        tested=request.args.get("tested", ""),
        **known | more,
    )
    return page, status


@blueprint.get(PAGE)
@users_only
async def show() -> Page:
    """Where I am told of alerts."""
    return await _page()


@blueprint.post(f"{PAGE}/add")
@users_only
@keeps(kind="", name="Name", target="Address", steps="Tell when", cameras="")
async def add() -> Page:
    """Add a web hook or a mail address; on an error the form comes back as it was typed."""
    form = await request.form
    values = _values(form)
    try:
        channel = await add_channel(_draft(form))
    except APIError as error:
        fields = {f"{values['kind']}-{name}": text for name, text in error.fields.items()}
        page, status = await _page(error.status, values=values, errors=fields or {"form": error.message})
        return page, status, error.headers
    if channel.kind is ChannelKind.WEBHOOK:
        # In the answer itself: it is shown this once, and must be neither in an address nor in a cookie.
        return await _page(201, secret=channel.secret, added=channel.id)
    return redirect(f"{PAGE}?tested={channel.id}", 303)


def _values(form: MultiDict[str, str]) -> dict[str, object]:
    typed: dict[str, object] = {name: form.get(name, "") for name in ("kind", "name", "target")}
    return typed | {"steps": form.getlist("steps"), "cameras": form.getlist("cameras")}


def _draft(form: MultiDict[str, str]) -> Draft:
    kind = form.get("kind", "")
    if kind not in (ChannelKind.WEBHOOK, ChannelKind.EMAIL):
        raise APIError(400, "INVALID_FIELDS", "Choose a web hook or e-mail.")
    steps = [step for step in AlertStep if step in form.getlist("steps")]
    return Draft(
        ChannelKind(kind), form.get("name", ""), form.get("target", ""), steps, form.getlist("cameras") or None
    )


@blueprint.post(f"{PAGE}/<channel_id>/pause")
@users_only
async def pause(channel_id: str) -> Page:
    """Pause a channel, or go on with it."""
    await change_channel(channel_id, {"enabled": (await request.form).get("enabled") == "yes"})
    return redirect(PAGE, 303)


@blueprint.get(f"{PAGE}/<channel_id>/edit")
@users_only
async def edit(channel_id: str) -> Page:
    """A channel's name, what it is told, and of which cameras."""
    channel = present(await require_channel(channel_id))
    return await _edit_page(channel, channel | {"cameras": channel["cameras"] or []})


@blueprint.post(f"{PAGE}/<channel_id>/edit")
@users_only
@keeps(name="Name", steps="Tell when", cameras="")
async def do_edit(channel_id: str) -> Page:
    """Change a channel; on an error the form comes back as it was typed."""
    form = await request.form
    steps = [step for step in AlertStep if step in form.getlist("steps")]
    cameras = tuple(dict.fromkeys(form.getlist("cameras"))) or None
    try:
        await change_channel(channel_id, {"name": form.get("name", ""), "steps": steps, "camera_ids": cameras})
    except APIError as error:
        if not error.fields:
            raise
        page, _ = await _edit_page(present(await require_channel(channel_id)), _values(form), error.fields)
        return page, error.status, error.headers
    return redirect(PAGE, 303)


async def _edit_page(
    channel: Mapping[str, Any], values: Mapping[str, Any], errors: Mapping[str, str] | None = None
) -> tuple[str, int]:
    user = await require_user()
    async with services().database.reading() as connection:
        cameras = await select_cameras(connection, user.id)
    page = await render_template(
        "notifications_edit.html", channel=channel, values=values, errors=errors or {}, cameras=cameras
    )
    return page, 200


@blueprint.post(f"{PAGE}/<channel_id>/test")
@users_only
async def test(channel_id: str) -> Page:
    """Send a test and show how it went."""
    try:
        await try_channel(channel_id)
    except APIError as error:
        if error.status != 429:
            raise
        page, status = await _page(error.status, errors={"form": error.message})
        return page, status, error.headers
    return redirect(f"{PAGE}?tested={channel_id}", 303)


@blueprint.post(f"{PAGE}/<channel_id>/confirm")
@users_only
async def confirm(channel_id: str) -> Page:
    """A mail address agrees."""
    try:
        await confirm_channel(channel_id, (await request.form).get("code", ""))
    except APIError as error:
        if error.status == 404:
            raise
        page, status = await _page(error.status, errors={"form": error.message})
        return page, status, error.headers
    return redirect(PAGE, 303)


@blueprint.get(f"{PAGE}/<channel_id>/delete")
@users_only
async def ask_delete(channel_id: str) -> Page:
    """What goes with a channel."""
    return await render_template("notifications_delete.html", channel=present(await require_channel(channel_id)))


@blueprint.post(f"{PAGE}/<channel_id>/delete")
@users_only
async def do_delete(channel_id: str) -> Page:
    """Delete a channel."""
    await remove_channel(channel_id)
    return redirect(PAGE, 303)


@blueprint.get(f"/{WORKER}")
@everybody
async def worker() -> Response:
    """The script that shows pushes; at the root, so that it may speak for the whole site."""
    script = await asyncio.to_thread(_read_worker)
    response = Response(script, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Service-Worker-Allowed"] = "/"
    return response


def _read_worker() -> bytes:
    return (DIST / Assets(DIST).url(WORKER).rpartition("/")[2]).read_bytes()
