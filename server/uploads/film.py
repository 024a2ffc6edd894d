"""A film that a process of its own decodes: frames as they are asked for, however hostile the file is."""

import asyncio
import os
import sys
from asyncio import IncompleteReadError
from contextlib import suppress
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from server.core.errors import CodedError
from server.uploads import film_wire

SERVER = Path(__file__).resolve().parents[2]
MODULE = "server.uploads.decoder_child"
PASSED_ON = ("LD_LIBRARY_PATH", "SYSTEMROOT")
"""What a Python may need to start; nothing else of the server's environment reaches the process."""
STALLED_S = 60.0
"""A film without a next frame for so long is given up."""
AHEAD_BYTES = 2 * 1024 * 1024
"""Frames that may wait here; behind them the process waits."""
CODES = {"FILM_TOO_LARGE": "FILM_TOO_LARGE", "TOO_MANY_PIXELS": "FILM_TOO_LARGE"}
"""What the process may say of a file; whatever else it says, the file cannot be read."""


class FilmError(CodedError):
    """A film cannot be read on.

    Codes: ``UNREADABLE_VIDEO``, ``FILM_TOO_LARGE``, ``FILM_STALLED``, ``DECODER_DIED``.
    """


@dataclass(frozen=True, slots=True)
class About:
    """What the file says: number of frames, and when it begins, Unix seconds; None where it does not."""

    frames: int | None
    recorded_at: float | None


@dataclass(frozen=True, slots=True)
class FilmFrame:
    """A frame at `t` milliseconds."""

    t: float
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ended.

    Attributes
    ----------
    complete : bool or None
        Whether everything was read; None where nothing says how much there is.
    why : str or None
        A code that says why not.
    frames : int or None
        How many there should be, as far as that is known now.
    """

    complete: bool | None
    why: str | None
    frames: int | None = None


class Film:
    """One film, read once.

    Parameters
    ----------
    path : Path
    side : int
        Longest side of its frames, pixels; larger ones are made smaller.
    max_bytes : int
        Largest frame, as JPEG.
    """

    def __init__(self, path: Path, side: int, max_bytes: int) -> None:
        self._command = [sys.executable, "-P", "-m", MODULE, str(path), str(side), str(max_bytes)]
        self._max_bytes = max_bytes
        self._process: asyncio.subprocess.Process | None = None
        self._last_t = -1.0

    async def __aenter__(self) -> "Film":
        kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        alone = {"PYTHONPATH": str(SERVER), "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        silent = {"OPENCV_LOG_LEVEL": "SILENT"}
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=kept | alone | silent,
            cwd="/",
            limit=AHEAD_BYTES,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is None:
            return
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
        await self._process.wait()

    @property
    def pid(self) -> int:
        """Of the process, while there is one."""
        return self._process.pid if self._process else 0

    async def about(self) -> About:
        """What the file says; the first to be asked. Raises FilmError."""
        head, _ = await self._read()
        if head.get("type") != "about":
            raise _died()
        recorded_at = head.get("recorded_at")
        return About(
            _count(head.get("frames")),
            float(recorded_at) if isinstance(recorded_at, (int, float)) and isfinite(recorded_at) else None,
        )

    async def next(self) -> FilmFrame | Ending:
        """The next frame, or how it ended. Raises FilmError."""
        head, body = await self._read()
        if head.get("type") == "end":
            complete, why = head.get("complete"), head.get("why")
            known = complete if isinstance(complete, bool) else None
            return Ending(known, str(why)[:40] if why else None, _count(head.get("frames")))
        t = head.get("t")
        if head.get("type") != "frame" or not isinstance(t, (int, float)) or not self._last_t < t < float("inf"):
            raise _died()
        self._last_t = float(t)
        return FilmFrame(self._last_t, body)

    async def _read(self) -> tuple[film_wire.Head, bytes]:
        if self._process is None or self._process.stdout is None:
            raise _died()
        try:
            async with asyncio.timeout(STALLED_S):
                head, body = await film_wire.read(self._process.stdout, self._max_bytes)
        except TimeoutError as error:
            raise FilmError("FILM_STALLED", f"The file gave no frame for {STALLED_S:.0f} s.") from error
        except (IncompleteReadError, film_wire.WireError) as error:
            raise _died() from error
        if head.get("type") == "error":
            known = CODES.get(str(head.get("code")), "UNREADABLE_VIDEO")
            raise FilmError(known, "The file cannot be read as a video.")
        return head, body


def _count(value: object) -> int | None:
    """A number of frames; None for anything else."""
    return value if isinstance(value, int) and 0 < value < 2**31 else None


def _died() -> FilmError:
    return FilmError("DECODER_DIED", "The process that decodes the file ended.")
