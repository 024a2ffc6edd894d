"""Which tests run in one process, where several test at a time, and in which order these begin."""

from pathlib import PurePosixPath
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

FIRST_HALF = "test_s"
"""Tests in a browser before this name take three fifths of the time of all of them."""
BROWSER = ("browser, first half", "browser, second half")


def together(nodeid: str) -> str:
    """Name of those that run one after the other in one process: a file, or half of the tests that drive a browser."""
    file = PurePosixPath(nodeid.partition("::")[0])
    if "e2e" not in file.parts:
        return str(file)
    return BROWSER[file.name >= FIRST_HALF]


def turn(nodeid: str) -> int:
    """What takes longest begins first, so that no process has much to do when the others are done."""
    place = together(nodeid)
    if place in BROWSER:
        return 0
    return 1 if "vision" in PurePosixPath(place).parts else 2


class Turns(LoadScopeScheduling):  # type: ignore[misc]
    """pytest-xdist's own groups (`--dist loadgroup`) set `_nodeid`, which pytest has not read since 9.1."""

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)

    def unfinished(self, node: Any) -> str | None:
        """Return the test that a process is at; None when it has none."""
        groups = self.assigned_work.get(node, {}).values()
        return next((nodeid for group in groups for nodeid, complete in group.items() if not complete), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first."""
    items.sort(key=lambda item: turn(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Turns:
    """Several processes keep together what belongs together."""
    return Turns(config, log)


@pytest.hookimpl(optionalhook=True, trylast=True)
def pytest_testnodedown(node: Any, error: object | None) -> None:
    """End the run when one of the processes died.

    pytest-xdist replaces it, and waits for ever when the others know already that nothing is left for them. Without
    replacements it lets the others finish first, and calls the run passed when the process had no test left.
    """
    if error:
        test = node.config.pluginmanager.getplugin("dsession").sched.unfinished(node)
        pytest.exit(
            f"process {node.gateway.id} died {f'in {test}' if test else 'outside of tests'}: {error}",
            returncode=pytest.ExitCode.TESTS_FAILED,
        )
