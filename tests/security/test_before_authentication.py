"""Row 1: before a connection is accepted nothing has an effect and nothing is delivered."""

import asyncio
import json
import sqlite3
from typing import Any

import aiohttp
import pytest
from sqlalchemy.exc import OperationalError

from server.api.http import socket_auth
from tests.faults.figures import note
from tests.support.engine import ScriptedEngine
from tests.support.server import Client, RunningServer

SOCKET = "/socket.io/?EIO=4&transport=websocket"


def event(name: str, payload: dict[str, Any], number: int) -> str:
    """A Socket.IO EVENT packet in an Engine.IO message."""
    return f"42{number}{json.dumps([name, payload])}"


async def read_one(socket: aiohttp.ClientWebSocketResponse) -> str:
    """The next message that is not Engine.IO's own."""
    async with asyncio.timeout(30):
        while not (found := beyond_transport([str((await socket.receive()).data)])):
            continue
    return found[0]


async def read_all(socket: aiohttp.ClientWebSocketResponse, seconds: float) -> list[str]:
    """Everything that arrives within that time."""
    found: list[str] = []
    try:
        async with asyncio.timeout(seconds):
            async for message in socket:
                found.append(str(message.data))
    except TimeoutError:
        return found
    return found


def beyond_transport(messages: list[str]) -> list[str]:
    """What is more than Engine.IO's own open and ping."""
    return [text for text in messages if not text.startswith(("0", "2"))]


async def test_events_of_a_stranger_are_not_answered(server: RunningServer, engine: ScriptedEngine) -> None:
    async with server.user() as user, server.client() as stranger:
        camera = await user.camera()
        stream = (await user.open(camera))["stream"]
        async with stranger.http.ws_connect(SOCKET) as socket:
            for number, payload in enumerate(
                [
                    ("stream_open", {"camera": camera, "source": "camera", "mode": "live"}),
                    ("frame", {"stream": stream, "seq": 1, "t": 1.0, "jpeg": "x"}),
                    ("stream_close", {"stream": stream}),
                    ("renew", {"token": "x"}),
                    ("connect", {}),
                    ("disconnect", {}),
                ]
            ):
                await socket.send_str(event(*payload, number))
            assert beyond_transport(await read_all(socket, 1.0)) == []
            await socket.send_str("40")
            refused = await read_one(socket)
            assert json.loads(refused[2:])["data"]["code"] == "UNAUTHENTICATED"
            await socket.send_str(event("stream_close", {"stream": stream}, 9))
            assert beyond_transport(await read_all(socket, 0.5)) == []
        assert engine.seen == []
        assert (await user.frame(stream, 1))["status"] == "processed", "the stream is untouched"
    note(1, "events of a stranger, before and after the refusal", "7 sent, 0 answered, 0 with an effect", "no effect")


async def test_events_while_authentication_runs(
    server: RunningServer, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is slow; the client sends events at once, and is refused or let in only then."""
    gate = asyncio.Event()
    found = socket_auth.select_grant

    async def slow(*arguments: Any) -> Any:
        await gate.wait()
        return await found(*arguments)

    async with server.user() as user:
        camera = await user.camera()
        monkeypatch.setattr(socket_auth, "select_grant", slow)
        async with user.http.ws_connect(SOCKET) as socket:
            await socket.send_str("40")
            opening = {"camera": camera, "source": "camera", "mode": "live"}
            await socket.send_str(event("stream_open", opening, 1))
            assert beyond_transport(await read_all(socket, 1.0)) == []
            gate.set()
            assert (await read_one(socket))[:2] == "40"
            assert beyond_transport(await read_all(socket, 1.0)) == [], "nor has it an effect later"
            assert engine.opened == {}
            await socket.send_str(event("stream_open", opening, 2))
            assert (await read_one(socket)).startswith("432")
        assert len(engine.opened) == 1
    note(1, "delivered in the second before a slow acceptance", "0 messages, 0 streams opened", "no byte")


async def test_who_leaves_while_authentication_runs_is_not_connected(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.Event()
    found = socket_auth.select_grant

    async def slow(*arguments: Any) -> Any:
        await gate.wait()
        return await found(*arguments)

    async def connections() -> str:
        async with user.http.get("/metrics") as response:
            lines = (await response.text()).splitlines()
        return next(line for line in lines if line.startswith("crowdcount_connections "))

    async with server.client() as user:
        await user.register()
        await user.connect()
        before = await connections()
        monkeypatch.setattr(socket_auth, "select_grant", slow)
        for _ in range(10):
            async with user.http.ws_connect(SOCKET) as socket:
                await socket.send_str("40")
                await asyncio.sleep(0.02)
        gate.set()
        await asyncio.sleep(0.5)  # whoever were let in would be now
        async with asyncio.timeout(30):
            while await connections() != before:  # noqa: ASYNC110 - what is asked is a server, which has no event
                await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (OperationalError("SELECT", None, sqlite3.OperationalError("disk I/O error")), "STORAGE_UNAVAILABLE"),
        (RuntimeError("unforeseen"), "INTERNAL"),
    ],
)
async def test_who_cannot_be_looked_at_is_refused_and_may_try_again(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch, trouble: Exception, code: str
) -> None:
    """Not left between the two: a browser would wait for ever."""
    found, broken = socket_auth.select_grant, True

    async def select(*arguments: Any) -> Any:
        if broken:
            raise trouble
        return await found(*arguments)

    async with server.client() as user:
        await user.register()
        monkeypatch.setattr(socket_auth, "select_grant", select)
        async with user.http.ws_connect(SOCKET) as socket:
            await socket.send_str("40")
            refused = await read_one(socket)
            assert refused[:2] == "44"
            assert json.loads(refused[2:])["data"]["code"] == code
            broken = False
            await socket.send_str("40")
            assert (await read_one(socket))[:2] == "40"


async def test_nothing_is_sent_to_everybody(server: RunningServer) -> None:
    """What happens to one user is not told to another, nor to who is not accepted yet."""

    async def listening(client: Client) -> aiohttp.ClientWebSocketResponse:
        return await client.http.ws_connect(SOCKET)

    async with server.user("ada") as ada, server.user("eve") as eve, server.client() as stranger:
        waiting = await listening(stranger)
        stream = (await ada.open(await ada.camera()))["stream"]
        await ada.frame(stream, 1)
        async with ada.http.delete("/api/session") as response:
            assert response.status == 204
        assert (await ada.wait_for("session_ended"))["reason"] == "signed_out"
        assert beyond_transport(await read_all(waiting, 0.5)) == []
        assert eve.events == []
        assert eve.socket.connected
        await waiting.close()


@pytest.mark.parametrize("packet", ["40{", "9", "\x1e\x1e", "b!!!", "1", "42[]", "451-[]"])
async def test_a_packet_over_polling_that_cannot_be_read_is_no_fault(
    server: RunningServer, caplog: pytest.LogCaptureFixture, packet: str
) -> None:
    """Also where the transport was closed for it a moment ago, and requests for it are still under way."""
    path = "/socket.io/?EIO=4&transport=polling"
    async with server.client() as user:
        async with user.http.get(path) as response:
            sid = (await response.text()).split('"sid":"')[1].split('"')[0]
        statuses = []
        for _ in range(3):
            async with user.http.post(f"{path}&sid={sid}", data=packet) as response:
                statuses.append(response.status)
        async with user.http.get(f"{path}&sid={sid}") as response:
            statuses.append(response.status)
    assert set(statuses) <= {200, 400}
    assert not [record for record in caplog.records if record.exc_info and record.levelname == "ERROR"]
