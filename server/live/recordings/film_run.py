"""One run: a film is decoded in a process of its own, and its frames are counted like those of any stream."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from server.common.addresses import network_of
from server.common.background import unbroken
from server.config import Settings
from server.core.errors import CodedError
from server.core.quality import Quality, sent_side
from server.live.streams.frame import FIRST_RECORDING_MS, FrameMessage
from server.live.streams.registry import OpenRequest, Registry
from server.live.streams.stream import Stream
from server.storage.accounts.audit import select_sign_up_address
from server.storage.cameras.plans import select_plan
from server.storage.engine.database import Database
from server.storage.recordings.recordings import date_recording, select_recording
from server.storage.recordings.runs import OwnedRun, update_run
from server.uploads.film import Ending, Film, FilmFrame

logger = logging.getLogger("crowdcount.live")

NEW_S = 86_400.0
"""Accounts that were made at one address within this time share one owner's part of a full machine."""
AGAIN_S = 0.5
"""Until a frame is offered again that the engine could not take."""
TRIES = 3
"""A frame that stops the vision process so often is left out, and said."""
SAVE_EVERY_S = 3.0
FRAME_CODES = frozenset(
    {"EMPTY_FRAME", "NOT_A_JPEG", "TOO_MANY_PIXELS", "TOO_MANY_SCANS", "BROKEN_JPEG", "FRAME_TOO_LARGE", "INTERNAL"}
)
"""The fault of one frame; with any other code no frame of the film will be counted."""
WAIT_CODES = frozenset({"ENGINE_UNAVAILABLE", "STREAM_SUSPENDED"})
"""Trouble that passes."""
Columns = dict[str, object]
"""What a run came to, by the columns of `runs`."""
RELIABLE = 10
"""Frames after which the time that is left can be estimated."""


class RunStoppedError(Exception):
    """The run was ended from outside: it was deleted, or the server stops."""


