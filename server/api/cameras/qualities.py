"""How carefully frames are looked at: the choices with their prices, and the choice for a camera."""

from typing import Any, Literal

from pydantic import BaseModel
from quart import Blueprint
from quart_schema import validate_request, validate_response

from server.api.accounts.accounts import Strict
from server.api.cameras.cameras import require_camera, unknown_camera
from server.api.http.access import users_only
from server.api.http.auth import require_user
from server.api.http.context import services
from server.core.errors import CodedError
from server.core.quality import Quality, input_sides, sent_side
from server.storage.cameras.qualities import select_quality, update_quality
from server.storage.cameras.rights import Right

blueprint = Blueprint("qualities", __name__)

FRESH_S = 300
"""How long a browser may keep the prices: they are measured once in the life of a vision process."""
QualityName = Literal["fast", "balanced", "accurate"]


class QualityOut(BaseModel):
    """A choice. `input` is the longer side, in pixels, of what the detector looks at when a frame has so many; `ms` is
    what it took for such a frame on this machine, `price` the same as a multiple of the balanced choice's; null while
    the vision process cannot be asked."""

    name: QualityName
    input: int
    ms: float | None
    price: float | None


class QualitiesAnswer(BaseModel):
    """The choices, cheapest first, and which one is taken without a choice."""

    default: QualityName
    qualities: list[QualityOut]


class QualityChoice(Strict):
    """The choice for a camera; it counts from the camera's next frame on."""

    quality: QualityName


class QualityAnswer(BaseModel):
    """The choice for a camera, and the longer side in pixels of the frames that it can make use of."""

    quality: QualityName
    max_side: int


@blueprint.get("/api/qualities")
@users_only
@validate_response(QualitiesAnswer, 200)
async def get_qualities() -> tuple[dict[str, Any], int, dict[str, str]]:
    """The choices, with prices measured on this machine."""
    try:
        prices = await services().engine_prices()
    except CodedError:
        prices = {}
    side, middle = services().settings.input_side, prices.get(Quality.BALANCED)
    return (
        {
            "default": Quality.BALANCED.value,
            "qualities": [
                {
                    "name": quality.value,
                    "input": input_sides(quality, side)[1],
                    "ms": round(prices[quality], 1) if quality in prices else None,
                    "price": round(prices[quality] / middle, 2) if quality in prices and middle else None,
                }
                for quality in Quality
            ],
        },
        200,
        {"Cache-Control": f"private, max-age={FRESH_S if prices else 0}"},
    )


@blueprint.get("/api/cameras/<camera_id>/quality")
@users_only
@validate_response(QualityAnswer, 200)
async def get_quality(camera_id: str) -> tuple[dict[str, Any], int]:
    """The choice for a camera."""
    user = await require_user()
    async with services().database.reading() as connection:
        quality = await select_quality(connection, user.id, camera_id)
    if quality is None:
        raise unknown_camera()
    return _answer(quality), 200


@blueprint.put("/api/cameras/<camera_id>/quality")
@users_only
@validate_request(QualityChoice)
@validate_response(QualityAnswer, 200)
async def put_quality(camera_id: str, data: QualityChoice) -> tuple[dict[str, Any], int]:
    """Choose for a camera."""
    user = await require_user()
    await require_camera(camera_id, Right.OWN)
    async with services().database.writing() as connection:
        if not await update_quality(connection, user.id, camera_id, Quality(data.quality)):
            raise unknown_camera()
    services().quality_changed(camera_id, Quality(data.quality))
    return _answer(Quality(data.quality)), 200


def _answer(quality: Quality) -> dict[str, Any]:
    return {"quality": quality.value, "max_side": sent_side(quality, services().settings.max_side)}
