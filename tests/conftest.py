"""What most tests need: settings of their own, an engine that does as it is told, a real server on a real port."""

from collections.abc import AsyncIterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from server.config import Settings
from tests.faults.figures import FIGURES, Figure, save, table
from tests.support.engine import ScriptedEngine
from tests.support.server import RunningServer, run_server

TESTS = Path(__file__).parent

# What is tested is what comes out, not how long a busy machine takes for one example.
hypothesis.settings.register_profile("steady", deadline=None)
hypothesis.settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one file stay in one process when there are several, and so do all that drive a browser."""
    for item in items:
        where = item.path.relative_to(TESTS)
        group = "browser" if where.parts[0] == "e2e" else where.as_posix()
        item.add_marker(pytest.mark.xdist_group(group))


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
    """Print what was measured."""
    save()
    if FIGURES:
        terminalreporter.section("promises and what was measured")
        for line in table():
            terminalreporter.line(line)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a data directory of their own and cheap password hashes."""
    return Settings(data_dir=tmp_path / "data", port=0, bcrypt_cost=4, log_level="warning", resume_s=2)


@pytest.fixture
def engine() -> ScriptedEngine:
    """An engine that answers what the test says."""
    return ScriptedEngine()


@pytest.fixture
async def server(settings: Settings, engine: ScriptedEngine) -> AsyncIterator[RunningServer]:
    """The application under uvicorn, with the scripted engine."""
    async with run_server(settings, engine) as running:
        yield running
