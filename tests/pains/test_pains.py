"""Every complaint has its answer in docs/pains.md and tests that show it."""

import ast
import re
from pathlib import Path

import pytest

from tests.pains.pains import PAINS, Pain

TESTS = Path(__file__).resolve().parent.parent
DOCUMENT = TESTS.parent / "docs" / "pains.md"
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)


def test_the_document_lists_the_same() -> None:
    rows = {
        int(number): set(re.findall(r"`([^`]+)`", tests))
        for number, _, _, tests in ROW.findall(DOCUMENT.read_text("utf-8"))
    }
    assert rows == {pain.number: set(pain.tests) for pain in PAINS}
    assert sorted(rows) == list(range(1, 16))


@pytest.mark.parametrize("pain", PAINS, ids=lambda pain: str(pain.number))
def test_its_tests_exist(pain: Pain) -> None:
    for named in pain.tests:
        file, _, name = named.partition("::")
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        found = {
            node.name for node in ast.walk(ast.parse((TESTS / file).read_text("utf-8"))) if isinstance(node, kinds)
        }
        assert name in found, named
