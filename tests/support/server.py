"""The real application under a real uvicorn, and clients that speak to it as strangers would."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp

from server.app import create_app
from server.config import Settings
from server.engine.base import Engine
from server.process.listening import bind
from server.process.serve import Server, prepare
from server.storage.engine.migrate import migrate
from tests.support.patient import PatientSocket

PASSWORD = "correct horse battery"


@dataclass
class Client:
    """One user: an HTTP session and, once connected, a socket."""

    url: str
    http: aiohttp.ClientSession
    socket: PatientSocket
    events: list[tuple[str, Any]] = field(default_factory=list)

    async def register(self, name: str = "ada") -> None:
        """Make an account and be signed in."""
        body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
        async with self.http.post("/api/users", json=body) as response:
            assert response.status == 201, await response.text()

    async def sign_in(self, name: str = "ada") -> None:
        """Sign in to an account that exists."""
        async with self.http.post("/api/session", json={"login": name, "password": PASSWORD}) as response:
            assert response.status == 200, await response.text()

    async def camera(self, name: str = "Gate") -> str:
        """A new camera's id."""
        async with self.http.post("/api/cameras", json={"name": name}) as response:
            assert response.status == 201, await response.text()
            return str((await response.json())["camera"]["id"])

    async def post(self, path: str, body: object, status: int = 201) -> dict[str, Any]:
        """Send JSON that must be taken."""
        async with self.http.post(path, json=body) as response:
            assert response.status == status, await response.text()
            return dict(await response.json())

    async def get(self, path: str) -> dict[str, Any]:
        """Fetch JSON that must be there."""
        async with self.http.get(path) as response:
            assert response.status == 200, await response.text()
            return dict(await response.json())

    async def room(self, name: str = "Hall", *cameras: str) -> str:
        """A new room's id, with these of one's cameras in it."""
        room = str((await self.post("/api/rooms", {"name": name}))["room"]["id"])
        for camera in cameras:
            async with self.http.put(f"/api/rooms/{room}/cameras/{camera}") as response:
                assert response.status == 200, await response.text()
        return room

    async def invite(self, room: str, role: str, guest: "Client", hours: int = 1) -> dict[str, Any]:
        """Let somebody into one's room. Returns what joining was answered, and the invitation's id."""
        invite = await self.post(f"/api/rooms/{room}/invites", {"role": role, "hours": hours, "uses": 1})
        path = "/api" + invite["url"].removeprefix(self.url)
        answer = await guest.post(path, {}, 201 if role == "camera" else 200)
        return answer | {"invite": invite["invite"]["id"], "path": path}

    async def open_status_page(self, room: str, areas: list[str], show: str = "counts") -> str:
        """Show areas of one's room to everybody. Returns the code of the page."""
        body = {"show": show, "areas": areas}
        async with self.http.put(f"/api/rooms/{room}/status-page", json=body) as response:
            assert response.status == 200, await response.text()
            return str((await response.json())["url"]).rpartition("/")[2]

    async def connect(self, **headers: str) -> None:
        """Open the socket."""
        headers = {"Origin": self.url, **headers}
        await self.socket.connect(self.url, headers=headers, transports=["websocket"], retry=False)

    async def call(self, event: str, payload: object) -> dict[str, Any]:
        """Send an event and wait for its answer."""
        answer: dict[str, Any] = await self.socket.call(event, payload, timeout=60)
        return answer

    async def open(self, camera: str, **more: object) -> dict[str, Any]:
        """Open a stream; of a file, whose times need not be those of the clock."""
        return await self.call("stream_open", {"camera": camera, "source": "file", "mode": "live", **more})

    async def frame(self, stream: str, seq: int, jpeg: object = b"jpeg", **more: object) -> dict[str, Any]:
        """Send a frame; its time is 100 ms after the one before."""
        return await self.call("frame", {"stream": stream, "seq": seq, "t": seq * 100.0, "jpeg": jpeg, **more})

    async def wait_for(self, name: str, seconds: float = 30) -> Any:
        """The payload of the next event of that name."""
        async with asyncio.timeout(seconds):
            while True:
                for index, (event, payload) in enumerate(self.events):
                    if event == name:
                        del self.events[index]
                        return payload
                await asyncio.sleep(0.01)


@dataclass
class RunningServer:
    """Where the server is."""

    url: str
    settings: Settings

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Client]:
        """A client that is not signed in."""
        jar = aiohttp.CookieJar(unsafe=True)
        # As a browser does: with a cookie, nothing is changed by a request that does not say where it comes from.
        async with aiohttp.ClientSession(self.url, cookie_jar=jar, headers={"Origin": self.url}) as http:
            client = Client(self.url, http, PatientSocket(reconnection=False, http_session=http))
            client.socket.on("*", lambda event, *args: client.events.append((event, args[0] if args else None)))
            client.socket.on("connect_error", lambda data: client.events.append(("connect_error", data)))
            try:
                yield client
            finally:
                await client.socket.disconnect()

    @asynccontextmanager
    async def user(self, name: str = "ada") -> AsyncIterator[Client]:
        """A client that has an account and a socket."""
        async with self.client() as client:
            await client.register(name)
            await client.connect()
            yield client


@cache
def empty_database() -> bytes:
    """A migrated database without rows. Building it anew for every server costs each test half a second of syncing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.sqlite3"
        migrate(path)
        return path.read_bytes()


def furnish(settings: Settings) -> None:
    """The data directory as a first start leaves it; one that is there already stays as it is."""
    if isinstance(settings.database, Path) and not settings.database.exists():
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        settings.database_path.touch(mode=0o600)
        settings.database_path.write_bytes(empty_database())
    prepare(settings)


@asynccontextmanager
async def run_server(settings: Settings, engine: Engine) -> AsyncIterator[RunningServer]:
    """Serve until the block ends."""
    await asyncio.to_thread(furnish, settings)
    listener = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = Server(create_app(settings, engine), settings)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            await asyncio.sleep(0.01)
            if task.done():
                task.result()
        yield RunningServer(url, settings)
    finally:
        server.should_exit = True
        await task
