"""Row 6: connections are bounded from their first moment on, and running out of descriptors stops nobody."""

import asyncio
import errno
import logging
import os
import resource
import socket
from contextlib import AsyncExitStack, ExitStack, suppress

import pytest

from server.common.admissions import OPENINGS_S, VISITOR, Admissions, Phase, Visitor, let_in
from server.common.log_limits import LogLimiter
from server.common.logs import TextFormatter
from server.config import Settings
from server.process.bounded_listener import AT_ONCE, BoundedListener
from server.process.descriptors import for_connections, limit, raise_limit
from server.process.listening import bind
from tests.support.engine import ScriptedEngine
from tests.support.server import run_server
from tests.support.wait import until


class Line(socket.socket):
    """Remembers that it was dropped."""

    dropped = False

    def shutdown(self, _how: int) -> None:
        """The server ends it."""
        self.dropped = True


def admit(book: Admissions, address: str) -> tuple[Visitor | None, Line]:
    line = Line()
    line.close()
    return book.admit(line, address), line


def test_who_says_nothing_goes_first_and_who_is_at_work_stays() -> None:
    book = Admissions(100, 3, 100, clock=lambda: 0.0)
    busy, silent, between = (admit(book, "192.0.2.1") for _ in range(3))
    assert busy[0]
    assert between[0]
    busy[0].phase, between[0].phase = Phase.BUSY, Phase.BETWEEN
    newcomer, _ = admit(book, "192.0.2.1")
    assert newcomer
    assert [one.dropped for _, one in (busy, silent, between)] == [False, True, False]
    newcomer.phase = Phase.BUSY
    newest, _ = admit(book, "192.0.2.1")
    assert between[1].dropped
    assert newest
    newest.phase = Phase.BUSY
    assert admit(book, "192.0.2.1")[0] is None, "all are at work"
    assert admit(book, "192.0.2.2")[0]


def test_in_total_the_address_with_most_gives_way() -> None:
    book = Admissions(4, 4, 100, clock=lambda: 0.0)
    many = [admit(book, "192.0.2.1") for _ in range(3)]
    few = admit(book, "192.0.2.2")
    assert admit(book, "192.0.2.3")[0]
    assert [one.dropped for _, one in many] == [True, False, False]
    assert not few[1].dropped


def test_a_full_house_drops_strangers_at_work_and_keeps_who_was_let_in() -> None:
    book = Admissions(6, 6, 100, clock=lambda: 0.0)
    found = [admit(book, address) for address in ("192.0.2.1",) * 3 + ("192.0.2.2", "192.0.2.3", "192.0.2.3")]
    for visitor, _ in found:
        assert visitor
        visitor.phase = Phase.BUSY
    for number in (1, 4):
        let_in({"state": {VISITOR: found[number][0]}}, "ada")
    newcomers = [admit(book, f"198.51.100.{number}") for number in range(4)]
    assert all(visitor for visitor, _ in newcomers)
    assert [line.dropped for _, line in found] == [True, False, True, True, False, True]
    assert not any(line.dropped for _, line in newcomers), "older ones go first"
    for visitor, _ in newcomers:
        assert visitor
        visitor.let_in("eve")
        visitor.phase = Phase.BUSY
    assert admit(book, "192.0.2.9")[0] is None, "everybody was let in and is at work"
    assert newcomers[2][0]
    newcomers[2][0].phase = Phase.BETWEEN
    assert admit(book, "192.0.2.9")[0]
    assert newcomers[2][1].dropped


def test_one_holder_has_only_so_many_connections_that_go_last() -> None:
    book = Admissions(4, 4, 100, clock=lambda: 0.0, per_holder=2)
    many = [admit(book, "192.0.2.1") for _ in range(4)]
    for visitor, _ in many:
        assert visitor
        visitor.let_in("eve")
        visitor.let_in("eve")
        visitor.phase = Phase.BUSY
    assert [admit(book, "192.0.2.2")[0] is None for _ in range(2)] == [False, False]
    assert [line.dropped for _, line in many] == [False, False, True, True]
    for visitor, _ in many:
        assert visitor
        book.gone(visitor)
        visitor.let_in("eve")
    assert not book._held, "who is gone holds nothing"
    assert book._strangers == {"192.0.2.2": 2}


