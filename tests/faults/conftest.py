"""The table of figures at the end, and a server that tests may break."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.figures import FIGURES, table
from tests.faults.processes import Serving, serving


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was measured."""
    if FIGURES:
        terminalreporter.section("promises and what was measured")
        for line in table():
            terminalreporter.line(line)


@pytest.fixture(scope="package")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """The whole server with real vision; whoever breaks it waits until it is well again."""
    if not Path("/proc").is_dir():
        pytest.skip("looks into /proc")
    with serving(tmp_path_factory.mktemp("faults") / "data") as running:
        yield running
