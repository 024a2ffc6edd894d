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

from server.api.http.password_queue import PasswordClient, PasswordQueue, busy

T = TypeVar("T")
BCRYPT_BYTES = 72
PREHASH_KEY = b"crowdcount password, longer than bcrypt takes"
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
        self._places = PasswordQueue()
        self._nobody = self._threads.submit(self._hash, b"nobody")

    async def hash(self, password: str, asker: PasswordClient | None = None) -> str:
        """The hash to store. Raises APIError as `PasswordQueue`."""
        return (await self._run(lambda: self._hash(prepare(password)), asker)).decode()

    async def check(self, password: str, hashed: str | None, asker: PasswordClient | None = None) -> bool:
        """Whether the password fits; None: an unknown user, which takes as long. Raises APIError as `PasswordQueue`."""
        return await self._run(lambda: self._check(prepare(password), hashed), asker)

    def outdated(self, hashed: str) -> bool:
        """Whether a hash was made with less work than hashes are made with now."""
        return _cost_of(hashed) < self._cost

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], T], asker: PasswordClient | None) -> T:
        with self._places.one(asker) as place:
            job = asyncio.get_running_loop().run_in_executor(self._threads, work)
            place.give_up = job.cancel
            try:
                return await job
            except asyncio.CancelledError:
                if place.lost and job.cancelled():
                    raise busy() from None
                raise

    def _hash(self, prepared: bytes) -> bytes:
        return bcrypt.hashpw(prepared, bcrypt.gensalt(self._cost))

    def _check(self, prepared: bytes, hashed: str | None) -> bool:
        if hashed is None:
            bcrypt.checkpw(prepared, self._nobody.result())
            return False
        if bcrypt.checkpw(prepared, hashed.encode()):
            return True
        # A hash from before the cost was raised took less work than an unknown name: 2^c + 2^c + 2^(c+1) + … = 2^cost.
        for cost in range(_cost_of(hashed), self._cost):
            bcrypt.hashpw(prepared, bcrypt.gensalt(cost))
        return False


def _cost_of(hashed: str) -> int:
    return int(hashed.split("$")[2])
