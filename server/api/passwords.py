"""Passwords: hashed with bcrypt, in threads of their own, at equal cost for unknown users."""

import asyncio
import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor

import bcrypt

MIN_CHARACTERS = 8
MAX_CHARACTERS = 1024
BCRYPT_BYTES = 72


def prepare(password: str) -> bytes:
    """The bytes that bcrypt gets.

    bcrypt takes at most 72 bytes. A longer password is replaced by the base64 of its SHA-256 (44 bytes, no NUL), so
    that all of it counts.
    """
    encoded = password.encode()
    if len(encoded) <= BCRYPT_BYTES and b"\0" not in encoded:
        return encoded
    return base64.b64encode(hashlib.sha256(encoded).digest())


class Passwords:
    """Hashes and checks off the event loop.

    Parameters
    ----------
    cost : int
        Work factor, the exponent of two of bcrypt's rounds.
    """

    def __init__(self, cost: int) -> None:
        self._cost = cost
        # Two at once: bcrypt holds a core for about 0.2 s, and frames need the others.
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="bcrypt")
        self._nobody: bytes | None = None

    async def hash(self, password: str) -> str:
        """The hash to store."""
        loop = asyncio.get_running_loop()
        return (await loop.run_in_executor(self._threads, self._hash, prepare(password))).decode()

    async def check(self, password: str, hashed: str | None) -> bool:
        """Whether the password fits; None stands for an unknown user and takes as long."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._check, prepare(password), hashed)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _hash(self, prepared: bytes) -> bytes:
        return bcrypt.hashpw(prepared, bcrypt.gensalt(self._cost))

    def _check(self, prepared: bytes, hashed: str | None) -> bool:
        if hashed is not None:
            return bcrypt.checkpw(prepared, hashed.encode())
        if self._nobody is None:
            self._nobody = self._hash(b"nobody")
        bcrypt.checkpw(prepared, self._nobody)
        return False
