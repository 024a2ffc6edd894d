"""One vision process, watched: started, asked, replaced when it dies or hangs."""

import asyncio
import json
import logging
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, is_dataclass
from itertools import count
from typing import Any

from server.core.errors import EngineError, StoppedError
from server.engine import wire
from server.engine.base import WorkerState, WorkerStatus
from server.engine.memory import resident_bytes

logger = logging.getLogger("crowdcount.engine")

BACKOFF_S = (0.1, 0.5, 2.0, 5.0, 10.0)
"""Waits between starts that fail one after the other; the last one repeats."""
STABLE_S = 30.0
"""A process that lived this long was well; its death starts the back-off from the beginning."""
HEARTBEAT_S = 2.0
"""A process without work is asked so often whether it still answers; one with work shows it by its answers."""
START_TIMEOUT_S = 120.0
"""A cold start compiles the networks; signs of life come meanwhile."""
FROM_OUTSIDE = {-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP}
"""Exit statuses of a process that another one ended, as people and the system do; no frame is blamed for these."""
ENDING_S = 0.2
"""A process that closed its output is gone so soon, or is killed."""
LOAD_TIMEOUT_S = 30.0
"""Until the first of them: an interpreter starts and loads its libraries."""


def worker_command(settings: object) -> list[str]:
    """The command line of a vision process with these settings (a dataclass)."""
    if not is_dataclass(settings) or isinstance(settings, type):
        raise TypeError("settings must be a dataclass instance")
    return [sys.executable, "-m", "server.engine.worker", json.dumps(asdict(settings))]


