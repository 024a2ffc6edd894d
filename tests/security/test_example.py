"""The complete client of docs/protocol.md, run as it stands there."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from tests.support.engine import ScriptedEngine, person
from tests.support.server import PASSWORD, RunningServer

PROTOCOL = Path(__file__).resolve().parents[2] / "docs" / "protocol.md"


def example() -> str:
    """The program in the document."""
    found = re.search(r"## A complete client\n+```python\n(.*?)```", PROTOCOL.read_text(), re.S)
    assert found, "docs/protocol.md has a complete client"
    return found.group(1)


async def test_the_example_works(server: RunningServer, engine: ScriptedEngine, tmp_path: Path) -> None:
    engine.script.extend([(person(1), person(2)), (person(2),), ()])
    async with server.client() as user:
        await user.register()
    line = re.search(r"^SERVER, LOGIN, PASSWORD = .*$", example(), re.M)
    if line is None:
        pytest.fail("the example names its server and account in one line")
    program = example().replace(line.group(0), f"SERVER, LOGIN, PASSWORD = {server.url!r}, 'ada', {PASSWORD!r}")
    (tmp_path / "client.py").write_text(program)
    (tmp_path / "frames").mkdir()
    for number in range(3):
        (tmp_path / "frames" / f"{number}.jpg").write_bytes(b"jpeg %d" % number)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "client.py", cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, errors.decode()
    lines = out.decode().splitlines()
    assert lines[:3] == ["0.jpg 2", "1.jpg 1", "2.jpg 0"]
    assert "'peak': 2" in lines[3]
    assert [jpeg for _, jpeg, _ in engine.seen] == [b"jpeg 0", b"jpeg 1", b"jpeg 2"]
