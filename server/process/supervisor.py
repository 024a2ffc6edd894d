"""The parent of the web process: holds the listening socket, restarts the web process when it dies or hangs."""

import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import FrameType
from typing import Any

logger = logging.getLogger("crowdcount.supervisor")

CANNOT_START = 2
"""Exit status of a web process that said why it cannot start."""
NEVER = 3
"""Exit status of one that cannot start however often it is tried, to its parent alone."""
BACKOFF_S = (0.1, 0.5, 1.0, 2.0, 4.0)
"""Waits between starts that fail one after the other; the last one repeats."""
STABLE_S = 30.0
"""A process that lived this long was well; its end starts the back-off from the beginning."""
START_S = 90.0
"""Until the first sign of life: the first start of a version runs migrations."""
HUNG_S = 12.0
"""Without a sign of life from its event loop the web process hangs."""
STOP_S = 4.0
"""How long the web process may take to end when it is told to, beyond the time that open requests get."""
TICK_S = 0.2


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """What the parent tells a web process.

    Attributes
    ----------
    listeners : dict of str to int
        Descriptors of listening sockets by name; the server's is ``main``.
    life : int
        Descriptor of a socket pair: signs of life go out, its end means that the parent is gone.
    overrides : dict
        Settings given on the command line.
    restarts : int
        How many web processes there were before.
    reason : str or None
        How the last one ended.
    lock : int or None
        Descriptor of the data directory's lock, which ends with the last process that has it.
    """

    listeners: dict[str, int]
    life: int
    overrides: dict[str, Any]
    restarts: int = 0
    reason: str | None = None
    lock: int | None = None


@dataclass(slots=True)
class _Child:
    """A running web process."""

    process: subprocess.Popen[bytes]
    life: socket.socket
    began: float
    heard: float | None = None

    def silent_too_long(self, now: float) -> bool:
        """Whether it should have given a sign of life by now."""
        return now - self.began > START_S if self.heard is None else now - self.heard > HUNG_S

    def close(self) -> None:
        """End it if it is still there."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.life.close()


@dataclass(slots=True)
class ServerSupervisor:
    """Keeps one web process alive until it is told to stop.

    Parameters
    ----------
    listeners : mapping of str to socket
        Stay open across restarts, so that whoever connects meanwhile waits instead of being refused.
    overrides : dict
        Settings given on the command line.
    command : sequence of str
        What to start; its orders are added as JSON.
    shutdown_s : float
        How long it may wait for open requests when it ends.
    lock : int or None
        Descriptor of the data directory's lock: a web process without its parent still saves, and needs it.
    """

    listeners: Mapping[str, socket.socket]
    overrides: dict[str, Any]
    command: Sequence[str] = (sys.executable, "-m", "server.process.web")
    shutdown_s: float = 0.0
    lock: int | None = None
    _restarts: int = 0
    _reason: str | None = None
    _signals: list[int] = field(default_factory=list)

    def run(self) -> int:
        """Watch until a signal says stop; returns the exit status."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        failures = 0
        while not self._signals:
            began = time.monotonic()
            status = self._live_once()
            if status == NEVER or (status == CANNOT_START and not self._restarts):
                return CANNOT_START
            if self._signals:
                break
            failures = 1 if time.monotonic() - began > STABLE_S else failures + 1
            self._restarts += 1
            pause = BACKOFF_S[min(failures, len(BACKOFF_S)) - 1]
            told = {"restarts": self._restarts}
            logger.error("web process ended (%s); starting it again in %s s", self._reason, pause, extra=told)
            self._pause(pause)
        return 128 + signal.SIGINT if self._signals[0] == signal.SIGINT else 0

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._signals.append(number)

    def _live_once(self) -> int | None:
        """Start a web process and watch it to its end; the exit status of one that never gave a sign of life."""
        try:
            child = self._start()
        except OSError as error:
            # For want of memory or of process ids, as when the one before was killed: there may be some in a moment.
            self._reason = f"cannot be started: {error.strerror}"
            return None
        try:
            self._watch(child)
            if self._signals:
                self._end(child)
            return child.process.returncode if child.heard is None else None
        finally:
            child.close()

    def _start(self) -> _Child:
        mine, its = socket.socketpair()
        files = {name: listener.fileno() for name, listener in self.listeners.items()}
        orders = WorkerConfig(files, its.fileno(), self.overrides, self._restarts, self._reason, self.lock)
        with its:
            try:
                process = subprocess.Popen(
                    [*self.command, json.dumps(asdict(orders))],
                    pass_fds=[*files.values(), its.fileno(), *([] if self.lock is None else [self.lock])],
                    process_group=0,  # Ctrl-C is for the parent, which says good-bye to it
                )
            except OSError:
                mine.close()
                raise
        mine.setblocking(False)
        return _Child(process, mine, time.monotonic())

    def _watch(self, child: _Child) -> None:
        """Return when the child ended or hangs, or a signal came."""
        while not self._signals:
            if select.select([child.life], [], [], TICK_S)[0]:
                if child.life.recv(4096):
                    child.heard = time.monotonic()
                else:
                    time.sleep(TICK_S)  # it is about to end, and has closed its side already
            status = child.process.poll()
            if status is not None:
                self._reason = f"killed by signal {-status}" if status < 0 else f"exit status {status}"
                return
            if child.silent_too_long(time.monotonic()):
                self._reason = "no sign of life"
                return

    def _end(self, child: _Child) -> None:
        """Tell the child to stop, and see to it; a second signal is impatience."""
        for listener in self.listeners.values():
            listener.close()
        child.process.terminate()
        until = time.monotonic() + self.shutdown_s + STOP_S
        while child.process.poll() is None and time.monotonic() < until and len(self._signals) < 2:
            time.sleep(TICK_S / 4)

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._signals and time.monotonic() < until:
            time.sleep(min(TICK_S, seconds))


def can_supervise() -> bool:
    """Whether this system hands open sockets to a process that is started; Windows does not."""
    return os.name == "posix"
