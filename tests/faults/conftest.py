"""A server that tests may break."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.processes import Serving, serving


@pytest.fixture(scope="package")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """The whole server with real vision; whoever breaks it waits until it is well again."""
    if not Path("/proc").is_dir():
        pytest.skip("looks into /proc")
    with serving(tmp_path_factory.mktemp("faults") / "data") as running:
        yield running
