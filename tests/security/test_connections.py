"""Row 6: silent handshakes, too many connections, floods beside a stream that behaves."""

import asyncio
import contextlib
import time

import aiohttp
import pytest
from socketio.exceptions import ConnectionError as SocketConnectionError

from server.api.http import security
from server.common.socket_meter import SocketMeter
from server.config import Settings
from server.live.connections import connection_limiter as handshakes
from server.live.connections import process_metrics as vitals
from server.live.connections.connection_limiter import ConnectionLimiter
from server.process import slow_clients as patience
from tests.faults.figures import note
from tests.media import encode_jpeg, read_vtest
from tests.support.engine import ScriptedEngine
from tests.support.server import Client, RunningServer, run_server

SOCKET = "/socket.io/?EIO=4&transport=websocket"


def test_the_promise_is_kept_by_the_constants() -> None:
    """Closed in ten seconds at the latest; the tests below only shorten the waiting."""
    assert handshakes.UNFINISHED_S + 2 * 0.5 < 10
    assert patience.REQUEST_S < 10


def test_handshakes_are_counted_and_timed() -> None:
    now = 0.0
    book = ConnectionLimiter(2, lambda: now)
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


def test_those_who_share_an_address_do_not_pay_for_a_stranger_beside_them() -> None:
    opened = []
    for known in (False, True):
        book = ConnectionLimiter(20, lambda: 0.0)
        neighbour = SocketMeter(lambda: None)
        assert book.admit("neighbour", "a", neighbour)
        neighbour.known = known
        for number in range(30):
            stranger = SocketMeter(lambda: None)
            if book.admit(f"{number}", "a", stranger):
                assert stranger.on_offence is not None
                stranger.on_offence()
                book.gone(f"{number}")
        opened.append(book.admit("device", "a"))
    assert opened == [False, True]


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


async def test_a_client_that_stops_reading_its_answers_is_cut(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing in good order would wait for the client, and keep its descriptor for ever."""
    monkeypatch.setattr(patience, "ANSWER_S", 1.0)
    host, port = server.url.removeprefix("http://").split(":")
    _reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
    request = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
    with pytest.raises(ConnectionError):
        async with asyncio.timeout(60):
            while True:  # many answers in a row, none of which is read
                writer.write(request * 50)
                await writer.drain()
                await asyncio.sleep(0.05)
    writer.close()
    with contextlib.suppress(ConnectionError):
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


@pytest.mark.few
async def test_silence_ends_as_soon_as_promised(server: RunningServer) -> None:
    """With the limits that the product has, all kinds of silence at once."""
    host, port = server.url.removeprefix("http://").split(":")
    began = time.monotonic()

    async def silent(sent: bytes) -> float:
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(sent)
        assert await closed_within(reader, 30)
        writer.close()
        return time.monotonic() - began

    async def without_a_user(client: Client) -> float:
        async with client.http.ws_connect(SOCKET) as socket:
            async for _ in socket:
                continue
        return time.monotonic() - began

    async with server.client() as client:
        halves = [b"", b"GET / HTTP/1.1\r\nHost: x\r\n"]
        took = await asyncio.gather(*map(silent, halves), *(without_a_user(client) for _ in range(3)))
    note(6, "unfinished handshakes of three kinds are closed", f"slowest after {max(took):.1f} s", "≤ 10 s")
    assert max(took) < 10


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


async def test_events_named_as_the_library_names_its_own_end_no_connection(
    settings: Settings, engine: ScriptedEngine
) -> None:
    """The server would forget a connection that stays open: past the limit, and past the end of its session."""
    few = settings.model_copy(update={"connections_per_user": 2})
    async with run_server(few, engine) as server, server.client() as user:
        await user.register()
        sockets = [await user.http.ws_connect(SOCKET) for _ in range(3)]
        answers = []
        for socket in sockets:
            await socket.receive()
            await socket.send_str("40")
            answers.append(str((await socket.receive()).data)[:2])
            if answers[-1] == "40":
                for name in ('"disconnect"', '"connect"', "7", "{}"):
                    await socket.send_str(f"421[{name}]")
                    assert "BAD_REQUEST" in str((await socket.receive()).data)
        assert answers == ["40", "40", "44"]
        async with user.http.delete("/api/session") as response:
            assert response.status == 204
        for socket in sockets[:2]:
            async with asyncio.timeout(30):
                assert "session_ended" in str((await socket.receive()).data)
                while not socket.closed:
                    await socket.receive()


def test_an_address_opens_connections_at_a_bounded_rate() -> None:
    now = 0.0
    book = ConnectionLimiter(5, lambda: now)
    opened = 0
    while book.admit("1", "a"):
        opened += 1
        if not book.admit_connect("1"):
            break
        book.gone("1")
    assert opened == handshakes.OPENINGS * 5 / 2
    assert book.admit("2", "b"), "another address is not concerned"
    now = handshakes.OPENINGS_S
    book.gone("1")
    assert book.admit("1", "a")


async def test_who_is_refused_can_try_again_later(server: RunningServer) -> None:
    async with server.client() as stranger:
        with pytest.raises(SocketConnectionError):
            await stranger.connect()
        await stranger.register()
        await stranger.connect()
        assert stranger.socket.connected


async def test_one_too_many_over_polling_is_told_to_wait(settings: Settings) -> None:
    """Not 401, by which a client takes it that it has to sign in."""
    tight = settings.model_copy(update={"connections_per_address": 3})
    async with run_server(tight, ScriptedEngine()) as server, server.client() as silent:
        polling = "/socket.io/?EIO=4&transport=polling"
        for number in range(5):
            async with silent.http.get(polling) as response:
                assert response.status == (200 if number < 3 else 429)
                if response.status == 429:
                    assert int(response.headers["Retry-After"]) > 0
                    assert "Too many connections" in await response.json()
    note(6, "a connection too many, over polling", "429 with Retry-After", "429, not 401")


async def test_a_late_event_loop_sheds_strangers_and_nobody_else(server: RunningServer) -> None:
    async with server.user() as user, server.client() as stranger:
        camera = await user.camera()
        stream = (await user.open(camera))["stream"]
        async with stranger.http.ws_connect(SOCKET) as socket:
            await socket.receive(timeout=20)  # what the transport says at first
            receiving = asyncio.create_task(socket.receive())
            for _ in range(4):
                time.sleep(vitals.LOOK_EVERY_S + vitals.LATE_S)  # noqa: ASYNC251 - the loop is to be late
                await asyncio.sleep(0.01)
            # Long before the limit for those who never say who they are.
            closed = await asyncio.wait_for(receiving, handshakes.UNFINISHED_S / 4)
            assert closed.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
        assert user.socket.connected
        assert (await user.frame(stream, 1, encode_jpeg(read_vtest(1)[0])))["status"] == "processed"
