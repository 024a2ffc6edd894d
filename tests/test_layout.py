"""Rules about the code itself."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from server.config import PREFIX, Settings

ROOT = Path(__file__).resolve().parent.parent
SERVER = ROOT / "server"
MAY_IMPORT = {
    "core": set[str](),
    "common": {"core"},
    "i18n": set(),
    "models": {"core"},
    "recording": {"core"},
    "vision": {"core", "models"},
    "engine": {"core", "vision", "common"},
    "storage": {"core"},
    "uploads": {"core", "common", "recording", "engine", "storage"},
    "alerts": {"core", "storage", "i18n", "common", "config"},
    "api": {"core", "storage", "uploads", "engine", "models", "alerts", "i18n", "common", "config"},
    "live": {"core", "storage", "uploads", "engine", "models", "i18n", "common", "config"},
    "process": {"core", "storage", "engine", "api", "i18n", "common", "config", "app"},
    "cli": {"core", "storage", "models", "recording", "vision", "alerts", "live", "api", "common", "config", "process"},
}
"""Wing -> what it may import besides itself."""
EVERYWHERE = {"server.i18n.markers", "server.common.background", "server.common.resources"}
"""Marks texts for people, runs a task for life, finds the program's files; they know nothing of the program."""


def imports(path: Path) -> set[str]:
    """The modules of ours that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return {name for name in found if name.startswith("server.")}


def test_every_folder_is_a_wing() -> None:
    folders = {path.parent.name for path in SERVER.glob("*/__init__.py")}
    assert folders == set(MAY_IMPORT)


@pytest.mark.parametrize("wing", sorted(MAY_IMPORT))
def test_imports_point_inward(wing: str) -> None:
    for path in (SERVER / wing).rglob("*.py"):
        for name in imports(path) - EVERYWHERE:
            target = name.split(".")[1]
            assert target == wing or target in MAY_IMPORT[wing], f"{path.relative_to(ROOT)} imports {name}"


def test_core_is_pure() -> None:
    forbidden = {"asyncio", "cv2", "quart", "time", "datetime", "random", "secrets", "os", "threading"}
    for path in (SERVER / "core").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not forbidden & {name.split(".")[0] for name in names}, path.name


def test_the_web_process_imports_nothing_heavy() -> None:
    code = (
        "import sys, server.process.serve, server.cli.main;"
        "print(sorted({'torch', 'openvino', 'ultralytics', 'av', 'cv2', 'deep_sort_realtime'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "deployment.md").read_text()
    missing = [name for name in Settings.model_fields if f"`{PREFIX}{name.upper()}`" not in page]
    assert missing == []


def test_recordings_have_one_reader() -> None:
    """OpenCV's takes names for addresses, gives interlaced frames unwritten and ends at the first damaged packet."""
    found = [path for folder in ("server", "bench", "tests") for path in (ROOT / folder).rglob("*.py")]
    assert [path.name for path in found if "cv2." + "VideoCapture" in path.read_text()] == []