async def test_users_are_served_while_strangers_have_every_connection(settings: Settings) -> None:
    """Strangers' requests do not end; who was let in stays, and a user who comes gets an answer."""
    full = settings.model_copy(update={"connections": 24, "connections_per_address": 256})
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(run_server(full, ScriptedEngine()))
        ada = await stack.enter_async_context(server.user("ada"))
        stream = (await ada.open(await ada.camera()))["stream"]
        host, port = server.url.removeprefix("http://").split(":")
        head = ("POST /api/session HTTP/1.1", f"Host: {host}:{port}", f"Origin: {server.url}", "Content-Length: 500")
        slow = "\r\n".join((*head, "Content-Type: application/json", "", "{")).encode()
        dropped = 0

        async def stay(source: str) -> None:
            nonlocal dropped
            with suppress(OSError):
                reader, writer = await asyncio.open_connection(host, int(port), local_addr=(source, 0))
                stack.callback(writer.close)
                writer.write(slow)
                if not await reader.read(1):
                    dropped += 1

        strangers = [asyncio.create_task(stay(f"127.0.0.{number % 5 + 2}")) for number in range(60)]
        await until(lambda: dropped >= 37)
        assert (await ada.frame(stream, 1))["status"] == "processed"
        for _ in range(3):
            again = await stack.enter_async_context(server.client())
            await again.sign_in("ada")
            assert (await again.get("/api/session"))["user"]["username"] == "ada"
            await again.connect()
        assert (await ada.frame(stream, 2))["status"] == "processed"
        for task in strangers:
            task.cancel()


def test_a_network_of_ipv6_is_one_address_and_a_proxy_is_none() -> None:
    book = Admissions(100, 2, 100, ["198.51.100.0/24"], lambda: 0.0)
    first = admit(book, "2001:db8::1")[1]
    assert admit(book, "2001:db8::2")[0]
    assert admit(book, "2001:db8::3")[0]
    assert first.dropped
    proxied = [admit(book, "198.51.100.7")[0] for _ in range(20)]
    assert all(proxied)


def test_an_address_opens_only_so_many_in_a_while() -> None:
    now = 0.0
    book = Admissions(10_000, 10_000, 2, clock=lambda: now)
    for _ in range(int(2 * OPENINGS_S)):
        assert admit(book, "192.0.2.1")[0]
    assert admit(book, "192.0.2.1")[0] is None
    assert admit(book, "192.0.2.2")[0]
    now = 1.0
    assert admit(book, "192.0.2.1")[0]


def test_closing_makes_room() -> None:
    book = Admissions(1, 1, 100, clock=lambda: 0.0)
    one, _ = admit(book, "192.0.2.1")
    assert one
    one.phase = Phase.BUSY
    one.let_in("ada")
    assert admit(book, "192.0.2.2")[0] is None
    book.gone(one)
    book.gone(one)
    assert admit(book, "192.0.2.2")[0]


async def test_a_listener_accepts_a_few_at_once_and_counts_what_it_accepted() -> None:
    book = Admissions(100, 100, 1000)
    with BoundedListener(bind("127.0.0.1", 0), book) as listener, ExitStack() as stack:
        listener.setblocking(False)
        for _ in range(AT_ONCE + 4):
            stack.enter_context(socket.create_connection(listener.getsockname()))
        accepted = []
        for _ in range(2):
            with suppress(BlockingIOError):
                while True:
                    accepted.append(listener.accept()[0])
            assert len(accepted) == min(len(accepted), AT_ONCE) or len(accepted) == AT_ONCE + 4
        assert len(accepted) == AT_ONCE + 4
        assert book._count == len(accepted)
        for one in accepted:
            one.close()
        assert book._count == 0


