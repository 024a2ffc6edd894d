"""One client for each role of the matrix, and what belongs to the owner."""

import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.config import Settings
from server.storage.engine.database import Database
from server.storage.recordings.recordings import Recording, insert_recording
from server.storage.recordings.runs import RunState, update_run
from server.uploads.run_cameras import queue_run
from tests.security.matrix import Role
from tests.support.server import PASSWORD, Client, RunningServer
from tests.uploads.sender import begin


@dataclass
class People:
    """One client for each role, and the ids of what belongs to the owner."""

    clients: dict[Role, Client]
    ids: dict[str, str]

    def fill(self, value: Any, **more: str) -> Any:
        """Put the owner's ids into a payload."""
        if isinstance(value, str):
            return value.format(**self.ids, **more)
        if isinstance(value, dict):
            return {key: self.fill(one, **more) for key, one in value.items()}
        return [self.fill(one, **more) for one in value] if isinstance(value, list) else value


_names = iter(range(1_000_000))


async def gather_people(server: RunningServer, stack: AsyncExitStack, asker: Role = Role.OWNER) -> People:
    """Fresh accounts; the owner is signed in a second time elsewhere. Of the people of rooms, the one who asks."""
    clients = {role: await stack.enter_async_context(server.client()) for role in Role}
    owner = clients[Role.OWNER]
    name = f"owner{next(_names)}"
    await owner.register(name)
    for role in {Role.OPERATOR, Role.OTHER, Role.ADMIN, asker} - {Role.OWNER, Role.PROGRAM, Role.STRANGER, Role.GUEST}:
        await clients[role].register(f"{role}{next(_names)}")
    await make_admin(server.settings, clients[Role.ADMIN])
    elsewhere = await stack.enter_async_context(server.client())
    await elsewhere.sign_in(name)
    sessions = (await elsewhere.get("/api/sessions"))["sessions"]
    tokens = await clients[Role.PROGRAM].post("/api/tokens", {"login": name, "password": PASSWORD}, 200)
    clients[Role.PROGRAM].http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    hook = {"kind": "webhook", "name": "Private hook", "target": "https://hooks.example.invalid/", "steps": ["warning"]}
    ids = {
        "camera": await owner.camera("Private gate"),
        "session": next(one["id"] for one in sessions if one["current"]),
        "token": tokens["access_token"],
        "channel": (await owner.post("/api/channels", hook))["channel"]["id"],
    }
    ids["alert"] = await add_alert(server.settings, ids["camera"])
    ids |= await add_recordings(server.settings, owner, ids["camera"])
    return People(clients, ids | await furnish_room(clients, ids["camera"], asker))


async def furnish_room(clients: dict[Role, Client], camera: str, asker: Role) -> dict[str, str]:
    """A room with the camera, an area, a status page and an operator; whoever asks is let in as its role says."""
    owner = clients[Role.OWNER]
    room = await owner.room("Private room", camera)
    for role in {Role.OPERATOR, asker} & {Role.OPERATOR, Role.VIEWER}:
        await owner.invite(room, role.value, clients[role])
    if asker is Role.GUEST:
        await owner.invite(room, "camera", clients[Role.GUEST])
    if asker is Role.NEIGHBOUR:
        await clients[asker].room("Room next door", await clients[asker].camera("Next door"))
    members = (await owner.get(f"/api/rooms/{room}"))["room"]["members"]
    invite = await owner.post(f"/api/rooms/{room}/invites", {"role": "camera", "hours": 1, "uses": 10})
    area = {"name": "Private area", "members": [{"camera": camera}]}
    return {
        "room": room,
        "member": next(one["user"] for one in members if one["role"] == "operator"),
        "invite": invite["invite"]["id"],
        "code": invite["url"].rpartition("/")[2],
        "area": (await owner.post(f"/api/rooms/{room}/areas", area))["area"]["id"],
        "status": await owner.open_status_page(room, []),
    }


async def add_alert(settings: Settings, camera: str) -> str:
    """An alert of a camera, with a picture."""
    alert = f"alr_{next(_names)}"
    row = {"alert_id": alert, "camera_id": camera, "now": time.time(), "jpeg": b"\xff\xd8"}
    database = Database(settings.database)
    async with database.writing() as connection:
        await connection.execute(
            text(
                "INSERT INTO alerts (id, camera_id, zone_id, zone_name, figure, level, began_at, peak, peak_at, note)"
                " VALUES (:alert_id, :camera_id, 'z', 'Private gate', 'people', 'warning', :now, 3, :now, '')"
            ),
            row,
        )
        await connection.execute(text("INSERT INTO stills (alert_id, at, jpeg) VALUES (:alert_id, :now, :jpeg)"), row)
    await database.close()
    return alert


async def add_recordings(settings: Settings, owner: Client, camera: str) -> dict[str, str]:
    """A recording that was counted, and the upload of another one."""
    path = await begin(owner, 100, filename="Private gate.avi", camera=camera)
    (sent,) = (await owner.get("/api/recordings"))["recordings"]
    database = Database(settings.database)
    async with database.writing() as connection:
        drawn = await select_any_owner(connection, camera)
        recording = Recording(f"rec_{next(_names)}", drawn, camera, "Private gate", 100, 1.0, "file", time.time())
        await insert_recording(connection, recording)
        run = await queue_run(connection, recording, "yolo26n", "balanced")
        await update_run(connection, run.id, state=RunState.DONE)
    await database.close()
    assert sent["file"]["upload"] == path
    return {"upload": path.rpartition("/")[2], "recording": recording.id, "run": run.id}


async def select_any_owner(connection: AsyncConnection, camera: str) -> str:
    """Whose camera it is."""
    found = await connection.execute(text("SELECT owner_id FROM cameras WHERE id = :camera"), {"camera": camera})
    return str(found.scalar_one())


async def make_admin(settings: Settings, client: Client) -> None:
    """Give the role to who is signed in."""
    async with client.http.get("/api/session") as response:
        name = (await response.json())["user"]["username"]
    database = Database(settings.database)
    async with database.writing() as connection:
        await connection.execute(text("UPDATE users SET is_admin = true WHERE username = :name"), {"name": name})
    await database.close()
