"""What the server says of where it is."""

import socket

import pytest

from server.process.listening import bind, urls


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", ["http://localhost"]),
        ("0.0.0.0", ["http://localhost", "http://hall.local", "http://192.0.2.7"]),
    ],
)
def test_every_address_can_be_opened(monkeypatch: pytest.MonkeyPatch, host: str, expected: list[str]) -> None:
    names = ["localhost", "hall", "hall.local", "127.0.0.1", "::1", "192.0.2.7", "fd00::7"]
    monkeypatch.setattr("server.process.listening.names_of_this_machine", lambda: names)
    with bind(host, 0) as listener:
        port = listener.getsockname()[1]
        assert urls("http", listener) == [f"{url}:{port}" for url in expected]


def test_an_address_of_ipv6_stands_in_brackets() -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    with bind("::1", 0) as listener:
        assert urls("https", listener) == [f"https://[::1]:{listener.getsockname()[1]}"]


def test_what_is_written_in_pieces_does_not_wait_for_the_other_side() -> None:
    with bind("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()) as near:
        far, _ = listener.accept()
        with far:
            assert far.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert near
