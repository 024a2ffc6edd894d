"""Sockets to be listened on, and why a server cannot start."""

import socket


class StartError(Exception):
    """The server cannot start; the message is one line for the operator."""


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises StartError when the address is taken."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        reason = f"{host}:{port} cannot be listened on: {error.strerror}"
        raise StartError(f"PORT_UNAVAILABLE: {reason}. Choose another with PORT=… or --port.") from error
