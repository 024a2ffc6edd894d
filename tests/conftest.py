"""What most tests need: settings of their own, an engine that does as it is told, a real server on a real port."""

import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from pydantic import SecretStr

from server.config import Settings
from server.storage.engine.postgres_url import PostgresUrl, read_url
from tests.faults.figures import FIGURES, Figure, save, table
from tests.support.databases import ON_EACH_DATABASE
from tests.support.engine import ScriptedEngine
from tests.support.postgres import Cluster, cluster
from tests.support.server import RunningServer, empty_database, run_server

pytest_plugins = ["tests.support.turns"]

TESTS = Path(__file__).parent
PURE = {"core", "vision"}
"""Tests that wait for nobody: what they compute is the same on every machine, so it has to be right at once."""
DATABASE = os.environ.get("CROWDCOUNT_TEST_DATABASE", "sqlite")
"""`postgres` runs everything that takes the fixture `settings` on PostgreSQL."""

# What is tested is what comes out, not how long a busy machine takes for one example.
hypothesis.settings.register_profile("steady", deadline=None)
hypothesis.settings.load_profile("steady")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What must hold on every database is tested on each."""
    if "database_url" not in metafunc.fixturenames or DATABASE != "sqlite":
        return
    file = Path(metafunc.module.__file__).relative_to(TESTS)
    names = {file.parts[0], file.as_posix(), f"{file.as_posix()}::{metafunc.function.__name__}"}
    if names & ON_EACH_DATABASE:
        metafunc.parametrize("database_url", ["sqlite", "postgres"], indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What depends on how soon servers, processes and browsers on a busy machine get to it is tried a second time when
    it fails; the summary names it then."""
    tries_again = config.pluginmanager.hasplugin("rerunfailures")
    for item in items:
        if tries_again and item.path.relative_to(TESTS).parts[0] not in PURE:
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where several processes test, each hands over what it measured."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["figures"] = [astuple(figure) for figure in FIGURES]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what one of them measured; one that crashed has nothing to say."""
    FIGURES.extend(Figure(*values) for values in getattr(node, "workeroutput", {}).get("figures", ()))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was measured, and why a test needed its second try."""
    save()
    for report in terminalreporter.stats.get("rerun", ()):
        terminalreporter.section(f"first try of {report.nodeid}")
        terminalreporter.line("\n".join(report.longreprtext.splitlines()[-60:]))
    if FIGURES:
        terminalreporter.section("promises and what was measured")
        for line in table():
            terminalreporter.line(line)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL server, one for all tests of this process."""
    with cluster() as running:
        yield running


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """Where the test's database is: nowhere yet, or one of PostgreSQL's where the test asks for that."""
    if getattr(request, "param", DATABASE) == "sqlite":
        return ""
    running: Cluster = request.getfixturevalue("postgres")
    return running.url(running.furnished())


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings with a data directory of their own and cheap password hashes."""
    return Settings(
        data_dir=tmp_path / "data",
        database_url=SecretStr(database_url),
        port=0,
        bcrypt_cost=4,
        log_level="warning",
        resume_s=2,
        alert_floor_s=0,
    )


@pytest.fixture
def where(tmp_path: Path, database_url: str) -> Path | PostgresUrl:
    """A database with every table, empty."""
    if database_url:
        return read_url(database_url)
    path = tmp_path / "test.sqlite3"
    path.write_bytes(empty_database())
    return path


@pytest.fixture
def engine() -> ScriptedEngine:
    """An engine that answers what the test says."""
    return ScriptedEngine()


@pytest.fixture
async def server(settings: Settings, engine: ScriptedEngine) -> AsyncIterator[RunningServer]:
    """The application under uvicorn, with the scripted engine."""
    async with run_server(settings, engine) as running:
        yield running
