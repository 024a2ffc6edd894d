"""A listening socket that lets in what there is room for, and does not trip over descriptors that have run out."""

import asyncio
import errno
import logging
import os
import socket
from contextlib import suppress
from typing import Any

from server.common.admissions import Admissions, Phase, Visitor
from server.process.slow_clients import REQUEST_S

logger = logging.getLogger("crowdcount")

AT_ONCE = 16
"""Connections that are accepted before others have their turn."""
OUT = (errno.EMFILE, errno.ENFILE)


class Peer(tuple[Any, ...]):
    """The address of a client, as asyncio hands it on, with what is known of the connection."""

    visitor: Visitor


class _Accepted(socket.socket):
    """Says when it is closed."""

    admissions: Admissions
    visitor: Visitor | None = None

    def close(self) -> None:
        """Close; there is room for another."""
        super().close()
        if self.visitor is not None:
            self.admissions.gone(self.visitor)


class BoundedListener(socket.socket):
    """Takes the place of a listening socket where asyncio accepts.

    Parameters
    ----------
    listener : socket
        Listens; it is given up to this one.
    admissions : Admissions
    """

    def __init__(self, listener: socket.socket, admissions: Admissions) -> None:
        super().__init__(listener.family, listener.type, listener.proto, fileno=listener.detach())
        self._admissions = admissions
        self._taken = 0
        self._spare: int | None = None
        self._take_spare()

    def accept(self) -> tuple[socket.socket, Any]:
        """The next client that there is room for.

        Raises
        ------
        BlockingIOError
            There is none, or enough were accepted at once.
        OSError
            Nothing can be accepted at all; asyncio tries again after a second.
        """
        while self._taken < AT_ONCE:
            self._taken += 1
            try:
                peer, address = super().accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                self._taken = 0
                raise
            except OSError as error:
                self._taken = AT_ONCE  # asyncio would try 2,048 times, and log each
                if error.errno in OUT and self._turn_away():
                    continue
                raise
            accepted = self._admit(peer, address)
            if accepted is not None:
                return accepted
        self._taken = 0
        raise BlockingIOError

    def close(self) -> None:
        """Listen no longer."""
        super().close()
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None

    def _admit(self, peer: socket.socket, address: Any) -> tuple[socket.socket, Any] | None:
        client = _Accepted(peer.family, peer.type, peer.proto, fileno=peer.detach())
        client.admissions = self._admissions
        client.visitor = self._admissions.admit(client, str(address[0]) if address else "")
        if client.visitor is None:
            client.close()
            return None
        named = Peer(address)
        named.visitor = client.visitor
        watch_silence(client.visitor)
        return client, named

    def _turn_away(self) -> bool:
        """Without a descriptor nothing can be accepted, and nothing be refused: who waits would be looked at for ever.
        One is kept for closing their connections."""
        if self._spare is None:
            self._take_spare()
            return False
        os.close(self._spare)
        self._spare = None
        with suppress(OSError):
            peer, _ = super().accept()
            peer.close()
        self._take_spare()
        logger.warning("no descriptor is left; a connection was closed")
        return self._spare is not None

    def _take_spare(self) -> None:
        with suppress(OSError):
            self._spare = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)


def watch_silence(visitor: Visitor) -> None:
    """Over TLS a client that says nothing is no connection yet for the server, which would wait a minute for it."""

    def look() -> None:
        if visitor.phase is Phase.SILENT:
            visitor.drop()

    with suppress(RuntimeError):  # outside of an event loop there is nobody to wait
        asyncio.get_running_loop().call_later(REQUEST_S, look)