async def test_running_out_of_descriptors_closes_who_waits(caplog: pytest.LogCaptureFixture) -> None:
    """Instead of looking at them again and again."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with BoundedListener(bind("127.0.0.1", 0), Admissions(100, 100, 1000)) as listener, ExitStack() as stack:
        listener.setblocking(False)
        waiting = [stack.enter_context(socket.create_connection(listener.getsockname())) for _ in range(3)]
        opened = [os.open(os.devnull, os.O_RDONLY)]
        resource.setrlimit(resource.RLIMIT_NOFILE, (opened[0] + 20, hard))
        try:
            with suppress(OSError):
                while True:
                    opened.append(os.open(os.devnull, os.O_RDONLY))
            for _ in range(6):
                with suppress(BlockingIOError):
                    listener.accept()
            for line in waiting:
                line.settimeout(5)
                with suppress(ConnectionResetError):
                    assert line.recv(1) == b""
        finally:
            for number in opened:
                os.close(number)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert "descriptor" in caplog.text


async def test_what_cannot_be_accepted_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once: asyncio would otherwise try, and log, 2,048 times in a row."""
    with BoundedListener(bind("127.0.0.1", 0), Admissions(100, 100, 1000)) as listener:
        monkeypatch.setattr(socket.socket, "accept", lambda _self: (_ for _ in ()).throw(OSError(errno.ENOBUFS, "x")))
        with pytest.raises(OSError, match="x"):
            listener.accept()
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_as_many_descriptors_are_taken_as_there_are() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, soft), hard))
        assert raise_limit() == limit() > 256
        assert for_connections() < limit()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def line(text: str, *arguments: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("crowdcount.live", logging.INFO, "", 1, text, arguments, None)
    made.__dict__.update(extra)
    return made


def test_what_strangers_cause_is_said_once_a_minute_with_a_count() -> None:
    now = 0.0
    limiter = LogLimiter(lambda: now)
    written = [limiter.filter(line("connection %s dropped", number)) for number in range(1000)]
    assert sum(written) == 20
    assert sum(limiter.filter(line(f"connection 1af3c{number:011} dropped")) for number in range(1000)) <= 21
    assert limiter.filter(line("something else"))
    now = 61.0
    late = line("connection %s dropped", 1)
    assert limiter.filter(late)
    assert TextFormatter().format(late).endswith("withheld=980")
    assert not limiter.filter(line("connection %s dropped", 1))
    assert all(limiter.filter(line("stream opened", user="usr_1")) for _ in range(1000)), "bounded elsewhere"


def test_a_line_is_no_longer_than_it_may_be() -> None:
    one = line("no route %s", "x" * 100_000)
    assert LogLimiter().filter(one)
    assert len(TextFormatter().format(one)) < 2200


def test_no_kind_of_sentence_takes_memory_for_good() -> None:
    now = 0.0
    limiter = LogLimiter(lambda: now)
    for number in range(5000):
        now += 3600
        limiter.filter(line(f"sentence {chr(97 + number % 26)}{chr(97 + number // 26 % 26)}{chr(97 + number // 676)}"))
    assert len(limiter._kinds) <= 1100


async def test_silence_ends_where_no_request_was_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """As over TLS, where the server does not know of a client before it has spoken."""
    monkeypatch.setattr("server.process.bounded_listener.REQUEST_S", 0.2)
    with BoundedListener(bind("127.0.0.1", 0), Admissions(10, 10, 100)) as listener:
        listener.setblocking(False)
        with socket.create_connection(listener.getsockname()) as client:
            far, _ = listener.accept()
            await asyncio.sleep(0.5)
            client.settimeout(5)
            assert client.recv(1) == b""
            far.close()
