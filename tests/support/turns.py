"""Which tests run in one process, where several test at a time, and in which order these begin."""

from pathlib import PurePosixPath

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
    """pytest-xdist's own groups (`--dist loadgroup`) do not hold with pytest 9.1, which ignores the names they set."""

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)
