"""Requests to addresses that users gave, over real sockets."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator

import pytest

from server.alerts.failure import DeliveryError
from server.alerts.safe_http import SafeHttpClient
from tests.alerts.receivers import Receiver
from tests.faults.figures import note


@pytest.fixture
async def strict() -> AsyncIterator[SafeHttpClient]:
    """As on most servers."""
    outside = SafeHttpClient(allow_private=False, timeout_s=5)
    await outside.open()
    yield outside
    await outside.close()


@pytest.fixture
async def lenient() -> AsyncIterator[SafeHttpClient]:
    """Where the operator allows this machine; with little patience."""
    outside = SafeHttpClient(allow_private=True, timeout_s=0.5)
    await outside.open()
    yield outside
    await outside.close()


async def code_of(outside: SafeHttpClient, url: str) -> str:
    with pytest.raises(DeliveryError) as failed:
        await outside.post(url, b"{}", {})
    return failed.value.code


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"])
async def test_nothing_reaches_this_machine(strict: SafeHttpClient, hook: Receiver, host: str) -> None:
    port = hook.url.rpartition(":")[2]
    code = "UNKNOWN_NAME" if host == "localhost" else "PRIVATE_ADDRESS"
    assert await code_of(strict, f"http://{host}:{port}/") == code
    assert hook.got == []
    note(20, f"a web hook to {host}", "refused, nothing arrived", "refused")


async def test_a_name_that_leads_here_is_refused(
    strict: SafeHttpClient, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a name server of an attacker may say: a public address first and a private one beside it."""
    port = int(hook.url.rpartition(":")[2])
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in ("93.184.216.34", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: answers)
    assert await code_of(strict, f"http://rebind.example.org:{port}/") == "UNKNOWN_NAME"
    assert hook.got == []


async def test_the_address_that_is_connected_to_is_the_one_that_was_checked(
    strict: SafeHttpClient, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that changes between two questions (rebinding): the second answer meets the same gate."""
    port = int(hook.url.rpartition(":")[2])
    asked: list[str] = []

    def look_up(host: str, *args: object, **more: object) -> list[tuple[object, ...]]:
        asked.append(host)
        address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    connected: list[object] = []

    async def connect(self: object, sock: socket.socket, address: object) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", lambda sock, address: connect(None, sock, address))
    assert await code_of(strict, f"http://rebind.example.org:{port}/") == "UNREACHABLE"
    assert (asked, connected) == (["rebind.example.org"], [("93.184.216.34", port)])
    assert await code_of(strict, f"http://rebind.example.org:{port}/") == "UNKNOWN_NAME"
    assert len(connected) == 1


async def test_names_inside_look_as_if_there_were_none(strict: SafeHttpClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a user could learn from tests of web hooks about the network behind the server: nothing, by word or time."""
    inside = {"db": "10.0.0.5", "vault": "192.168.1.9", "meta": "169.254.169.254", "six": "fd00::1", "self": "::1"}

    def look_up(host: str, port: int, *args: object, **more: object) -> list[tuple[object, ...]]:
        name = host.partition(".")[0]
        if name not in inside:
            time.sleep(0.3)  # as a question that goes far does
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET6 if ":" in inside[name] else socket.AF_INET, 1, 6, "", (inside[name], port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr("server.alerts.safe_http.NAME_S", 1.0)
    told: set[tuple[str, str]] = set()
    times: dict[bool, list[float]] = {True: [], False: []}
    for name in (*inside, *["none", "nowhere"] * 2):
        began = time.monotonic()
        with pytest.raises(DeliveryError) as failed:
            await strict.post(f"https://{name}.corp.example/", b"{}", {})
        times[name in inside].append(time.monotonic() - began)
        told.add((failed.value.code, failed.value.message))
    assert len(told) == 1, told
    # Whatever else the machine does only adds to a time: the shortest ones show what the answer itself takes.
    apart = abs(min(times[True]) - min(times[False]))
    assert apart < 0.15, times
    spread = f"one answer, {apart * 1000:.0f} ms apart"
    note(20, "web hooks to names inside and to names that do not exist", spread, "not to be told apart")


async def test_the_last_gate_holds_by_itself(
    strict: SafeHttpClient, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if a lookup were not checked, no socket is made for a private address."""

    async def blind(self: object, host: str, port: int = 0, family: int = 0) -> list[dict[str, object]]:
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": socket.AF_INET, "proto": 6, "flags": 0}]

    monkeypatch.setattr("server.alerts.safe_http.GuardedResolver.resolve", blind)
    port = hook.url.rpartition(":")[2]
    assert await code_of(strict, f"http://innocent.example.org:{port}/") == "UNKNOWN_NAME"
    assert hook.got == []


async def test_redirects_are_not_followed(lenient: SafeHttpClient, hook: Receiver) -> None:
    hook.answers.append(307)
    hook.headers["Location"] = f"{hook.url}/inside"
    assert await lenient.post(f"{hook.url}/outside", b"{}", {}) == 307
    assert [request.path for request in hook.got] == ["/outside"]


async def test_a_receiver_that_does_not_answer(lenient: SafeHttpClient, hook: Receiver) -> None:
    hook.gate.clear()
    assert await code_of(lenient, hook.url) == "TIMEOUT"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n",
    ],
)
async def test_an_endless_answer_is_not_read(lenient: SafeHttpClient, answer: bytes) -> None:
    sent = 0

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        try:
            while sent < 200_000_000:
                writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                sent += 65536
                await writer.drain()
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(pour, "127.0.0.1", 0)
    async with server:
        assert await lenient.post(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", b"{}", {}) == 200
    assert sent < 20_000_000


@pytest.mark.parametrize("said", [b"", b"220 mail.example.org\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000])
async def test_what_is_no_answer(lenient: SafeHttpClient, said: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        assert await code_of(lenient, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/") == "BROKEN"


async def test_nobody_there(lenient: SafeHttpClient) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert await code_of(lenient, f"http://127.0.0.1:{free.getsockname()[1]}/") == "UNREACHABLE"
    assert await code_of(lenient, "http://no-such-name.invalid/") == "UNKNOWN_NAME"
