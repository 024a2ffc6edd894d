"""A client of tus 1.0 that does as a test says."""

import asyncio
import hashlib
import time
from base64 import b64encode
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.server import Client

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = TUS | {"Content-Type": "application/offset+octet-stream"}


def metadata(**values: object) -> str:
    """The header Upload-Metadata."""
    return ",".join(f"{key} {b64encode(str(value).encode()).decode()}" for key, value in values.items())


async def announce(client: Client, size: int, **values: object) -> aiohttp.ClientResponse:
    """Ask for an upload."""
    headers = TUS | {"Upload-Length": str(size), "Upload-Metadata": metadata(**{"filename": "gate.avi"} | values)}
    response = await client.http.post("/api/recordings/uploads", headers=headers)
    await response.read()
    return response


async def begin(client: Client, size: int, **values: object) -> str:
    """The path of a new upload."""
    response = await announce(client, size, **values)
    assert response.status == 201, await response.text()
    return response.headers["Location"]


async def piece(client: Client, path: str, offset: int, data: bytes, **headers: str) -> aiohttp.ClientResponse:
    """Send a piece."""
    response = await client.http.patch(
        path, data=BytesIO(data), headers=PIECE | {"Upload-Offset": str(offset)} | headers
    )
    await response.read()
    return response


async def offset(client: Client, path: str) -> int:
    """How much is there."""
    async with client.http.head(path, headers=TUS) as response:
        assert response.status == 200, response.status
        return int(response.headers["Upload-Offset"])


async def send(client: Client, file: Path, **values: object) -> dict[str, Any]:
    """Upload a file in two pieces. Returns its recording."""
    data = await asyncio.to_thread(file.read_bytes)
    response = await announce(client, len(data), filename=file.name, **values)
    assert response.status == 201, await response.text()
    path, half = response.headers["Location"], len(data) // 2
    for start, part in ((0, data[:half]), (half, data[half:])):
        taken = await piece(client, path, start, part)
        assert taken.status == 204, await taken.text()
    recording: dict[str, Any] = (await response.json())["recording"]
    return recording


def checksum(data: bytes) -> str:
    """The header Upload-Checksum."""
    return "sha1 " + b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


async def recording(client: Client, recording_id: str) -> dict[str, Any]:
    """A recording as it is now."""
    found: dict[str, Any] = (await client.get(f"/api/recordings/{recording_id}"))["recording"]
    return found


async def settled(
    client: Client, recording_id: str, when: Callable[[dict[str, Any]], bool], seconds: float = 30
) -> dict[str, Any]:
    """A recording, once it is so."""
    until = time.monotonic() + seconds
    while not when(found := await recording(client, recording_id)):
        assert time.monotonic() < until, found
        await asyncio.sleep(0.05)
    return found


async def counted(client: Client, recording_id: str, state: str = "done", seconds: float = 30) -> dict[str, Any]:
    """Its newest run, once that is in this state."""
    found = await settled(
        client, recording_id, lambda one: bool(one["runs"]) and one["runs"][0]["state"] == state, seconds
    )
    run: dict[str, Any] = found["runs"][0]
    return run
