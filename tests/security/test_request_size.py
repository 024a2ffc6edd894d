"""Large headers and bodies are work for the event loop: strangers have little of it, and others their turn."""

import asyncio
import logging
import time
from contextlib import suppress

import aiohttp
import pytest

from server.process.request_pace import BURST_S, RequestPace
from server.process.request_size import HEAD_BYTES, MOST_HEADERS, RequestSize, head_is_too_large
from tests.faults.figures import note
from tests.support.server import RunningServer

LATE_S = 0.1


def size(*headers: tuple[bytes, bytes], path: str = "/login", query: bytes = b"") -> RequestSize:
    return RequestSize({"headers": list(headers), "path": path, "raw_path": path.encode(), "query_string": query})


def test_a_usual_request_costs_one_and_a_large_one_more() -> None:
    usual = [(f"name-{number}".encode(), b"x" * 80) for number in range(20)]
    assert size(*usual, (b"content-length", b"300")).cost == 1
    assert size((b"content-length", b"65536")).cost == 61
    assert size((b"transfer-encoding", b"chunked")).cost == 61
    assert size((b"content-length", b"9" * 30)).cost == size((b"content-length", b"-1")).cost == 61
    assert size((b"x", b"a" * 12_000)).cost > 8
    assert size(query=b"a" * 12_000).cost > 8
    assert size(*[(b"x", b"")] * 80).cost == 11
    polls = size((b"content-length", b"900000"), path="/socket.io/")
    assert polls.cost == 1, "what sockets send is counted with their holders"


def test_headers_end_somewhere() -> None:
    assert not size((b"x", b"a" * (HEAD_BYTES - 100))).too_large
    assert size((b"x", b"a" * HEAD_BYTES)).too_large
    assert size(query=b"a" * HEAD_BYTES).too_large
    assert size(*[(b"x", b"")] * (MOST_HEADERS + 1)).too_large
    head, body = b"POST / HTTP/1.1\r\nHost: x\r\n", b"a" * 60_000
    for whole in (head + b"\r\n" + body, b"\r\n" + body, b"\n" + body, head[:-2] + b"\n\n" + body, head * 10):
        assert not head_is_too_large(whole)
    assert head_is_too_large(head + b"X: " + body + b"\r\n\r\n")


def test_large_requests_of_an_address_are_few() -> None:
    pace = RequestPace(200, lambda: 0.0)
    at_once = 0
    while pace.take("192.0.2.1", size((b"content-length", b"65536")).cost) == 0:
        at_once += 1
    assert at_once == int(200 * BURST_S / 61)


async def answer(server: RunningServer, request: bytes) -> bytes:
    """The first line of what a request as bytes is answered."""
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(request)
        return (await asyncio.wait_for(reader.readline(), 10)).strip()
    finally:
        writer.close()


@pytest.mark.parametrize("chunk", [1_000_000, 7_000])
async def test_headers_without_end_are_refused_however_they_arrive(server: RunningServer, chunk: int) -> None:
    host = server.url.removeprefix("http://").encode()
    head = b"GET /login HTTP/1.1\r\nHost: " + host + b"\r\n"
    assert await answer(server, head + b"X: y\r\n" * 50 + b"\r\n") == b"HTTP/1.1 200 OK"
    refused = await answer(server, head + b"X: y\r\n" * 150 + b"\r\n")
    assert refused.startswith(b"HTTP/1.1 431"), refused
    request = head + b"X: " + b"y" * 60_000 + b"\r\n\r\n"
    reader, writer = await asyncio.open_connection(*host.decode().split(":"))
    found = b""
    with suppress(ConnectionError):  # it is closed while there is more to send
        for at in range(0, len(request), chunk):
            writer.write(request[at : at + chunk])
            await asyncio.sleep(0.02)
        found = await asyncio.wait_for(reader.readline(), 10)
    writer.close()
    assert not found or found.split()[1] in (b"431", b"400"), found


async def test_a_list_of_languages_without_end_is_read_from_its_beginning(server: RunningServer) -> None:
    async with server.client() as user:
        for asked, expected in (("de;q=1," + "x," * 5_000, "de"), ("x," * 5_000 + "de", "en")):
            async with user.http.get("/login", headers={"Accept-Language": asked}) as response:
                assert response.headers["Content-Language"] == expected


async def test_a_socket_elsewhere_is_refused_without_a_fault(
    server: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    key = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    host = server.url.removeprefix("http://").encode()
    upgrade = b"\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" + key + b"\r\n"
    with caplog.at_level(logging.ERROR):
        for path in (b"/login", b"/api/session", b"/", b"/socket.iox/"):
            found = await answer(server, b"GET " + path + b" HTTP/1.1\r\nHost: " + host + upgrade)
            assert found.startswith(b"HTTP/1.1 403"), found
    assert not caplog.records


@pytest.mark.alone
async def test_large_requests_of_strangers_leave_the_loop_to_others(server: RunningServer) -> None:
    """Server and measurement share one loop; 12 connections send as large headers and forms as fast as they can."""
    late: list[float] = []
    stop = time.monotonic() + 8

    async def flood(number: int) -> None:
        form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": server.url}
        async with aiohttp.ClientSession(server.url) as http:
            while time.monotonic() < stop:
                try:
                    if number % 2:
                        kept = http.post("/language", data="a&" * 32_000, headers=form)
                    else:
                        kept = http.get("/login", headers={"Accept-Language": "a," * 8_000})
                    async with kept as response:
                        await response.read()
                except aiohttp.ClientError:
                    await asyncio.sleep(0.01)

    async def sample() -> None:
        while time.monotonic() < stop:
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            late.append(time.perf_counter() - began - 0.005)

    await asyncio.gather(sample(), *(flood(number) for number in range(12)))
    # The first of them are free; then only what the pace lets through.
    later = sorted(late[len(late) // 2 :])
    p95 = later[len(later) * 95 // 100]
    note(6, "lag of the loop, p95, beside large headers and forms of strangers", f"{p95 * 1e3:.0f} ms", "< 100 ms")
    assert p95 < LATE_S
