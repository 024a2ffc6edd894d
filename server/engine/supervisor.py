"""Supervision of a vision worker: start, requests, heartbeat and restart."""

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
"""Delays between consecutive failed starts, seconds; the last one repeats."""
STABLE_S = 30.0
"""Run time after which a process counts as stable and the back-off is reset, seconds."""
HEARTBEAT_S = 2.0
"""Ping interval of an idle worker, seconds; a busy one proves itself by its answers."""
START_TIMEOUT_S = 120.0
"""Timeout of a cold start, which compiles the networks and sends heartbeats, seconds."""
EXTERNAL_EXITS = {-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP}
"""Exit statuses of a process ended from outside, by a person or the system. No frame is blamed for these."""
EXIT_TIMEOUT_S = 0.2
"""Time for a process to exit after closing its output, seconds."""
LOAD_TIMEOUT_S = 30.0
"""Timeout of the first heartbeat, while the interpreter loads its libraries, seconds."""


def worker_command(settings: object) -> list[str]:
    """Return the command line of a vision worker with these settings (a dataclass)."""
    if not is_dataclass(settings) or isinstance(settings, type):
        raise TypeError("settings must be a dataclass instance")
    return [sys.executable, "-m", "server.engine.worker", json.dumps(asdict(settings))]


class WorkerSupervisor:
    """Keeps one vision worker alive.

    Parameters
    ----------
    command : sequence of str
        Command line of the worker.
    timeout_s : float
        Time without an answer to a request after which the worker is killed and replaced, seconds.
    number : int
        Number of the worker in log lines and in the warnings of `/readyz`, from 1.
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
        self._current_frame_id: int | None = None
        self._blamed = False
        self.incarnation = 0
        """Number of processes that became ready. A new process has no state of the previous one."""

    def start(self) -> None:
        """Start keeping the worker alive, in the background."""
        self._state = WorkerState.STARTING
        self._task = asyncio.create_task(self._keep_alive(), name="engine supervisor")

    async def stop(self) -> None:
        """Stop the worker and the supervision."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._state = WorkerState.STOPPED

    def status(self) -> WorkerStatus:
        """Return the status of the worker."""
        stable = self._state is WorkerState.READY and asyncio.get_running_loop().time() - self._begun > STABLE_S
        failures = 0 if stable else self._failures
        resident = resident_bytes(self._process.pid) if self._process is not None else None
        return WorkerStatus(self._state, max(0, self._starts - 1), self._reason, self._describe, failures, resident)

    async def ready(self) -> int:
        """Wait for the worker and return its incarnation. Raises EngineError ``ENGINE_UNAVAILABLE``."""
        if not self._ready.is_set():
            # Repeated failures are reported at once; a normal start is worth waiting for.
            if self._state is WorkerState.FAILED and self._reason is not None:
                raise EngineError("ENGINE_UNAVAILABLE", self._reason)
            try:
                await asyncio.wait_for(self._ready.wait(), self._timeout_s)
            except TimeoutError as error:
                reason = self._reason or "The vision process is still starting."
                raise EngineError("ENGINE_UNAVAILABLE", reason) from error
        return self.incarnation

    async def request(self, head: wire.Head, body: bytes = b"") -> wire.Head:
        """Send a request and wait for the answer. Raises EngineError ``ENGINE_RESTARTED``."""
        id_ = next(self._ids)
        answer: asyncio.Future[wire.Head] = asyncio.get_running_loop().create_future()
        self._pending[id_] = answer
        try:
            self.send({**head, "id": id_}, body)
            return await self._wait_for(answer)
        except TimeoutError as error:
            message = "vision process did not respond for %s s; restarting it"
            logger.error(message, self._timeout_s, extra=self._log_ids)
            self._ready.clear()
            self._state = WorkerState.STARTING
            self._blame("The vision process stopped responding and is restarting.")
            self._kill()
            if answer.done():
                return answer.result()  # raises the StoppedError of `_blame`
            raise EngineError("ENGINE_RESTARTED", "The vision process stopped responding and is restarting.") from error
        finally:
            self._pending.pop(id_, None)

    async def _wait_for(self, answer: asyncio.Future[wire.Head]) -> wire.Head:
        """Wait for the answer for as long as the worker keeps answering, since earlier requests take time, too.

        Raises TimeoutError.
        """
        loop = asyncio.get_running_loop()
        asked = loop.time()
        while (left := max(asked, self._heard) + self._timeout_s - loop.time()) > 0:
            await asyncio.wait([answer], timeout=left)
            if answer.done():
                return answer.result()
        raise TimeoutError

    def send(self, head: wire.Head, body: bytes = b"") -> None:
        """Send a message that has no answer. Raises EngineError ``ENGINE_RESTARTED`` if the worker is not ready."""
        if self._process is None or self._process.stdin is None or not self._ready.is_set():
            raise EngineError("ENGINE_RESTARTED", "The vision process is restarting.")
        self._process.stdin.write(wire.pack(head, body))

    async def _keep_alive(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._begun = loop.time()
            self._starts += 1
            try:
                await self._run_once()
            except (OSError, EOFError, wire.WireError, TimeoutError, EngineError) as error:
                self._reason = error.message if isinstance(error, EngineError) else "The vision process crashed."
                logger.error("vision process ended: %s", error or type(error).__name__, extra=self._log_ids)
            except Exception:
                # Boundary of one process: whatever it sent, a replacement is needed.
                self._reason = "The vision process crashed."
                logger.exception("vision process ended", extra=self._log_ids)
            finally:
                await self._clean_up()
            if loop.time() - self._begun > STABLE_S:
                self._failures = 0
            self._state = WorkerState.FAILED if self._failures else WorkerState.STARTING
            self._failures += 1
            await asyncio.sleep(BACKOFF_S[min(self._failures, len(BACKOFF_S)) - 1])

    async def _run_once(self) -> None:
        """Start a process and dispatch its answers until it ends."""
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
        self._current_frame_id, self._blamed = None, False
        self._state = WorkerState.READY
        self.incarnation += 1
        self._ready.set()
        heartbeat = asyncio.create_task(self._heartbeat(), name="engine heartbeat")
        try:
            while True:
                head = await wire.read_async(output)
                id_ = head.get("id")
                if not isinstance(id_, int):
                    raise wire.WireError("an answer to no question")
                self._heard = asyncio.get_running_loop().time()
                self._current_frame_id = head.get("doing", self._current_frame_id)
                self._blamed |= "stopped" in head  # the frame is known already
                answer = self._pending.get(id_)
                if answer is not None and not answer.done():
                    answer.set_result(head)
        finally:
            heartbeat.cancel()

    async def _read_first(self, output: asyncio.StreamReader) -> wire.Head:
        """Return the first message of a started process other than a heartbeat. Raises TimeoutError if it hangs."""
        head = await asyncio.wait_for(wire.read_async(output), LOAD_TIMEOUT_S)
        while head.get("id") == wire.HEARTBEAT_ID:
            head = await asyncio.wait_for(wire.read_async(output), self._timeout_s)
        return head

    async def _heartbeat(self) -> None:
        """Detect a hung worker before a frame has to wait for it; `request` replaces the worker."""
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            if not self._pending:
                try:
                    await self.request({"type": "ping"})
                except EngineError:
                    return  # this process has ended

    def _blame(self, message: str) -> None:
        """Fail the frame that the process was working on, or the oldest pending one if unknown.

        At most one frame of a process is blamed.
        """
        if self._blamed:
            return
        self._blamed = True
        culprit = min(self._pending, default=None) if self._current_frame_id is None else self._current_frame_id
        answer = self._pending.get(culprit) if culprit is not None else None
        if answer is not None and not answer.done():
            answer.set_exception(StoppedError("ENGINE_RESTARTED", message))

    async def _clean_up(self) -> None:
        """End the process and fail its pending requests."""
        self._ready.clear()
        self._state = WorkerState.STARTING
        status = await self._exit_status()
        if status is not None and status not in EXTERNAL_EXITS:
            self._blame("The vision process crashed on this frame and is restarting.")
        for answer in self._pending.values():
            if not answer.done():
                answer.set_exception(EngineError("ENGINE_RESTARTED", "The vision process crashed and is restarting."))
        self._kill()
        if self._process is not None:
            await self._process.wait()
            self._process = None

    async def _exit_status(self) -> int | None:
        """Return the exit status of a process that ended by itself; None if it is still running."""
        if self._process is None or not self._pending:
            return None  # no pending request
        with suppress(TimeoutError):
            return await asyncio.wait_for(self._process.wait(), EXIT_TIMEOUT_S)
        return None

    def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
