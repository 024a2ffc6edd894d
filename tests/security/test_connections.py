"""Row 6: silent handshakes, too many connections, floods beside a stream that behaves."""

import asyncio
import contextlib

import aiohttp
import pytest
from socketio.exceptions import ConnectionError as SocketConnectionError

from server import patience
from server.api import security
from server.config import Settings
from server.live import handshakes, namespace
from server.live.event_rules import EventRule
from server.live.handshakes import Handshakes
from tests.support.engine import ScriptedEngine
from tests.support.server import RunningServer, run_server

SOCKET = "/socket.io/?EIO=4&transport=websocket"


def test_the_promise_is_kept_by_the_constants() -> None:
    """Closed in ten seconds at the latest; the tests below only shorten the waiting."""
    assert handshakes.UNFINISHED_S + 2 * 0.5 < 10
    assert patience.REQUEST_S < 10


def test_handshakes_are_counted_and_timed() -> None:
    now = 0.0
    book = Handshakes(2, lambda: now)
    assert [book.admit(name, "a") for name in ("1", "2", "3")] == [True, True, False]
    assert book.admit("4", "b")
    now = handshakes.UNFINISHED_S - 0.1
    assert book.overdue(lambda name: name == "1") == []
    now = handshakes.UNFINISHED_S
    assert sorted(book.overdue(lambda name: name == "1")) == ["2", "4"]
    book.gone("2")
    book.gone("2")
    assert book.admit("3", "a")
    assert not book.admit("5", "a")
    now = 100.0
    assert "1" in book.overdue(lambda _: False), "leaving the namespace starts the time anew, but it ends"


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same limits, with less waiting."""
    monkeypatch.setattr(handshakes, "UNFINISHED_S", 1.0)
    monkeypatch.setattr(patience, "REQUEST_S", 1.0)
    monkeypatch.setattr(security, "BODY_S", 1.0)


async def closed_within(reader: asyncio.StreamReader, seconds: float) -> bool:
    """Whether the other side ends the connection in time."""
    try:
        async with asyncio.timeout(seconds):
            await reader.read()
    except TimeoutError:
        return False
    return True


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize(
    "sent",
    [b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\n", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET / HT"],
)
async def test_a_connection_that_never_asks_is_closed(server: RunningServer, sent: bytes) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(sent)
    assert await closed_within(reader, 30)
    writer.close()
    await writer.wait_closed()


@pytest.mark.usefixtures("soon")
async def test_a_body_that_stalls_is_given_up(server: RunningServer) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = "POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    writer.write(head.encode())
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n"), 30)
    assert b" 408 " in answer
    writer.close()
    await writer.wait_closed()


@pytest.mark.usefixtures("soon")
async def test_a_transport_without_a_user_is_closed(server: RunningServer) -> None:
    async with server.user() as user, server.client() as silent:
        async with silent.http.ws_connect(SOCKET) as socket:
            async with asyncio.timeout(30):
                async for _ in socket:
                    continue
        polling = "/socket.io/?EIO=4&transport=polling"
        async with silent.http.get(polling) as response:
            sid = (await response.text()).split('"sid":"')[1].split('"')[0]
        async with asyncio.timeout(30):
            status = 0
            while status != 400:  # the session is gone
                async with silent.http.get(f"{polling}&sid={sid}") as response:
                    status = response.status
                await asyncio.sleep(0.1)
        assert user.socket.connected, "who said who they are stays"


async def test_connections_are_limited(settings: Settings, engine: ScriptedEngine) -> None:
    tight = settings.model_copy(update={"connections_per_user": 2, "connections_per_address": 5})
    async with run_server(tight, engine) as server, server.client() as user:
        await user.register()
        sockets: list[aiohttp.ClientWebSocketResponse] = []
        codes = []
        for _ in range(3):
            socket = await user.http.ws_connect(SOCKET)
            await socket.receive()
            await socket.send_str("40")
            codes.append(str((await socket.receive()).data)[:2])
            sockets.append(socket)
        assert codes == ["40", "40", "44"], "a third connection of this user is refused"
        sockets += [await user.http.ws_connect(SOCKET) for _ in range(2)]
        with pytest.raises(aiohttp.ClientError):
            await user.http.ws_connect(SOCKET)
        for socket in sockets:
            await socket.close()
        async with asyncio.timeout(30):
            while not user.socket.connected:  # closed ones do not count, as soon as the server has noticed
                with contextlib.suppress(SocketConnectionError):
                    await user.connect()
                await asyncio.sleep(0.1)


@pytest.mark.parametrize("event", sorted(namespace.EVENTS))
async def test_a_flood_of_one_event_is_refused(
    server: RunningServer, event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(namespace.EVENTS, event, EventRule(rate=0.001, burst=5))
    async with server.user() as user:
        answers = await asyncio.gather(*(user.call(event, {}) for _ in range(12)))
        codes = [answer["error"]["code"] for answer in answers]
        assert codes.count("RATE_LIMITED") == 7
        other = "stream_close" if event == "frame" else "frame"
        answer = await user.call(other, {"stream": "str_1", "seq": 1})
        assert answer["error"]["code"] == "UNKNOWN_STREAM", "other events have budgets of their own"


async def test_unknown_events_cost_too(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(namespace, "EVENTS_AT_ONCE", 10.0)
    monkeypatch.setattr(namespace, "EVENTS_PER_SECOND", 0.001)
    async with server.user() as user:
        answers = await asyncio.gather(*(user.call("nonsense", {}) for _ in range(15)))
        codes = [answer["error"]["code"] for answer in answers]
        assert (codes.count("BAD_REQUEST"), codes.count("RATE_LIMITED")) == (10, 5)


async def test_who_is_refused_can_try_again_later(server: RunningServer) -> None:
    async with server.client() as stranger:
        with pytest.raises(SocketConnectionError):
            await stranger.connect()
        await stranger.register()
        await stranger.connect()
        assert stranger.socket.connected
