"""Passwords: hashed with bcrypt, in threads of their own, at equal cost for unknown users."""

import asyncio
import base64
import hmac
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import bcrypt

from server.api.errors import APIError
from server.words.mark import N_

T = TypeVar("T")
BCRYPT_BYTES = 72
PREHASH_KEY = b"crowdcount password, longer than bcrypt takes"
WAITING = 64
"""More passwords than this do not queue: at 0.2 s each nobody would wait for the last."""
NICENESS = 5
"""A third of what a frame gets: signing in stays possible on a machine that is full."""


def prepare(password: str) -> bytes:
    """The bytes that bcrypt gets.

    bcrypt takes at most 72 bytes and none that are zero. A longer password is replaced by the base64 of an HMAC-SHA-256
    (44 bytes), so that all of it counts. HMAC, not the bare hash: a SHA-256 that leaked elsewhere is no password here.
    """
    encoded = password.encode()
    if len(encoded) <= BCRYPT_BYTES and b"\0" not in encoded:
        return encoded
    return base64.b64encode(hmac.digest(PREHASH_KEY, encoded, "sha256"))


def _yield_to_frames() -> None:
    """Counting goes before signing in."""
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


class Passwords:
    """Hashes and checks off the event loop.

    Parameters
    ----------
    cost : int
        Work factor, the exponent of two of bcrypt's rounds.
    """

    def __init__(self, cost: int) -> None:
        self._cost = cost
        # bcrypt holds a core for about 0.2 s and lets go of the GIL.
        self._threads = ThreadPoolExecutor(
            max_workers=max(1, (os.cpu_count() or 1) // 2), thread_name_prefix="bcrypt", initializer=_yield_to_frames
        )
        self._waiting = 0
        self._nobody = self._threads.submit(self._hash, b"nobody")

    async def hash(self, password: str) -> str:
        """The hash to store."""
        return (await self._run(lambda: self._hash(prepare(password)))).decode()

    async def check(self, password: str, hashed: str | None) -> bool:
        """Whether the password fits; None stands for an unknown user and takes as long."""
        return await self._run(lambda: self._check(prepare(password), hashed))

    def outdated(self, hashed: str) -> bool:
        """Whether a hash was made with less work than hashes are made with now."""
        return int(hashed.split("$")[2]) < self._cost

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        """Work in the threads. Raises APIError 503 ``BUSY`` when too much waits already."""
        if self._waiting >= WAITING:
            message = N_("Too many people sign in at this moment. Try again in a few seconds.")
            raise APIError(503, "BUSY", message, headers={"Retry-After": "5"})
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1

    def _hash(self, prepared: bytes) -> bytes:
        return bcrypt.hashpw(prepared, bcrypt.gensalt(self._cost))

    def _check(self, prepared: bytes, hashed: str | None) -> bool:
        if hashed is None:
            bcrypt.checkpw(prepared, self._nobody.result())
            return False
        return bcrypt.checkpw(prepared, hashed.encode())