@dataclass(slots=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    frames, refused : int
    expected : int or None
    begun : float
        Seconds, monotonic.
    """

    begun: float
    frames: int = 0
    refused: int = 0
    expected: int | None = None

    def left_s(self, now: float) -> float | None:
        """Seconds until the end at this pace; None where that cannot be said."""
        if self.expected is None or self.frames < RELIABLE:
            return None
        return max(0.0, (now - self.begun) / self.frames * (self.expected - self.frames))


class FilmRun:
    """Counts one film.

    Parameters
    ----------
    owned : OwnedRun
        With an empty camera.
    path : Path
        The file.
    settings : Settings
    database : Database
    registry : Registry
    clock : callable
        Seconds, monotonic.
    """

    def __init__(
        self,
        owned: OwnedRun,
        path: Path,
        settings: Settings,
        database: Database,
        registry: Registry,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._owned = owned
        self._path = path
        self._settings = settings
        self._database = database
        self._registry = registry
        self._clock = clock
        self._seq = 0
        self._saved = clock()
        self._last: dict[str, Any] = {}
        self.progress = Progress(clock())

    async def count(self) -> Columns:
        """Count every frame.

        Raises
        ------
        RunStoppedError
        CodedError
            The film cannot be read, or nothing can be counted with these settings.
        SQLAlchemyError
        """
        quality = Quality(self._owned.run.quality)
        side = sent_side(quality, self._settings.max_side)
        async with Film(self._path, side, self._settings.max_bytes) as film:
            about = await film.about()
            self.progress.expected = about.frames
            stream = await self._open(quality, about.recorded_at)
            try:
                while not isinstance(found := await film.next(), Ending):
                    await self._count(stream, found)
            finally:
                await unbroken(self._end(stream))
        return self._outcome(stream, found)

    async def _open(self, quality: Quality, container_at: float | None) -> Stream:
        """The stream of this run, dated by the film."""
        run, owner = self._owned.run, self._owned.owner_id
        recorded_at = await unbroken(self._date(container_at))
        async with self._database.reading() as connection:
            stored = await select_plan(connection, owner, run.camera_id)
            made_at = await select_sign_up_address(connection, owner, time.time() - NEW_S)
        request = OpenRequest(
            sid=f"run {run.id}",
            owner_id=owner,
            camera_id=run.camera_id,
            source="file",
            model=run.model,
            quality=quality,
            resume=None,
            plan=stored,
            recorded_at=recorded_at,
            group=f"new accounts of {network_of(made_at)}" if made_at else "",
            recording=True,
        )
        return self._registry.open(request)[0]

    async def _date(self, container_at: float | None) -> float | None:
        """Take the date of the file, where it can be true, unless the user gave another. Returns what holds."""
        run, now = self._owned.run, time.time()
        usable = container_at is not None and FIRST_RECORDING_MS / 1000 <= container_at <= now
        async with self._database.writing() as connection:
            if usable and container_at is not None:
                await date_recording(connection, run.recording_id, container_at)
            recording = await select_recording(connection, self._owned.owner_id, run.recording_id)
            recorded_at = recording.recorded_at if recording else None
            values = {"recorded_at": recorded_at, "frames_expected": self.progress.expected}
            if not await update_run(connection, run.id, **values):
                raise RunStoppedError
        return recorded_at

    async def _count(self, stream: Stream, frame: FilmFrame) -> None:
        tries = 0
        while (code := await self._offer(stream, frame)) is not None:
            if code in WAIT_CODES or (code == "ENGINE_RESTARTED" and (tries := tries + 1) < TRIES):
                await asyncio.sleep(AGAIN_S)
                continue
            if code not in FRAME_CODES and code != "ENGINE_RESTARTED":
                raise CodedError(code, "The film cannot be counted with these settings.")
            self.progress.refused += 1
            break
        self.progress.frames += 1
        if self._clock() - self._saved >= SAVE_EVERY_S:
            await unbroken(self._save())

    async def _offer(self, stream: Stream, frame: FilmFrame) -> str | None:
        """Have a frame counted. Returns a code where it was not."""
        self._seq += 1
        answer = await stream.offer(FrameMessage(self._seq, frame.t, frame.jpeg))
        if "error" in answer:
            return str(answer["error"]["code"])
        if answer["status"] != "processed":
            raise RunStoppedError
        self._last = answer["result"]
        return None

    async def _save(self) -> None:
        """Keep how far it is. Raises RunStoppedError for a run that is gone."""
        self._saved = self._clock()
        if self._database.trouble is not None:
            return  # counting does not depend on the disk
        values = {"frames_read": self.progress.frames, "frames_refused": self.progress.refused}
        try:
            async with self._database.writing() as connection:
                known = await update_run(connection, self._owned.run.id, **values)
        except SQLAlchemyError:
            logger.exception("how far a recording is could not be saved", extra={"run": self._owned.run.id})
        else:
            if not known:
                raise RunStoppedError

    async def _end(self, stream: Stream) -> None:
        if any(one is stream for one in self._registry.streams()):
            await self._registry.end(stream)

    def _outcome(self, stream: Stream, ending: Ending) -> Columns:
        progress, summary = self.progress, stream.summary()
        counted = progress.frames - progress.refused
        complete, why = ending.complete, ending.why
        if progress.refused:
            complete, why = False, why or "FRAMES_REFUSED"
        if not counted:
            raise CodedError(why or "UNREADABLE_VIDEO", "No frame of the film could be counted.")
        return {
            "complete": complete,
            "frames_expected": ending.frames or progress.expected,
            "why": why,
            "frames_read": progress.frames,
            "frames_refused": progress.refused,
            "duration_ms": summary["duration_ms"],
            "peak": summary["peak"],
            "crowd_peak": summary["crowd_peak"],
            "unique_people": summary["unique"],
            "entries": _sum(self._last, "in"),
            "exits": _sum(self._last, "out"),
        }


def _sum(result: dict[str, Any], direction: str) -> int | None:
    """Crossings of all lines; None without a line, and where people could not be followed."""
    counts = [line[direction] for line in result.get("lines", ())]
    return sum(counts) if counts and None not in counts else None
