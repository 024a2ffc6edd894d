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
    "vision": {"core", "models"},
    "models": {"core"},
    "recording": {"core"},
    "engine": {"core", "vision"},
    "storage": {"core"},
    "uploads": {"core", "recording", "engine", "storage"},
    "words": set(),
    "alerts": {"core", "storage", "words"},
    "api": {"core", "storage", "engine", "models", "alerts", "words", "uploads"},
    "live": {"core", "storage", "engine", "models", "words", "uploads"},
}
EVERYWHERE = {"server.words.mark", "server.steady"}
"""The one says that a text is for people, the other goes on; they know nothing of the program."""
ANYBODY = {
    "server.addresses",
    "server.config",
    "server.ids",
    "server.logs",
    "server.origins",
    "server.orphans",
    "server.secret",
    "server.socket_meter",
    "server.throttle",
    "server.token_bucket",
}


def imports(path: Path) -> set[str]:
    """The modules of ours that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return {name for name in found if name.startswith("server.")}


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_imports_point_inward(package: str) -> None:
    for path in (SERVER / package).glob("*.py"):
        for name in imports(path) - EVERYWHERE:
            if package in {"core", "vision", "recording", "storage"} or name not in ANYBODY:
                target = name.split(".")[1]
                allowed = target == package or target in MAY_IMPORT[package]
                assert allowed, f"{path.relative_to(ROOT)} imports {name}"


def test_core_is_pure() -> None:
    forbidden = {"asyncio", "cv2", "quart", "time", "datetime", "random", "secrets", "os", "threading"}
    for path in (SERVER / "core").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not forbidden & {name.split(".")[0] for name in names}, path.name


def test_the_web_process_imports_nothing_heavy() -> None:
    code = (
        "import sys, server.serve, server.cli;"
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
