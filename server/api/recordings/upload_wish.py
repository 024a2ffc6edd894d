"""What a file is to be counted with, as its upload says."""

import asyncio
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

from server.api.cameras.cameras import camera_for
from server.api.http.context import services
from server.api.http.errors import APIError
from server.api.http.field_rules import one_line
from server.core.quality import Quality
from server.models.catalogue import prepared_models
from server.storage.accounts.users import User
from server.storage.cameras.qualities import select_quality

NAME_LENGTH = 200
FIRST_RECORDING = 946_684_800.0
"""The year 2000, Unix seconds."""
UNNAMED = "Video"


@dataclass(frozen=True, slots=True)
class UploadWish:
    """What is to become of a file.

    Attributes
    ----------
    recorded_at : float or None
        The date of the file on the user's device, Unix seconds.
    recording_id : str or None
        The recording that is counted again.
    """

    name: str
    camera_id: str | None
    recording_id: str | None
    recorded_at: float | None
    model: str
    quality: Quality


async def read_wish(metadata: Mapping[str, str], user: User) -> UploadWish:
    """What the metadata of an upload asks for.

    Raises
    ------
    APIError
        400 ``BAD_REQUEST``, 400 ``UNKNOWN_MODEL``, 404 ``UNKNOWN_CAMERA``.
    """
    camera_id = metadata.get("camera") or None
    if camera_id is not None:
        async with services().database.reading() as connection:
            await camera_for(connection, user, camera_id)
    return UploadWish(
        name=read_name(metadata.get("filename", "")),
        camera_id=camera_id,
        recording_id=metadata.get("recording") or None,
        recorded_at=_date(metadata.get("recorded_at", "")),
        model=await read_model(metadata.get("model") or None),
        quality=_quality(wished) if (wished := metadata.get("quality")) else await _usual(user, camera_id),
    )


def read_name(text: str) -> str:
    """A name on one line. Raises APIError 400."""
    try:
        line = one_line(text.replace("\\", "/").rpartition("/")[2][:NAME_LENGTH])
    except ValueError as error:
        raise APIError(400, "BAD_REQUEST", str(error)) from error
    return line or UNNAMED


async def read_model(name: str | None) -> str:
    """The name of a prepared model; without one, the usual one. Raises APIError 400 ``UNKNOWN_MODEL``."""
    settings = services().settings
    if name is None or name == settings.model:
        return settings.model
    known = await asyncio.to_thread(prepared_models, settings.models_dir)
    if name not in {one.name for one in known}:
        raise APIError(400, "UNKNOWN_MODEL", "There is no prepared model of that name.")
    return name


async def _usual(user: User, camera_id: str | None) -> Quality:
    """What the camera is looked at with."""
    if camera_id is None:
        return Quality.BALANCED
    async with services().database.reading() as connection:
        return await select_quality(connection, user.id, camera_id) or Quality.BALANCED


def _quality(text: str) -> Quality:
    try:
        return Quality(text)
    except ValueError as error:
        choices = ", ".join(one.value for one in Quality)
        raise APIError(400, "BAD_REQUEST", f"quality must be one of {choices}.") from error


def _date(text: str) -> float | None:
    """A date that can be true; any other is not known."""
    try:
        seconds = float(text) / 1000
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and FIRST_RECORDING <= seconds <= time.time() else None
