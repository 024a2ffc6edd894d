"""Which recordings are counted now: one of each user, in the order in which their files were complete."""

import asyncio
import logging
import time
from collections.abc import Collection
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from server.common.background import BackgroundTask, unbroken
from server.config import Settings
from server.core.errors import CodedError
from server.live.recordings.film_run import Columns, FilmRun, Progress, RunStoppedError
from server.live.streams.registry import Registry
from server.storage.engine.database import Database
from server.storage.history.samples import delete_some_samples
from server.storage.recordings.runs import OwnedRun, RunState, delete_run, select_runs_in, update_run
from server.storage.recordings.uploads import (
    delete_counted_upload,
    delete_old_uploads,
    select_upload_ids,
    select_uploads,
)
from server.uploads.run_cameras import renew_camera
from server.uploads.shelf import Shelf

logger = logging.getLogger("crowdcount.live")

LOOK_EVERY_S = 30.0
"""Files that expired, or that nothing belongs to, are looked for so often."""
AGAIN_S = 2.0
ATTEMPTS = 2
"""A run that a stopped server left is begun again so often; a film that stops servers must not do so for ever."""


class FilmQueue:
    """Begins runs, and ends what is left of files.

    Parameters
    ----------
    settings : Settings
    database : Database
    registry : Registry
    shelf : Shelf
    """

    def __init__(self, settings: Settings, database: Database, registry: Registry, shelf: Shelf) -> None:
        self._settings = settings
        self._database = database
        self._registry = registry
        self._shelf = shelf
        self._ending = False
        self._woken = asyncio.Event()
        self._running: dict[str, tuple[FilmRun, asyncio.Task[None]]] = {}
        self._owners: dict[str, str] = {}
        self._steady = BackgroundTask("recordings", self._work)

    def start(self) -> None:
        """Begin to count."""
        self._steady.start()

    async def stop(self) -> None:
        """Stop; runs begin again with the next start of the server. Again is nothing."""
        self._ending = True
        await self._steady.stop()
        await self.end(list(self._running))

    def wake(self) -> None:
        """A run may wait, or a file may have lost what it belonged to."""
        self._woken.set()

    def progress(self, run_id: str) -> Progress | None:
        """How far a run is that is being counted."""
        found = self._running.get(run_id)
        return found[0].progress if found else None

    async def end(self, run_ids: Collection[str]) -> None:
        """Stop counting these runs; done when nothing more is written of them."""
        tasks = [self._running[run_id][1] for run_id in run_ids if run_id in self._running]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self) -> None:
        while True:
            self._woken.clear()
            try:
                if self._database.trouble is None:
                    await unbroken(self._look())
            except SQLAlchemyError:
                logger.exception("recordings could not be looked at")
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._woken.wait()

    async def _look(self) -> None:
        await self._recover()
        await self._tidy()
        async with self._database.reading() as connection:
            waiting = await select_runs_in(connection, RunState.WAITING)
        for owned in waiting:
            free = not self._ending and len(self._running) < self._settings.upload_runs
            if free and owned.run.id not in self._running and owned.owner_id not in self._owners.values():
                await self._begin(owned)

    async def _recover(self) -> None:
        """What a killed server was counting begins again, or is said to be interrupted."""
        async with self._database.reading() as connection:
            counting = await select_runs_in(connection, RunState.COUNTING)
        left = [owned for owned in counting if owned.run.id not in self._running]
        if not left:
            return
        async with self._database.writing() as connection:
            for owned in left:
                held = (await select_uploads(connection, [owned.run.recording_id])).get(owned.run.recording_id)
                if held is not None and held.complete and owned.run.attempts < ATTEMPTS:
                    await update_run(connection, owned.run.id, state=RunState.WAITING)
                else:
                    values = {"state": RunState.INTERRUPTED, "why": "SERVER_STOPPED", "ended_at": time.time()}
                    await update_run(connection, owned.run.id, **values)

    async def _tidy(self) -> None:
        """Give up what expired, and delete files that belong to nothing."""
        names = await asyncio.to_thread(self._shelf.names)  # before the database: what it knows later is not old
        async with self._database.writing() as connection:
            await delete_old_uploads(connection, time.time())
            known = await select_upload_ids(connection)
        gone = await asyncio.to_thread(self._shelf.keep, names, known.__contains__)
        if gone:
            logger.info("%d files of recordings were deleted", gone)

    async def _begin(self, owned: OwnedRun) -> None:
        """Start to count a run, under a camera that nothing was counted under."""
        before = owned.run.camera_id
        async with self._database.writing() as connection:
            held = (await select_uploads(connection, [owned.run.recording_id])).get(owned.run.recording_id)
            if held is None or not held.complete or not self._shelf.path(held.id).is_file():
                values: Columns = {"state": RunState.FAILED, "why": "FILE_GONE", "ended_at": time.time()}
                await update_run(connection, owned.run.id, **values)
                return
            values = {"state": RunState.COUNTING, "attempts": owned.run.attempts + 1, "begun_at": time.time()}
            values |= {"frames_read": 0, "frames_refused": 0, "ended_at": None, "why": None}
            if not await update_run(connection, owned.run.id, **values):
                return  # deleted a moment ago
            if owned.run.begun_at is not None:
                await renew_camera(connection, owned)
        fresh = await self._reload(owned)
        if fresh is None:
            return
        if fresh.run.camera_id != before:
            await self._drop_camera(before)
        run = FilmRun(fresh, self._shelf.path(held.id), self._settings, self._database, self._registry)
        task = asyncio.create_task(self._count(fresh, run), name=f"recording {fresh.run.id}")
        self._running[fresh.run.id] = run, task
        self._owners[fresh.run.id] = fresh.owner_id
        task.add_done_callback(lambda _: self._left(fresh.run.id))

    async def _reload(self, owned: OwnedRun) -> OwnedRun | None:
        async with self._database.reading() as connection:
            counting = await select_runs_in(connection, RunState.COUNTING)
        return next((one for one in counting if one.run.id == owned.run.id), None)

    async def _drop_camera(self, camera_id: str) -> None:
        """Delete what an attempt before counted, piece by piece."""
        more = True
        while more:
            async with self._database.writing() as connection:
                more = await delete_some_samples(connection, camera_id)
        async with self._database.writing() as connection:
            await delete_run(connection, camera_id)

    async def _count(self, owned: OwnedRun, run: FilmRun) -> None:
        """Count a run, and write down what it came to."""
        ids = {"run": owned.run.id, "camera": owned.run.camera_id, "user": owned.owner_id}
        logger.info("a recording is counted", extra=ids)
        try:
            values = await run.count() | {"state": RunState.DONE}
        except CodedError as error:
            logger.warning("a recording could not be counted: %s", error.code, extra=ids)
            values = {"state": RunState.FAILED, "why": error.code, "complete": False}
            values |= {"frames_read": run.progress.frames, "frames_refused": run.progress.refused}
        except (RunStoppedError, SQLAlchemyError, asyncio.CancelledError) as error:
            # Deleted, and then this changes nothing; or the server stops, or the database: then it begins again.
            logger.info("a recording is not counted to its end: %s", type(error).__name__, extra=ids)
            values = {"state": RunState.WAITING, "attempts": owned.run.attempts - 1}
        except Exception:
            # The boundary of one run: the next ones are counted all the same.
            logger.exception("a recording could not be counted", extra=ids)
            values = {"state": RunState.FAILED, "why": "INTERNAL", "complete": False}
        await unbroken(self._write(owned, values))

    def _left(self, run_id: str) -> None:
        """The task of a run is over, whether it ever began to run."""
        del self._running[run_id], self._owners[run_id]
        self.wake()

    async def _write(self, owned: OwnedRun, values: Columns) -> None:
        """Keep what a run came to, as soon as that can be written; a file that is not needed any more goes."""
        over = values["state"] is not RunState.WAITING
        while True:
            try:
                async with self._database.writing() as connection:
                    ended = {"ended_at": time.time()} if over else {}
                    await update_run(connection, owned.run.id, **values, **ended)
                    if over:
                        await delete_counted_upload(connection, owned.run.recording_id)
            except SQLAlchemyError:
                if not over:
                    return  # a run that the server left as it was is found with its next start
                logger.exception("what a recording came to could not be saved", extra={"run": owned.run.id})
                if self._ending:
                    return
                await asyncio.sleep(AGAIN_S)
            else:
                return
