"""Every promise has a test that breaks it, or says what is lacking."""

import ast
from pathlib import Path

import pytest

from tests.faults.rows import ROWS, Row

TESTS = Path(__file__).resolve().parent.parent


def names_in(path: Path) -> set[str]:
    """The names of the tests in a file."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds)}


def test_the_rows_are_those_that_are_promised() -> None:
    assert [row.number for row in ROWS] == list(range(1, 21))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.number))
def test_every_row_has_its_tests(row: Row) -> None:
    assert row.tests or row.lacking
    for named in row.tests:
        file, _, name = named.partition("::")
        found = names_in(TESTS / file)
        assert name in found if name else any(one.startswith("test_") for one in found), named
