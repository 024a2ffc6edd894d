"""Takes the pieces of a file as they arrive: one at a time, each written before the next is asked for."""

import asyncio
import errno
import hashlib
import os
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import BinaryIO

from server.core.errors import CodedError
from server.uploads.shelf import Shelf, disk_full

PIECE_BYTES = 16 * 1024 * 1024
"""Largest piece. It may wait in memory, where the disk is slower than the network."""
AT_ONCE = 16
"""Pieces of all users that are taken at the same time."""
OF_USER = 4
"""Of these, pieces of one user, those that wait for their turn included."""
PIECE_S = 300.0
"""A piece that takes longer ends: nobody may keep a place with a byte now and then. What arrived counts."""
SILENCE_S = 30.0
"""A sender that sends nothing for so long is gone; what came before counts."""
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class PieceError(CodedError):
    """A piece was not taken, or not to its end.

    Codes: ``PIECE_TOO_LARGE``, ``CHECKSUM_MISMATCH``, ``SENDER_SILENT``, ``SENDER_SLOW``, ``UPLOADS_BUSY``,
    ``PIECE_REPLACED`` where the same file is sent by another request from now on.
    """


@dataclass(slots=True)
class Piece:
    """What came of a piece.

    Attributes
    ----------
    offset : int
        Where in the file it begins.
    room : int
        Bytes that the file still has room for.
    checksum : bytes or None
        The SHA-1 that the sender says it has.
    written : int
        Bytes of it that are on the disk and count.
    error : CodedError or None
        Why it did not come to its end.
    """

    offset: int
    room: int
    checksum: bytes | None = None
    written: int = 0
    error: CodedError | None = None


@dataclass(slots=True)
class _Turn:
    """Whose turn it is to write a file."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    replaced: asyncio.Event = field(default_factory=asyncio.Event)
    wanted: int = 0


class Intake:
    """Writes pieces to the shelf.

    A sender whose connection was lost comes back on another one, often before the first is known to be lost. So the
    newest request for a file goes first: it ends the one before, which keeps what it has.

    Parameters
    ----------
    shelf : Shelf
    """

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._turns: dict[str, _Turn] = {}
        self._askers: Counter[str] = Counter()

    @property
    def busy(self) -> set[str]:
        """Files that are being written."""
        return set(self._turns)

    def turn(self, upload_id: str, user_id: str) -> "UploadTurn":
        """Return an asynchronous context in which this request of a user alone may write or delete the file.

        Raises PieceError ``UPLOADS_BUSY`` when it is entered.
        """
        return UploadTurn(self, upload_id, user_id)

    async def write(self, upload_id: str, piece: Piece, body: AsyncIterator[bytes], turn: "UploadTurn") -> None:
        """Append a piece; `piece.written` and `piece.error` say what came of it, also when this is cancelled.

        Raises
        ------
        ShelfError
            ``FILE_GONE``
        """
        self.shelf.check_room(piece.room)
        file = await self._open(upload_id, piece)
        if file is None:
            return
        digest = hashlib.sha1(usedforsecurity=False)
        until = asyncio.get_running_loop().time() + PIECE_S
        try:
            while piece.error is None and (data := await _next(body, turn.replaced, piece)):
                await self._append(file, data, piece)
                digest.update(data)
                if asyncio.get_running_loop().time() > until:
                    piece.error = PieceError("SENDER_SLOW", f"A piece may take {PIECE_S:.0f} s.")
            await self._secure(file, piece)
        finally:
            # A piece with a checksum counts as a whole or not at all.
            if piece.checksum is not None and digest.digest() != piece.checksum:
                piece.written = 0
                piece.error = piece.error or PieceError(
                    "CHECKSUM_MISMATCH", "The piece arrived damaged. Send it again."
                )
            file.close()

    async def _open(self, upload_id: str, piece: Piece) -> BinaryIO | None:
        try:
            return await asyncio.to_thread(self.shelf.open, upload_id, piece.offset)
        except OSError as error:
            if error.errno not in FULL:
                raise
            piece.error = disk_full()
            return None

    async def _secure(self, file: BinaryIO, piece: Piece) -> None:
        """Have the disk keep what was written; a disk that finds out only now that it is full kept nothing for sure."""
        try:
            await asyncio.to_thread(os.fsync, file.fileno())
        except OSError as error:
            if error.errno not in FULL:
                raise
            piece.written, piece.error = 0, disk_full()

    async def _append(self, file: BinaryIO, data: bytes, piece: Piece) -> None:
        if piece.written + len(data) > min(piece.room, PIECE_BYTES):
            message = f"A piece has at most {PIECE_BYTES} bytes, and no more than are missing."
            piece.error = PieceError("PIECE_TOO_LARGE", message)
            return
        try:
            await asyncio.to_thread(_write_all, file, data)
        except OSError as error:
            if error.errno not in FULL:
                raise
            piece.error = disk_full()
        else:
            piece.written += len(data)

    def _enter(self, upload_id: str, user_id: str) -> _Turn:
        if self._askers.total() >= AT_ONCE or self._askers[user_id] >= OF_USER:
            raise PieceError("UPLOADS_BUSY", "The server takes many uploads just now. Try again in a moment.")
        self._askers[user_id] += 1
        turn = self._turns.setdefault(upload_id, _Turn())
        turn.wanted += 1
        turn.replaced.set()  # the one before, if there is one
        return turn

    def _leave(self, upload_id: str, user_id: str, turn: _Turn) -> None:
        self._askers[user_id] -= 1
        if not self._askers[user_id]:
            del self._askers[user_id]
        turn.wanted -= 1
        if not turn.wanted:
            del self._turns[upload_id]


class UploadTurn:
    """The right to write a file, until a newer request wants it."""

    def __init__(self, intake: Intake, upload_id: str, user_id: str) -> None:
        self._intake = intake
        self._upload_id, self._user_id = upload_id, user_id
        self._turn: _Turn | None = None
        self.replaced = asyncio.Event()

    async def __aenter__(self) -> "UploadTurn":
        turn = self._turn = self._intake._enter(self._upload_id, self._user_id)
        try:
            await turn.lock.acquire()
        except asyncio.CancelledError:
            self._intake._leave(self._upload_id, self._user_id, turn)
            raise
        turn.replaced = self.replaced
        if turn.wanted > 1:
            self.replaced.set()  # a newer request waits already
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._turn is not None:
            self._turn.lock.release()
            self._intake._leave(self._upload_id, self._user_id, self._turn)


async def _next(body: AsyncIterator[bytes], replaced: asyncio.Event, piece: Piece) -> bytes:
    """The next bytes of a body; none at its end, and where `piece.error` says why there are no more."""
    arrives = asyncio.ensure_future(anext(body, b""))
    ends = asyncio.ensure_future(replaced.wait())
    try:
        done, _ = await asyncio.wait({arrives, ends}, timeout=SILENCE_S, return_when=asyncio.FIRST_COMPLETED)
        if arrives in done:
            return arrives.result()
        if ends in done:
            piece.error = PieceError("PIECE_REPLACED", "Another request sends this file now.")
        else:
            piece.error = PieceError("SENDER_SILENT", f"Nothing arrived for {SILENCE_S:.0f} s.")
        return b""
    finally:
        arrives.cancel()
        ends.cancel()


def _write_all(file: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]
