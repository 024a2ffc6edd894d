"""Sockets to be listened on, and why a server cannot start."""

import socket

from server.common.certificates import names_of_this_machine

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
"""Addresses to listen on that nobody can open."""


class StartError(Exception):
    """The server cannot start; the message is one line for the operator."""


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises StartError when the address is taken."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        reason = f"{host}:{port} cannot be listened on: {error.strerror}"
        raise StartError(f"PORT_UNAVAILABLE: {reason}. Choose another with PORT=… or --port.") from error
    # Connections inherit it. asyncio sets it for sockets alone that say that they are TCP, which these do not; without
    # it what is written in two pieces, as every answer is, waits 40 ms for the other side to acknowledge the first.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def urls(scheme: str, listener: socket.socket) -> list[str]:
    """Where a listening socket is reached: from this machine first, then from others where they can."""
    host, port = listener.getsockname()[:2]
    hosts = ["localhost" if host in ("127.0.0.1", *EVERYWHERE) else host]
    if host in EVERYWHERE:
        # Of the kind that is listened on; a name without a dot is known to few networks.
        mark = ":" if ":" in host else "."
        hosts += [name for name in names_of_this_machine() if mark in name and name not in ("127.0.0.1", "::1")]
    return [f"{scheme}://{f'[{name}]' if ':' in name else name}:{port}" for name in hosts]
