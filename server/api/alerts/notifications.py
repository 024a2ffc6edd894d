"""What a user may do with the channels that tell of alerts; the same for pages and JSON."""

import hmac
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.alerts.channels.push import encode_keys
from server.alerts.failure import DeliveryError
from server.alerts.signature import new_secret
from server.alerts.targets import check_mail_address, check_url
from server.api.http.audit import record
from server.api.http.auth import require_user
from server.api.http.context import services
from server.api.http.errors import APIError
from server.api.http.field_rules import one_line, refuse
from server.common.ids import new_id
from server.core.errors import CodedError
from server.i18n.markers import N_
from server.storage.accounts.audit import Action
from server.storage.alerts.channels import (
    AlertStep,
    Channel,
    ChannelKind,
    count_channels,
    delete_channel,
    insert_channel,
    select_channel,
    select_channels,
    select_owned,
    update_channel,
)
from server.storage.alerts.outbox import count_waiting, drop_waiting

MAX_CHANNELS = 20
MAX_NAME = 60
NO_MAIL = N_("This server sends no mail: who runs it has not set up a mail server (CROWDCOUNT_SMTP_HOST).")


@dataclass(frozen=True, slots=True)
class Draft:
    """A channel as a user describes it; `keys` are those of a browser's subscription."""

    kind: ChannelKind
    name: str
    target: str
    steps: Sequence[AlertStep]
    camera_ids: Sequence[str] | None
    keys: tuple[str, str] | None = None


def unknown_channel() -> APIError:
    """The same for a channel that does not exist and for another's."""
    return APIError(404, "UNKNOWN_CHANNEL", "There is no such channel.")


async def require_channel(channel_id: str) -> Channel:
    """One of the user's channels. Raises APIError 404 ``UNKNOWN_CHANNEL``."""
    user = await require_user()
    async with services().database.reading() as connection:
        channel = await select_channel(connection, user.id, channel_id)
    if channel is None:
        raise unknown_channel()
    return channel


async def list_channels() -> list[tuple[Channel, tuple[int, float] | None]]:
    """The user's channels, and how much waits for each and until when."""
    user = await require_user()
    async with services().database.reading() as connection:
        waiting = await count_waiting(connection, user.id)
        return [(channel, waiting.get(channel.id)) for channel in await select_channels(connection, user.id)]


async def add_channel(draft: Draft) -> Channel:
    """Add a channel; a mail address is asked for its consent.

    Raises
    ------
    APIError
        400 ``INVALID_FIELDS``, 404 ``UNKNOWN_CAMERA``, 409 ``NOT_OFFERED``, ``TOO_MANY_CHANNELS`` or ``TAKEN``, 429.
    """
    user = await require_user()
    if draft.kind not in services().courier.kinds:
        raise APIError(409, "NOT_OFFERED", NO_MAIL)
    now = time.time()
    channel = Channel(
        id=new_id("chn"),
        user_id=user.id,
        kind=draft.kind,
        name=_name(draft.name),
        target=draft.target.strip(),
        secret="",
        enabled=True,
        steps=_steps(draft.steps),
        camera_ids=None if draft.camera_ids is None else tuple(dict.fromkeys(draft.camera_ids)),
        created_at=now,
        confirmed_at=None if draft.kind is ChannelKind.EMAIL else now,
    )
    channel = _check_target(channel, draft.keys)
    services().channel_guard.admit_addition(user.id)
    try:
        async with services().database.writing() as connection:
            if await count_channels(connection, user.id) >= MAX_CHANNELS:
                raise APIError(409, "TOO_MANY_CHANNELS", f"You have {MAX_CHANNELS} channels, which is the limit.")
            await _check_cameras(connection, channel)
            await insert_channel(connection, channel)
            await record(connection, user.id, Action.CHANNEL_ADDED, target=channel.name, detail=channel.kind)
    except IntegrityError as error:
        message = N_("You have a channel to this address already.")
        raise APIError(409, "TAKEN", message, {"target": message}) from error
    if channel.kind is ChannelKind.EMAIL:
        await try_channel(channel.id)
    return channel


def _name(text: str) -> str:
    try:
        name = one_line(text)
    except ValueError as error:
        raise refuse("name", str(error)) from error
    if not name or len(name) > MAX_NAME:
        message = N_(f"Give it a name of at most {MAX_NAME} characters.")
        raise APIError(400, "INVALID_FIELDS", message, {"name": message})
    return name


