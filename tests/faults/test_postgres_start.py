"""Row 16: starts with PostgreSQL: it is away, another's, or the web process was killed; and commands beside it."""

import asyncio
import json
import os
import signal
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from server.cli.main import main
from server.config import Settings
from server.core.errors import CodedError
from server.storage.engine import postgres_start
from server.storage.engine.database import Database
from server.storage.engine.postgres_lock import SERVER_LOCK
from server.storage.engine.postgres_start import reserved, wait_for
from server.storage.engine.postgres_url import read_url
from tests.faults.figures import note
from tests.faults.processes import fetch, serving
from tests.faults.processes import wait_for as until
from tests.faults.proxy import Proxy, proxy_thread
from tests.faults.test_storage import eventually, readiness
from tests.support.engine import ScriptedEngine
from tests.support.postgres import Cluster
from tests.support.server import run_server

pytestmark = pytest.mark.timeout(240)
PASSWORD = "correct horse battery"


def on(cluster: Cluster, tmp_path: Path, name: str, port: int | None = None) -> Settings:
    """Settings of a server with this database."""
    url = SecretStr(cluster.url(name, port))
    return Settings(data_dir=tmp_path / "data", database_url=url, port=0, bcrypt_cost=4, log_level="error")


@pytest.fixture
def run(
    postgres: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs a command with a database; returns status, output and errors."""
    monkeypatch.setenv("CROWDCOUNT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CROWDCOUNT_BCRYPT_COST", "4")

    def command(url: str, *words: str) -> tuple[int, str, str]:
        monkeypatch.setenv("CROWDCOUNT_DATABASE_URL", url)
        status = main(list(words))
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return command


async def test_a_second_server_is_refused_and_told_why(
    postgres: Cluster, tmp_path: Path, run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_start, "WAIT_S", 0.5)
    name = postgres.furnished()
    async with run_server(on(postgres, tmp_path, name), ScriptedEngine()) as server, server.user() as user:
        status, _, said = await asyncio.to_thread(run, postgres.url(name), "serve", "--alone", "--port", "0")
        assert (status, said.count("DATABASE_IN_USE")) == (2, 1)
        await user.camera("still served")
    with reserved(postgres.where(name), 0):  # it is free at once
        note(16, "a second server on the same database", "refused, exit status 2", "nothing of the first is touched")


async def test_a_database_that_another_took_meanwhile_is_left_alone(postgres: Cluster, tmp_path: Path) -> None:
    name = postgres.furnished()

    async with Proxy(postgres.port) as line:
        settings = on(postgres, tmp_path, name, line.port)
        async with run_server(settings, ScriptedEngine()) as server, server.user() as user:

            async def warnings() -> str:
                found = (await readiness(user))["warnings"]
                return str(found).partition(".")[0]

            await line.refuse()
            await eventually(warnings, "['storage: The database server does not answer")
            with psycopg.connect(postgres.url(name), autocommit=True) as other:
                other.execute("SELECT pg_advisory_lock(%s)", [SERVER_LOCK])
                await line.listen()
                await eventually(warnings, "['storage: Another server uses the database")
            await eventually(warnings, "[]")
            await user.camera("served again")


def test_a_start_waits_for_a_database_that_comes_later(postgres: Cluster) -> None:
    name = postgres.furnished()
    with proxy_thread(postgres.port) as (line, loop):
        where = read_url(postgres.url(name, line.port))
        asyncio.run_coroutine_threadsafe(line.refuse(), loop).result(10)
        with pytest.raises(CodedError, match=r"DATABASE_AWAY: the PostgreSQL database test_\d+ at 127.0.0.1"):
            wait_for(where)
        threading.Timer(1.0, lambda: asyncio.run_coroutine_threadsafe(line.listen(), loop)).start()
        began = time.monotonic()
        with reserved(where, 20):
            assert 0.9 < time.monotonic() - began < 5
        loop.call_soon_threadsafe(line.swallow)
        began = time.monotonic()
        with pytest.raises(CodedError, match="does not answer"):
            wait_for(where)
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("wrong", ["password", "database"])
def test_what_waiting_does_not_mend_ends_at_once_without_the_password(postgres: Cluster, wrong: str) -> None:
    url = postgres.url(postgres.furnished())
    url = url.replace("s3cret", "not-it") if wrong == "password" else url + "x"
    began = time.monotonic()
    with pytest.raises(CodedError, match="does not answer") as error, reserved(read_url(url), 30):
        pass
    assert time.monotonic() - began < 5
    assert "not-it" not in str(error.value)
    assert "s3cret" not in str(error.value)


def test_commands_work_beside_it_or_say_what_does(postgres: Cluster, run: Callable[..., tuple[int, str, str]]) -> None:
    url = postgres.url(postgres.empty())
    for words in (("backup", "file"), ("restore", "file"), ("check",)):
        status, out, said = run(url, *words)
        assert (status, out) == (2, "")
        assert "pg_dump" in said
        assert "pg_restore" in said
        assert "s3cret" not in said
    status, out, _ = run(url, "users", "list")
    assert (status, out) == (0, "")


def test_a_nul_in_a_text_is_no_fault(postgres: Cluster, tmp_path: Path) -> None:
    settings = on(postgres, tmp_path, postgres.furnished())

    async def ask() -> None:
        async with run_server(settings, ScriptedEngine()) as server, server.user() as user:
            async with user.http.post("/api/session", json={"login": "a\0da", "password": PASSWORD}) as response:
                assert response.status == 401
            async with user.http.post("/api/rooms", json={"name": "Ha\0ll"}) as response:
                assert response.status == 400
        database = Database(settings.database)
        await database.close()

    asyncio.run(ask())


def post(url: str, body: dict[str, str]) -> int:
    """Send JSON; the status of the answer."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    request.add_header("Origin", url.rpartition("/api/")[0])
    with urllib.request.urlopen(request, timeout=10) as answer:
        return int(answer.status)


@pytest.mark.few
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc")
def test_a_killed_web_process_is_back_in_time_also_when_its_database_is_away(postgres: Cluster, tmp_path: Path) -> None:
    name = postgres.empty()
    with proxy_thread(postgres.port) as (line, loop):
        url = postgres.url(name, line.port)
        with serving(tmp_path / "data", CROWDCOUNT_DATABASE_URL=url) as running:
            account = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
            assert post(running.url + "/api/users", account) == 201
            os.kill(running.web, signal.SIGKILL)
            began = time.monotonic()
            until(running.answers, 20)
            back = time.monotonic() - began
            loop.call_soon_threadsafe(line.swallow)
            os.kill(running.web, signal.SIGKILL)
            until(lambda: b"it is tried for" in running.log.read_bytes(), 20)
            assert fetch(running.url + "/healthz", 1) == 0, "who connects meanwhile waits"
            loop.call_soon_threadsafe(line.heal)
            began = time.monotonic()
            until(running.answers, 30)
            healed = time.monotonic() - began
            assert post(running.url + "/api/session", {"login": "ada", "password": PASSWORD}) == 200
            assert b"s3cret" not in running.log.read_bytes()
    note(16, "killed web process answers again, its lock taken anew", f"{back:.1f} s", "≤ 5 s")
    note(16, "killed while the database hung: answers once that is back", f"{healed:.1f} s", "what was stored is there")
    assert back < 5
