"""Areas as JSON: what may be sent, and what is answered."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from server.api.accounts.accounts import Strict
from server.api.rooms.room_access import Name
from server.storage.rooms.areas import Area

MOST_AREAS = 50
MOST_PARTS = 100
MOST_PEOPLE = 1_000_000

People = Annotated[float, Field(gt=0, le=MOST_PEOPLE)]


def _short(value: str) -> str:
    if len(value) > 60:
        raise ValueError("An area's name has at most 60 characters.")
    return value


AreaName = Annotated[Name, AfterValidator(_short)]


class PartIn(Strict):
    """A zone of a camera; null is the whole frame."""

    camera: Annotated[str, Field(min_length=1, max_length=100)]
    zone: Annotated[str | None, Field(min_length=1, max_length=100)] = None


class LimitsIn(Strict):
    """From how many people on it is a warning, and critical."""

    warning: People | None = None
    critical: People | None = None


class AreaIn(Strict):
    """A new area."""

    name: AreaName
    members: Annotated[list[PartIn], Field(max_length=MOST_PARTS)]
    capacity: Annotated[int | None, Field(ge=1, le=MOST_PEOPLE)] = None
    limits: LimitsIn | None = None


class AreaChange(Strict):
    """What is to change; what is left out stays."""

    name: AreaName | None = None
    members: Annotated[list[PartIn] | None, Field(max_length=MOST_PARTS)] = None
    capacity: Annotated[int | None, Field(ge=1, le=MOST_PEOPLE)] = None
    limits: LimitsIn | None = None


class PartOut(BaseModel):
    """A zone of a camera; null is the whole frame."""

    camera: str
    zone: str | None


class LimitsOut(BaseModel):
    """From how many people on it is a warning, and critical."""

    warning: float | None
    critical: float | None


class AreaOut(BaseModel):
    """An area; `public` says that it is on the room's status page."""

    id: str
    name: str
    members: list[PartOut]
    capacity: int | None
    limits: LimitsOut | None
    public: bool


class AreaAnswer(BaseModel):
    """One area."""

    area: AreaOut


class AreasAnswer(BaseModel):
    """The areas of a room, oldest first."""

    areas: list[AreaOut]


def present_area(area: Area) -> dict[str, Any]:
    """An area as JSON."""
    limited = area.warning is not None or area.critical is not None
    return {
        "id": area.id,
        "name": area.name,
        "members": [{"camera": part.camera_id, "zone": part.zone_id} for part in area.parts],
        "capacity": area.capacity,
        "limits": {"warning": area.warning, "critical": area.critical} if limited else None,
        "public": area.public,
    }
