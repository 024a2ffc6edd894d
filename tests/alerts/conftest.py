"""A database with somebody in it who wants to be told, and receivers."""

from collections.abc import AsyncIterator

import pytest

from server.storage.accounts.users import User, insert_user
from server.storage.alerts.channels import AlertStep, Channel, ChannelKind
from server.storage.cameras.cameras import Camera, insert_camera
from server.storage.engine.backend import Where
from server.storage.engine.database import Database
from tests.alerts.receivers import MailBox, Receiver, mail_box, receiver


@pytest.fixture
async def database(where: Where) -> AsyncIterator[Database]:
    """The users a and b with a camera each."""
    opened = Database(where)
    async with opened.writing() as connection:
        for name in ("a", "b"):
            await insert_user(connection, User(f"usr_{name}", name, f"{name}@x.org", False), "hash", 1.0)
            await insert_camera(connection, Camera(f"cam_{name}", f"usr_{name}", f"Gate {name}", 1.0))
    yield opened
    await opened.close()


@pytest.fixture
async def hook() -> AsyncIterator[Receiver]:
    """A receiver of web hooks."""
    async with receiver() as found:
        yield found


@pytest.fixture
async def box() -> AsyncIterator[MailBox]:
    """A mail server."""
    async with mail_box() as found:
        yield found


def channel(name: str = "hook", user: str = "usr_a", **more: object) -> Channel:
    """A web hook that is told everything."""
    values: dict[str, object] = {
        "id": f"chn_{name}",
        "user_id": user,
        "kind": ChannelKind.WEBHOOK,
        "name": name,
        "target": f"https://hooks.example.org/{name}",
        "secret": "whsec_test",
        "enabled": True,
        "steps": tuple(AlertStep),
        "camera_ids": None,
        "created_at": 1.0,
        "confirmed_at": 1.0,
    }
    return Channel(**{**values, **more})
