"""The server as a process of its own, which a test may stop and start."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

START_S = 90


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ServerProcess:
    """`crowdcount serve` on a free port.

    Parameters
    ----------
    data : Path
        Data directory; it outlives a restart, as it does for users.
    **environment : str
        Further settings.
    """

    def __init__(self, data: Path, **environment: str) -> None:
        self._data = data
        self._environment = environment
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://localhost:{self._port}"

    @property
    def data(self) -> Path:
        """The data directory."""
        return self._data

    def __enter__(self) -> "ServerProcess":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait until it can count. Raises RuntimeError with its log when it does not."""
        log = (self._data / "server.log").open("ab")
        command = [sys.executable, "-m", "server.cli", "serve", "--port", str(self._port)]
        settings = {
            "CROWDCOUNT_DATA_DIR": str(self._data),
            "CROWDCOUNT_BCRYPT_COST": "4",
            "CROWDCOUNT_ALERT_FLOOR_S": "0",
        }
        settings |= {"CROWDCOUNT_SIGN_UPS_PER_HOUR": "10000", "CROWDCOUNT_SIGN_INS_PER_MINUTE": "1000"}
        settings |= self._environment
        with log:
            self._process = subprocess.Popen(command, env=os.environ | settings, stdout=log, stderr=log)
        until = time.monotonic() + START_S
        while time.monotonic() < until and self._process.poll() is None:
            if self._is_ready():
                return
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"the server did not become ready:\n{self.log()}")

    def stop(self) -> None:
        """End it as an operator would, and wait."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    @property
    def pid(self) -> int:
        """Of the parent."""
        assert self._process is not None
        return self._process.pid

    def readiness(self) -> dict[str, Any]:
        """What /readyz says, ready or not."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=10) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            return dict(json.load(error))

    def log(self) -> str:
        """What it wrote."""
        return (self._data / "server.log").read_text("utf-8", "replace")

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
