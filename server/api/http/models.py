"""The models that a stream may ask for."""

import asyncio
from typing import Any

from pydantic import BaseModel
from quart import Blueprint
from quart_schema import validate_response

from server.api.http.access import users_only
from server.api.http.context import services
from server.models.catalogue import prepared_models

blueprint = Blueprint("models", __name__, url_prefix="/api/models")


class ModelOut(BaseModel):
    """A prepared model."""

    name: str
    licence: str


class ModelsAnswer(BaseModel):
    """The prepared models and which one is taken without a choice."""

    default: str
    models: list[ModelOut]


@blueprint.get("")
@users_only
@validate_response(ModelsAnswer, 200)
async def get_models() -> tuple[dict[str, Any], int]:
    """The prepared models."""
    settings = services().settings
    found = await asyncio.to_thread(prepared_models, settings.models_dir)
    return {
        "default": settings.model,
        "models": [{"name": one.name, "licence": one.licence} for one in found],
    }, 200
