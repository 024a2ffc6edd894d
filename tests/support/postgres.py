"""A PostgreSQL server of the tests' own: in a folder of theirs, on loopback, gone afterwards."""

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from server.storage.engine.migrate import migrate
from server.storage.engine.postgres_url import PostgresUrl, read_url

OTHER_USER = "postgres"
"""PostgreSQL does not run as root."""
TEMPLATE = "furnished"
FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_connections=60",
)


def find_tool(name: str) -> Path | None:
    """A program of PostgreSQL: in PATH, or where Debian keeps it."""
    found = shutil.which(name)
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return Path(found) if found else next(iter(places), None)


@dataclass
class Cluster:
    """A running server.

    Attributes
    ----------
    port : int
        On 127.0.0.1.
    """

    port: int
    _names: Iterator[int] = field(default_factory=itertools.count)

    def url(self, name: str, port: int | None = None) -> str:
        """The address of a database, or of the way to it through another port."""
        return f"postgresql://crowd:s3cret@127.0.0.1:{port or self.port}/{name}"

    def ask(self, query: str, name: str = "postgres") -> list[tuple[object, ...]]:
        """Ask as the owner."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return list(cursor.fetchall()) if cursor.description else []

    def empty(self) -> str:
        """The name of a new database without tables."""
        name = f"test_{next(self._names)}"
        self.ask(f"CREATE DATABASE {name}")
        return name

    def furnished(self) -> str:
        """The name of a new database with every table, empty."""
        name = f"test_{next(self._names)}"
        self.ask(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return name

    def where(self, name: str) -> PostgresUrl:
        """As the server knows it."""
        return read_url(self.url(name))


def _as_other(command: Sequence[str | Path]) -> list[str]:
    """The command, by another user where this one is root."""
    words = [str(word) for word in command]
    if os.geteuid() != 0:
        return words
    return ["setpriv", f"--reuid={OTHER_USER}", f"--regid={OTHER_USER}", "--clear-groups", *words]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _make(folder: Path) -> Path:
    """Skips where there is no PostgreSQL. Returns the folder of the data."""
    initdb = find_tool("initdb")
    if initdb is None:
        pytest.skip("there is no PostgreSQL here; `python3 tools/setup.py --dev` as root installs Debian's")
    if os.geteuid() == 0:
        try:
            owner = pwd.getpwnam(OTHER_USER)
        except KeyError:
            pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    password = folder / "password"
    password.write_text("s3cret")
    password.chmod(0o644)
    data = folder / "data"
    options = [
        "--username=crowd",
        f"--pwfile={password}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    ]
    command = _as_other([initdb, "-D", data, "--no-sync", *options])
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return data


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """Run one for the block."""
    # Not in the folder of the tests, which their user alone may enter.
    with tempfile.TemporaryDirectory(prefix="crowdcount-postgres-") as folder, _running(Path(folder)) as running:
        yield running


@contextlib.contextmanager
def _running(folder: Path) -> Iterator[Cluster]:
    data, port = _make(folder), _free_port()
    postgres = find_tool("postgres")
    assert postgres is not None
    settings = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", *FAST]
    words = [word for setting in settings for word in ("-c", setting)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(_as_other([postgres, "-D", data, *words]), stdout=log, stderr=log, cwd=folder)
    try:
        running = Cluster(port)
        _wait(running, process, folder / "log")
        running.ask(f"CREATE DATABASE {TEMPLATE}")
        migrate(running.where(TEMPLATE))
        yield running
    finally:
        process.send_signal(signal.SIGQUIT)  # at once, whoever is connected; nothing of it is needed any more
        process.wait(15)


def _wait(running: Cluster, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            running.ask("SELECT 1")
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(log.read_text()) from None
            time.sleep(0.05)