def _steps(steps: Sequence[AlertStep]) -> tuple[AlertStep, ...]:
    if not steps:
        message = N_("Choose at least one thing to be told.")
        raise APIError(400, "INVALID_FIELDS", message, {"steps": message})
    return tuple(step for step in AlertStep if step in steps)


def _check_target(channel: Channel, keys: tuple[str, str] | None) -> Channel:
    """The channel with its secret. Raises APIError 400 ``INVALID_FIELDS``."""
    allow_private = services().settings.allow_private_hooks
    try:
        if channel.kind is ChannelKind.EMAIL:
            check_mail_address(channel.target)
            return replace(channel, secret=f"{secrets.randbelow(10**8):08}")
        check_url(channel.target, allow_private=allow_private)
        if channel.kind is ChannelKind.WEBHOOK:
            return replace(channel, secret=new_secret())
        return replace(channel, secret=encode_keys(*(keys or ("", ""))))
    except CodedError as error:
        raise APIError(400, "INVALID_FIELDS", error.message, {"target": error.message}) from error


async def _check_cameras(connection: AsyncConnection, channel: Channel) -> None:
    wanted = channel.camera_ids
    if wanted is not None and set(wanted) - await select_owned(connection, channel.user_id, wanted):
        raise APIError(404, "UNKNOWN_CAMERA", "There is no such camera.")


async def change_channel(channel_id: str, changes: dict[str, Any]) -> Channel:
    """Change `name`, `enabled`, `steps` or `camera_ids`. Raises APIError as `add_channel` does, or 404."""
    user = await require_user()
    if "name" in changes:
        changes["name"] = _name(changes["name"])
    if "steps" in changes:
        changes["steps"] = _steps(changes["steps"])
    async with services().database.writing() as connection:
        before = await select_channel(connection, user.id, channel_id)
        if before is None:
            raise unknown_channel()
        channel = replace(before, **changes)
        await _check_cameras(connection, channel)
        await update_channel(connection, channel)
        if not channel.enabled:
            # What waited would be old news when the channel is taken up again.
            await drop_waiting(connection, channel.id, time.time())
        await record(connection, user.id, Action.CHANNEL_CHANGED, target=channel.name, detail=_changed(before, channel))
    return channel


def _changed(before: Channel, after: Channel) -> str:
    """What of a channel is different, for the log; `server.api.http.log_words` has the words."""
    if before.enabled and not after.enabled:
        return "paused"
    names = ("name", "enabled", "steps", "camera_ids")
    return ", ".join(name for name in names if getattr(before, name) != getattr(after, name))


async def remove_channel(channel_id: str) -> None:
    """Delete a channel with what waits for it. Raises APIError 404."""
    channel = await require_channel(channel_id)
    async with services().database.writing() as connection:
        if not await delete_channel(connection, channel.user_id, channel_id):
            raise unknown_channel()
        await record(connection, channel.user_id, Action.CHANNEL_DELETED, target=channel.name, detail=channel.kind)


async def try_channel(channel_id: str) -> DeliveryError | None:
    """Send a test now; to a mail address that has not agreed yet, its code once more.

    Returns what went wrong. Raises APIError 404 or 429.
    """
    channel = await require_channel(channel_id)
    guard = services().channel_guard
    guard.admit_test(channel.user_id)
    if channel.kind is ChannelKind.EMAIL:
        guard.admit_mail(channel.user_id)
    courier = services().courier
    error = await (courier.send_test(channel) if channel.confirmed_at else courier.send_code(channel))
    async with services().database.writing() as connection:
        detail = error.code if error else "delivered"
        await record(connection, channel.user_id, Action.CHANNEL_TESTED, target=channel.name, detail=detail)
    return error


async def confirm_channel(channel_id: str, code: str) -> Channel:
    """A mail address agrees by the code that it was sent. Raises APIError 400 ``WRONG_CODE``, 404 or 429."""
    user = await require_user()
    async with services().database.writing() as connection:
        channel = await select_channel(connection, user.id, channel_id)
        if channel is None:
            raise unknown_channel()
        if channel.confirmed_at is not None:
            return channel
        services().channel_guard.admit_guess(user.id)
        if not hmac.compare_digest("".join(code.split()).encode(), channel.secret.encode()):
            message = N_("This is not the code that was sent.")
            raise APIError(400, "WRONG_CODE", message, {"code": message})
        confirmed = replace(channel, confirmed_at=time.time(), secret="")
        await update_channel(connection, confirmed)
        await record(connection, user.id, Action.CHANNEL_CONFIRMED, target=channel.name)
    return confirmed