class WorkerSupervisor:
    """Keeps one vision process alive.

    Parameters
    ----------
    command : sequence of str
        What to start.
    timeout_s : float
        A process that has a question and gives no answer for so long hangs: it is killed and replaced.
    number : int
        By which it is told from others in the log, from 1, as in the warnings of `/readyz`.
    """

    def __init__(self, command: Sequence[str], timeout_s: float, number: int = 1) -> None:
        self._command = list(command)
        self._timeout_s = timeout_s
        self._log_ids = {"worker": number}
        self._ids = count(1)
        self._pending: dict[int, asyncio.Future[wire.Head]] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._ready = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._state = WorkerState.STOPPED
        self._reason: str | None = None
        self._describe: dict[str, Any] = {}
        self._starts = 0
        self._failures = 0
        self._begun = 0.0
        self._heard = 0.0
        self._doing: int | None = None
        self._blamed = False
        self.incarnation = 0
        """How often a process became ready; what an older one knew is gone."""

    def start(self) -> None:
        """Begin to keep the process alive."""
        self._state = WorkerState.STARTING
        self._task = asyncio.create_task(self._keep_alive(), name="engine supervisor")

    async def stop(self) -> None:
        """End the process and stop watching."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._state = WorkerState.STOPPED

    def status(self) -> WorkerStatus:
        """How the process is."""
        stable = self._state is WorkerState.READY and asyncio.get_running_loop().time() - self._begun > STABLE_S
        failures = 0 if stable else self._failures
        resident = resident_bytes(self._process.pid) if self._process is not None else None
        return WorkerStatus(self._state, max(0, self._starts - 1), self._reason, self._describe, failures, resident)

    async def ready(self) -> int:
        """Wait for the process; return its incarnation. Raises EngineError ``ENGINE_UNAVAILABLE``."""
        if not self._ready.is_set():
            # What fails again and again is told at once; a start is worth a wait.
            if self._state is WorkerState.FAILED and self._reason is not None:
                raise EngineError("ENGINE_UNAVAILABLE", self._reason)
            try:
                await asyncio.wait_for(self._ready.wait(), self._timeout_s)
            except TimeoutError as error:
                reason = self._reason or "The vision process is still starting."
                raise EngineError("ENGINE_UNAVAILABLE", reason) from error
        return self.incarnation

    async def ask(self, head: wire.Head, body: bytes = b"") -> wire.Head:
        """Send a message and wait for its answer. Raises EngineError ``ENGINE_RESTARTED``."""
        id_ = next(self._ids)
        answer: asyncio.Future[wire.Head] = asyncio.get_running_loop().create_future()
        self._pending[id_] = answer
        try:
            self.tell({**head, "id": id_}, body)
            return await self._answered(answer)
        except TimeoutError as error:
            told = "the vision process gave no answer in %s s; replacing it"
            logger.error(told, self._timeout_s, extra=self._log_ids)
            self._ready.clear()
            self._state = WorkerState.STARTING
            self._blame("The vision process hung and is replaced.")
            self._kill()
            if answer.done():
                return answer.result()  # raises what it is blamed for
            raise EngineError("ENGINE_RESTARTED", "The vision process hung and is replaced.") from error
        finally:
            self._pending.pop(id_, None)

    async def _answered(self, answer: asyncio.Future[wire.Head]) -> wire.Head:
        """Wait as long as the process answers something: questions before this one take their time, too.

        Raises TimeoutError.
        """
        loop = asyncio.get_running_loop()
        asked = loop.time()
        while (left := max(asked, self._heard) + self._timeout_s - loop.time()) > 0:
            await asyncio.wait([answer], timeout=left)
            if answer.done():
                return answer.result()
        raise TimeoutError

    def tell(self, head: wire.Head, body: bytes = b"") -> None:
        """Send a message that has no answer. Raises EngineError when there is nobody to tell."""
        if self._process is None or self._process.stdin is None or not self._ready.is_set():
            raise EngineError("ENGINE_RESTARTED", "The vision process is being replaced.")
        self._process.stdin.write(wire.pack(head, body))

    async def _keep_alive(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._begun = loop.time()
            self._starts += 1
            try:
                await self._run_once()
            except (OSError, EOFError, wire.WireError, TimeoutError, EngineError) as error:
                self._reason = error.message if isinstance(error, EngineError) else "The vision process died."
                logger.error("vision process ended: %s", error or type(error).__name__, extra=self._log_ids)
            except Exception:
                # The boundary of one process: whatever it sent, there has to be another.
                self._reason = "The vision process died."
                logger.exception("vision process ended", extra=self._log_ids)
            finally:
                await self._clean_up()
            if loop.time() - self._begun > STABLE_S:
                self._failures = 0
            self._state = WorkerState.FAILED if self._failures else WorkerState.STARTING
            self._failures += 1
            await asyncio.sleep(BACKOFF_S[min(self._failures, len(BACKOFF_S)) - 1])

    async def _run_once(self) -> None:
        """Start the process and pass on its answers until it ends."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        output = self._process.stdout
        if output is None:
            raise OSError("no pipe to the vision process")
        first = await asyncio.wait_for(self._read_first(output), START_TIMEOUT_S)
        if "ready" not in first:
            raise EngineError("ENGINE_UNAVAILABLE", str(first.get("failed", "The vision process did not start.")))
        self._describe, self._reason = first["ready"], None
        self._doing, self._blamed = None, False
        self._state = WorkerState.READY
        self.incarnation += 1
        self._ready.set()
        listening = asyncio.create_task(self._heartbeat(), name="engine heartbeat")
        try:
            while True:
                head = await wire.read_async(output)
                id_ = head.get("id")
                if not isinstance(id_, int):
                    raise wire.WireError("an answer to no question")
                self._heard = asyncio.get_running_loop().time()
                self._doing = head.get("doing", self._doing)
                self._blamed |= "stopped" in head  # its frame is known
                answer = self._pending.get(id_)
                if answer is not None and not answer.done():
                    answer.set_result(head)
        finally:
            listening.cancel()

    async def _read_first(self, output: asyncio.StreamReader) -> wire.Head:
        """What a process says once it has started; TimeoutError for one that hangs before."""
        head = await asyncio.wait_for(wire.read_async(output), LOAD_TIMEOUT_S)
        while head.get("id") == wire.SIGN_OF_LIFE:
            head = await asyncio.wait_for(wire.read_async(output), self._timeout_s)
        return head

    async def _heartbeat(self) -> None:
        """Notice a hung process before a frame has to wait for it; `ask` replaces it."""
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            if not self._pending:
                try:
                    await self.ask({"type": "ping"})
                except EngineError:
                    return  # the end of this process

    def _blame(self, message: str) -> None:
        """Let the frame that the process was at answer for it; of a process that does not say it is the oldest.

        One frame of a process, at most.
        """
        if self._blamed:
            return
        self._blamed = True
        culprit = min(self._pending, default=None) if self._doing is None else self._doing
        answer = self._pending.get(culprit) if culprit is not None else None
        if answer is not None and not answer.done():
            answer.set_exception(StoppedError("ENGINE_RESTARTED", message))

    async def _clean_up(self) -> None:
        """End the process, and every question that it leaves."""
        self._ready.clear()
        self._state = WorkerState.STARTING
        status = await self._exit_status()
        if status is not None and status not in FROM_OUTSIDE:
            self._blame("The vision process died of this frame and is replaced.")
        for answer in self._pending.values():
            if not answer.done():
                answer.set_exception(EngineError("ENGINE_RESTARTED", "The vision process died and is replaced."))
        self._kill()
        if self._process is not None:
            await self._process.wait()
            self._process = None

    async def _exit_status(self) -> int | None:
        """How the process ended by itself; None if it has not."""
        if self._process is None or not self._pending:
            return None  # no frame asks
        with suppress(TimeoutError):
            return await asyncio.wait_for(self._process.wait(), ENDING_S)
        return None

    def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
