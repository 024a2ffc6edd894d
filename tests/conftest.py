"""What most tests need: settings of their own, an engine that does as it is told, a real server on a real port."""

from collections.abc import AsyncIterator
from pathlib import Path

import hypothesis
import pytest

from server.config import Settings
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
