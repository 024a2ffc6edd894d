"""Channels that tell of alerts, as JSON."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field
from quart import Blueprint
from quart_schema import validate_request, validate_response

from server.api.accounts.accounts import Strict
from server.api.alerts.notifications import (
    Draft,
    add_channel,
    change_channel,
    confirm_channel,
    list_channels,
    remove_channel,
    try_channel,
)
from server.api.http.access import users_only
from server.api.http.context import services
from server.api.http.times import iso
from server.storage.alerts.channels import AlertStep, Channel, ChannelKind

blueprint = Blueprint("channels", __name__, url_prefix="/api/channels")

StepName = Literal["warning", "critical", "cleared"]
Steps = Annotated[list[StepName], Field(max_length=3)]
CameraIds = Annotated[list[Annotated[str, Field(max_length=32)]], Field(max_length=10_000)]


class PushKeys(Strict):
    """Keys of a browser's subscription, as `PushSubscription.toJSON()` has them."""

    p256dh: Annotated[str, Field(max_length=200)]
    auth: Annotated[str, Field(max_length=100)]


class ChannelIn(Strict):
    """A new channel; `cameras` null is all of them, later ones too. `keys` belong to a push."""

    kind: Literal["webhook", "email", "push"]
    name: Annotated[str, Field(max_length=200)]
    target: Annotated[str, Field(max_length=2000)]
    steps: Steps
    cameras: CameraIds | None = None
    keys: PushKeys | None = None


class ChannelChange(Strict):
    """What is to be different."""

    name: Annotated[str, Field(max_length=200)] = ""
    enabled: bool = True
    steps: Steps = Field(default_factory=list)
    cameras: CameraIds | None = None


class CodeIn(Strict):
    """The code that a mail address was sent."""

    code: Annotated[str, Field(max_length=20)]


class ChannelOut(BaseModel):
    """A channel. `target` of a push is the name of its service alone; `error` is empty when the last one arrived."""

    id: str
    kind: Literal["webhook", "email", "push"]
    name: str
    target: str
    enabled: bool
    confirmed: bool
    steps: list[StepName]
    cameras: list[str] | None
    created_at: str
    delivered_at: str | None
    failed_at: str | None
    error: str
    waiting: int
    next_at: str | None


class ChannelAnswer(BaseModel):
    """One channel."""

    channel: ChannelOut


class NewChannelAnswer(BaseModel):
    """A new channel; the `secret` of a web hook is told here and never again."""

    channel: ChannelOut
    secret: str | None


class ChannelsAnswer(BaseModel):
    """All channels, the kinds that this server offers, and its key for subscriptions of browsers."""

    channels: list[ChannelOut]
    kinds: list[str]
    push_key: str


class TestAnswer(BaseModel):
    """Whether a test arrived, and if not, why."""

    delivered: bool
    code: str | None
    message: str | None


def present(channel: Channel, waiting: tuple[int, float] | None = None) -> dict[str, Any]:
    """A channel as JSON."""
    return {
        "id": channel.id,
        "kind": channel.kind,
        "name": channel.name,
        "target": urlsplit(channel.target).netloc if channel.kind is ChannelKind.PUSH else channel.target,
        "enabled": channel.enabled,
        "confirmed": channel.confirmed_at is not None,
        "steps": list(channel.steps),
        "cameras": None if channel.camera_ids is None else list(channel.camera_ids),
        "created_at": iso(channel.created_at),
        "delivered_at": None if channel.delivered_at is None else iso(channel.delivered_at),
        "failed_at": None if channel.failed_at is None else iso(channel.failed_at),
        "error": channel.error,
        "waiting": waiting[0] if waiting else 0,
        "next_at": iso(waiting[1]) if waiting else None,
    }


@blueprint.get("")
@users_only
@validate_response(ChannelsAnswer, 200)
async def get_channels() -> tuple[dict[str, Any], int]:
    """Where the user is told of alerts."""
    found = [present(channel, waiting) for channel, waiting in await list_channels()]
    return {"channels": found, "kinds": sorted(services().courier.kinds), "push_key": services().push_key}, 200


@blueprint.post("")
@users_only
@validate_request(ChannelIn)
@validate_response(NewChannelAnswer, 201)
async def post_channel(data: ChannelIn) -> tuple[dict[str, Any], int]:
    """Add a channel."""
    steps = [AlertStep(step) for step in data.steps]
    keys = (data.keys.p256dh, data.keys.auth) if data.keys else None
    channel = await add_channel(Draft(ChannelKind(data.kind), data.name, data.target, steps, data.cameras, keys))
    secret = channel.secret if channel.kind is ChannelKind.WEBHOOK else None
    return {"channel": present(channel), "secret": secret}, 201


@blueprint.patch("/<channel_id>")
@users_only
@validate_request(ChannelChange)
@validate_response(ChannelAnswer, 200)
async def patch_channel(channel_id: str, data: ChannelChange) -> tuple[dict[str, Any], int]:
    """Change what is given; what waits for a channel that is paused is dropped."""
    changes: dict[str, Any] = {name: getattr(data, name) for name in data.model_fields_set}
    if "steps" in changes:
        changes["steps"] = [AlertStep(step) for step in data.steps]
    if "cameras" in changes:
        cameras = changes.pop("cameras")
        changes["camera_ids"] = None if cameras is None else tuple(dict.fromkeys(cameras))
    return {"channel": present(await change_channel(channel_id, changes))}, 200


@blueprint.delete("/<channel_id>")
@users_only
async def delete_channel(channel_id: str) -> tuple[str, int]:
    """Delete a channel with what waits for it."""
    await remove_channel(channel_id)
    return "", 204


@blueprint.post("/<channel_id>/test")
@users_only
@validate_response(TestAnswer, 200)
async def post_test(channel_id: str) -> tuple[dict[str, Any], int]:
    """Send a test and wait for how it went; a mail address that has not agreed yet is sent its code again."""
    error = await try_channel(channel_id)
    return {
        "delivered": error is None,
        "code": error.code if error else None,
        "message": error.message if error else None,
    }, 200


@blueprint.post("/<channel_id>/confirmation")
@users_only
@validate_request(CodeIn)
@validate_response(ChannelAnswer, 200)
async def post_confirmation(channel_id: str, data: CodeIn) -> tuple[dict[str, Any], int]:
    """A mail address agrees."""
    return {"channel": present(await confirm_channel(channel_id, data.code))}, 200
