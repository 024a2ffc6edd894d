"""Outlines and whether they are simple: the same table as tests/client/zones-geometry.test.js."""

import json
from pathlib import Path
from typing import Any

import pytest

from server.core.geometry import is_simple

OUTLINES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "outlines.json").read_text("utf-8"))


@pytest.mark.parametrize("outline", OUTLINES, ids=[outline["name"] for outline in OUTLINES])
def test_server_and_browser_agree(outline: dict[str, Any]) -> None:
    assert is_simple([(x, y) for x, y in outline["points"]]) is outline["simple"]
