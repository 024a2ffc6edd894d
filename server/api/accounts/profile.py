"""The profile: what users tell about themselves."""

import time
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field
from quart import Blueprint
from quart_schema import validate_request, validate_response

from server.api.accounts.accounts import Strict
from server.api.http.access import users_only
from server.api.http.audit import record
from server.api.http.auth import require_user
from server.api.http.context import services
from server.api.http.errors import APIError
from server.api.http.field_rules import one_line
from server.api.http.times import iso
from server.storage.accounts.audit import Action
from server.storage.accounts.profiles import Profile, select_profile, update_profile

blueprint = Blueprint("profile", __name__, url_prefix="/api/profile")

OLDEST = 130
MAX_PLACE, MAX_GENDER = 100, 40
Text = Annotated[str | None, Field(max_length=1000)]


class ProfileIn(Strict):
    """What changes; a field that is left out stays, null or an empty text removes it."""

    date_of_birth: Text = None
    place: Text = None
    gender: Text = None


class ProfileOut(BaseModel):
    """The profile. `age` is in whole years, from the date of birth."""

    username: str
    email: str
    is_admin: bool
    created_at: str
    date_of_birth: str | None
    age: int | None
    place: str | None
    gender: str | None


class ProfileAnswer(BaseModel):
    """The user's profile."""

    profile: ProfileOut


def age_on(born: date, today: date) -> int:
    """Whole years; who was born on 29 February is a year older on 1 March of other years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def today() -> date:
    """The date in UTC."""
    return datetime.fromtimestamp(time.time(), UTC).date()


def read_date(text: str) -> date:
    """A date of birth. Raises ValueError with a sentence."""
    try:
        born = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise ValueError("Enter a date as year-month-day, such as 1990-05-31.") from None
    if born > today():
        raise ValueError("This date is in the future.")
    if age_on(born, today()) > OLDEST:
        raise ValueError(f"This date is more than {OLDEST} years ago.")
    return born


def _read_text(text: str, most: int) -> str:
    if len(text) > most:
        raise ValueError(f"Use at most {most} characters.")
    return one_line(text)


def read_profile(old: Profile, changes: dict[str, str | None]) -> Profile:
    """A profile with changes. Raises APIError 400 ``INVALID_FIELDS``, with the fields."""
    values: dict[str, Any] = {"date_of_birth": old.date_of_birth, "place": old.place, "gender": old.gender}
    wrong = {}
    for name, text in changes.items():
        stripped = " ".join((text or "").split())
        try:
            if not stripped:
                values[name] = None
            elif name == "date_of_birth":
                values[name] = read_date(stripped)
            else:
                values[name] = _read_text(stripped, MAX_PLACE if name == "place" else MAX_GENDER)
        except ValueError as error:
            wrong[name] = str(error)
    if wrong:
        raise APIError(400, "INVALID_FIELDS", "Some fields need another look.", wrong)
    return Profile(**values)


async def change_profile(changes: dict[str, str | None]) -> None:
    """Change the profile of this request's user."""
    user = await require_user()
    async with services().database.writing() as connection:
        old, _ = await select_profile(connection, user.id)
        new = read_profile(old, changes)
        if new != old:
            await update_profile(connection, user.id, new)
            changed = [
                name for name in ("date_of_birth", "place", "gender") if getattr(old, name) != getattr(new, name)
            ]
            # Which fields, not what: the log is no second copy of the profile.
            await record(connection, user.id, Action.PROFILE_CHANGED, target=", ".join(changed))


async def show_profile() -> dict[str, Any]:
    """The profile of this request's user as JSON."""
    user = await require_user()
    async with services().database.reading() as connection:
        profile, created_at = await select_profile(connection, user.id)
    born = profile.date_of_birth
    return {
        "username": user.username,
        "email": user.email,
        "is_admin": user.is_admin,
        "created_at": iso(created_at),
        "date_of_birth": born.isoformat() if born else None,
        "age": age_on(born, today()) if born else None,
        "place": profile.place,
        "gender": profile.gender,
    }


@blueprint.get("")
@users_only
@validate_response(ProfileAnswer, 200)
async def get_profile() -> tuple[dict[str, Any], int]:
    """The user's profile."""
    return {"profile": await show_profile()}, 200


@blueprint.patch("")
@users_only
@validate_request(ProfileIn)
@validate_response(ProfileAnswer, 200)
async def patch_profile(data: ProfileIn) -> tuple[dict[str, Any], int]:
    """Change the profile."""
    await change_profile(data.model_dump(exclude_unset=True))
    return {"profile": await show_profile()}, 200
