"""`crowdcount serve` as processes that a test may kill, stop and look into."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

COMMAND = [sys.executable, "-m", "server.cli", "serve"]
T = TypeVar("T")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Serving:
    """A running server: the parent, the web process and the vision processes.

    Attributes
    ----------
    parent : Popen
    url : str
    log : Path
        What all of them said.
    """

    parent: subprocess.Popen[bytes]
    url: str
    log: Path

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rsplit(":", 1)[1])

    @property
    def web(self) -> int:
        """The web process; waits until there is one."""
        return wait_for(lambda: children(self.parent.pid), 30)[0]

    @property
    def worker(self) -> int:
        """The first vision process; waits until there is one."""
        return wait_for(lambda: children(self.web), 60)[0]

    def answers(self, path: str = "/healthz") -> bool:
        """Whether it answers with 200."""
        return fetch(self.url + path) == 200

    def stop(self, seconds: float = 15) -> float:
        """End it by SIGTERM; seconds that took."""
        began = time.monotonic()
        self.parent.send_signal(signal.SIGTERM)
        self.parent.wait(seconds)
        return time.monotonic() - began


def crowdcount(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command."""
    environment = os.environ | {"CROWDCOUNT_DATA_DIR": str(data)}
    command = [sys.executable, "-m", "server.cli", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def fetch(url: str, timeout: float = 2) -> int:
    """The status of an answer; 0 without one."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def wait_for(condition: Callable[[], T], seconds: float) -> T:
    """What `condition` returns once that is true. Raises TimeoutError."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > until:
            raise TimeoutError(f"nothing after {seconds} s")
        time.sleep(0.05)
    return found


def steady(frame_s: float) -> list[str]:
    """The command of a server whose vision takes as long for every frame, and no processor time."""
    return [sys.executable, "-m", "tests.faults.steady_server", str(frame_s), "serve", "--alone"]


@contextlib.contextmanager
def serving(
    data_dir: Path, *arguments: str, port: int = 0, command: Sequence[str] = COMMAND, **environment: str
) -> Iterator[Serving]:
    """Start a server that can count; end it with the block, whatever became of it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    log = data_dir.parent / f"{data_dir.name}.log"
    settings = {"CROWDCOUNT_DATA_DIR": str(data_dir), "CROWDCOUNT_BCRYPT_COST": "4"}
    settings |= {"CROWDCOUNT_ALERT_FLOOR_S": "0", **environment}
    settings |= {"CROWDCOUNT_SIGN_UPS_PER_HOUR": "10000", "CROWDCOUNT_SIGN_INS_PER_MINUTE": "1000"}
    with log.open("ab") as said:
        start = log.stat().st_size
        parent = subprocess.Popen(
            [*command, "--port", str(port), *arguments], env=os.environ | settings, stdout=said, stderr=said
        )

    def said_where() -> re.Match[bytes] | None:
        said = log.read_bytes()[start:]
        if parent.poll() is not None:
            raise RuntimeError(f"it ended with {parent.returncode}: {said.decode(errors='replace')}")
        return re.search(rb"at https?://\S+?:(\d+)", said)

    try:
        found = wait_for(said_where, 90)
        one = Serving(parent, f"http://127.0.0.1:{found[1].decode()}", log)
        if "--tls" not in arguments:
            wait_for(lambda: one.answers("/readyz"), 90)
        yield one
    finally:
        pids = descendants(parent.pid)
        with contextlib.suppress(subprocess.TimeoutExpired):
            parent.send_signal(signal.SIGTERM)
            parent.wait(15)
        for pid in [*pids, parent.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        parent.wait()


def children(pid: int) -> list[int]:
    """Processes that this one started; none of one that is gone."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def descendants(pid: int) -> list[int]:
    """Those that it started, and those that they started."""
    found = children(pid)
    return found + [further for child in found for further in descendants(child)]


def alive(pid: int) -> bool:
    """Whether a process runs (or is stopped); one that only waits to be reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def memory_mb(pid: int) -> float:
    """Resident memory that is its own."""
    resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[1:3]
    return (int(resident) - int(shared)) * PAGE / 1e6


def descriptors(pid: int) -> int:
    """Open files and sockets."""
    return len(os.listdir(f"/proc/{pid}/fd"))


def threads(pid: int) -> int:
    """Threads."""
    return len(os.listdir(f"/proc/{pid}/task"))
