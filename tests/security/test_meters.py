"""Row 6: what is counted of a connection, and of an address, before anything else is done."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from server.common import socket_meter
from server.common.socket_meter import SocketMeter
from server.common.token_bucket import Rate
from server.live.connections.allowances import Allowances
from server.live.connections.connection_limiter import OFFENCE_S, OPENINGS, ConnectionLimiter
from server.process.frame_cutter import FrameCutter
from server.process.request_pace import BURST_S, RequestPace


def frame(body: bytes, masked: bool) -> bytes:
    """A frame as a client sends it, or without a mask."""
    length, mask = len(body), b"mask" if masked else b""
    bit = 0x80 if masked else 0
    if length < 126:
        return bytes([0x82, bit | length]) + mask + body
    form, code = ("!H", 126) if length < 65_536 else ("!Q", 127)
    return bytes([0x82, bit | code]) + struct.pack(form, length) + mask + body


sizes = st.one_of(st.integers(0, 130), st.sampled_from([125, 126, 127, 65_535, 65_536, 70_000]))


@given(st.lists(st.tuples(sizes, st.booleans()), max_size=8), st.lists(st.integers(1, 5000), min_size=1, max_size=9))
def test_frames_are_cut_where_they_end_however_they_arrive(frames: list[tuple[int, bool]], steps: list[int]) -> None:
    whole = [frame(b"x" * size, masked) for size, masked in frames]
    stream, cutter, found, at, turn = b"".join(whole), FrameCutter(), [], 0, 0
    while at < len(stream):
        step = steps[turn % len(steps)]
        cutter.feed(stream[at : at + step])
        at, turn = at + step, turn + 1
        while (piece := cutter.next())[0]:
            if piece[1]:
                found.append(b"")
            found[-1] += piece[0]
    assert found == whole
    assert cutter.kept == 0


def test_a_stranger_is_cut_and_somebody_known_waits() -> None:
    now, cut = 0.0, []
    meter = SocketMeter(lambda: cut.append(now), lambda: now)
    most = int(socket_meter.STRANGER_FRAMES.burst)
    assert [meter.take(1, 6) for _ in range(most)] == [0.0] * most
    assert meter.take(1, 6) is None
    assert cut == [now]
    known = SocketMeter(lambda: cut.append(now), lambda: now)
    allowance = Allowances(1.0, lambda: now).of("ada")
    known.let_in(allowance, "usr")
    waits = [known.take(1, 6) or 0.0 for _ in range(3000)]
    assert waits[0] == 0
    assert waits[-1] > 1, "the reader pauses"
    assert len(cut) == 1
    now = 3600.0
    assert known.take(1, 6) == 0


def test_bytes_count_as_frames_do() -> None:
    cut = []
    meter = SocketMeter(lambda: cut.append(1), lambda: 0.0)
    assert meter.take(1, 60_000) == 0
    assert meter.take(1, 60_000) is None
    assert cut


def test_all_connections_of_a_holder_share() -> None:
    allowances = Allowances(1.0, lambda: 0.0)
    assert allowances.of("ada") is allowances.of("ada")
    assert allowances.of("eve") is not allowances.of("ada")


def test_who_had_to_be_cut_comes_back_more_slowly() -> None:
    now = 0.0
    book = ConnectionLimiter(256, lambda: now)
    opened = 0
    for _ in range(100):
        meter = SocketMeter(lambda: None, lambda: now)
        if book.admit(f"{opened}", "a", meter):
            opened += 1
            meter.cut("flood")
            book.gone(f"{opened - 1}")
    assert opened <= OPENINGS
    assert book.admit("other", "b"), "another address is not touched"
    now += OFFENCE_S * (OPENINGS + 1)
    assert book.admit("later", "a")


def test_an_address_that_asks_too_much_waits() -> None:
    now = 0.0
    pace = RequestPace(10, lambda: now)
    free = int(10 * BURST_S)
    assert [pace.take("192.0.2.1") for _ in range(free)] == [0.0] * free
    assert pace.take("192.0.2.1") > 0
    assert pace.take("192.0.2.2") == 0
    assert pace.take("2001:db8::1") == 0
    assert [pace.take(f"2001:db8::{number:x}") for number in range(2, free + 2)][-1] > 0, "a /64 is one address"
    now = 10.0
    assert pace.take("192.0.2.1") == 0


def test_a_rate_is_what_it_says() -> None:
    assert Rate(4, 32).burst / Rate(4, 32).rate == 8
