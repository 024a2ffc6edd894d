"""Which tests run in one process, where several test at a time, and in which order these begin."""

from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling

FIRST_HALF = "test_s"
"""Tests in a browser before this name take three fifths of the time of all of them."""
FIRST, LAST = "browser, first", "browser, last"


def together(nodeid: str) -> str:
    """Name of those that run one after the other in one process: a file, or half of the tests that drive a browser."""
    file = PurePosixPath(nodeid.partition("::")[0])
    if "e2e" not in file.parts:
        return str(file)
    return FIRST if file.name < FIRST_HALF else LAST


def turn(nodeid: str) -> int:
    """Half of the browser's tests begin first, because they take longest; the other half when others are done."""
    return {FIRST: 0, LAST: 2}.get(together(nodeid), 1)


class Turns(LoadScopeScheduling):  # type: ignore[misc]
    """pytest-xdist's own groups (`--dist loadgroup`) do not hold with pytest 9.1, which ignores the names they set."""

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)
