"""The log says who and which, and nothing that is nobody's business; metrics are those that the dashboards ask for."""

import ast
import asyncio
import json
import logging
import re
import sys
from pathlib import Path

import aiohttp
import pytest

from server.common.logs import JsonFormatter, TextFormatter
from server.config import Settings
from server.live.connections.process_metrics import LOOK_EVERY_S
from tests.faults.processes import serving
from tests.media import find_asset
from tests.support.engine import ScriptedEngine
from tests.support.server import PASSWORD, RunningServer

ROOT = Path(__file__).resolve().parent.parent
FRAME = b"\xff\xd8picture-of-people"


def record(**extra: object) -> logging.LogRecord:
    """A record with these fields."""
    made = logging.LogRecord("crowdcount.live", logging.INFO, "", 1, "stream %s", ("opened",), None)
    made.__dict__.update(extra)
    return made


def test_a_line_has_the_ids_as_text_and_as_json() -> None:
    one = record(stream="str_1", user="usr_1", password="never", reason=None)
    assert TextFormatter().format(one).endswith("INFO crowdcount.live stream opened user=usr_1 stream=str_1")
    line = json.loads(JsonFormatter().format(one))
    assert (line["message"], line["stream"], line["user"], line["level"]) == ("stream opened", "str_1", "usr_1", "info")
    assert "password" not in line


IDS = re.compile(r"\b(stream|room|connection|camera|user) %s")


def test_ids_go_along_beside_every_sentence_that_names_one() -> None:
    """The searches of docs/operations.md are by these fields."""
    lacking = []
    for path in sorted((ROOT / "server").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
                continue
            if getattr(call.func.value, "id", "") != "logger" or not isinstance(call.args[0], ast.Constant):
                continue
            if IDS.search(str(call.args[0].value)) and "extra" not in {one.arg for one in call.keywords}:
                lacking.append(f"{path.relative_to(ROOT)}:{call.lineno}")
    assert lacking == []


async def test_a_failure_is_found_by_the_ids_of_its_stream(
    server: RunningServer, engine: ScriptedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    async with server.user() as user:
        camera = await user.camera()
        stream = (await user.open(camera))["stream"]
        engine.script.append(RuntimeError("unforeseen"))
        assert (await user.frame(stream, 1))["error"]["code"] == "INTERNAL"
    (failed,) = [json.loads(JsonFormatter().format(one)) for one in caplog.records if one.exc_info]
    assert (failed["stream"], failed["camera"]) == (stream, camera)
    assert "unforeseen" in failed["exception"]


def test_a_traceback_stays_on_its_line() -> None:
    try:
        raise ValueError("what went wrong")
    except ValueError:
        one = logging.getLogger("x").makeRecord("x", 40, "", 1, "failed", (), sys.exc_info())
    text = JsonFormatter().format(one)
    assert "\n" not in text
    assert "ValueError: what went wrong" in json.loads(text)["exception"]


async def test_no_secret_is_in_the_log_of_a_day(tmp_path: Path) -> None:
    """Everything that a user does, at the most talkative level."""
    wanted = {"CROWDCOUNT_LOG_FORMAT": "json", "CROWDCOUNT_LOG_LEVEL": "debug"}
    with serving(tmp_path / "data", **wanted) as running:
        async with RunningServer(running.url, Settings()).user() as user:
            cookie = next(iter(user.http.cookie_jar)).value
            async with user.http.post("/api/tokens", json={"login": "ada", "password": PASSWORD}) as response:
                tokens = await response.json()
            async with user.http.post("/api/session", json={"login": "ada", "password": "my-wrong-pass"}) as response:
                assert response.status == 401
            camera = await user.camera("Hidden door")
            stream = (await user.open(camera))["stream"]
            await user.frame(stream, 1, FRAME)
            for seq in range(2, 8):
                await user.frame(stream, seq, find_asset("bus.jpg").read_bytes())
            await asyncio.sleep(2 * LOOK_EVERY_S)
            hook = {"kind": "webhook", "name": "H", "target": "https://hooks.example.invalid/s3cret-path"}
            async with user.http.post("/api/channels", json={**hook, "steps": ["critical"]}) as response:
                secret = (await response.json())["channel"].get("secret") or "no-secret-shown"
            async with aiohttp.ClientSession(running.url) as program:
                headers = {"Authorization": f"Bearer {tokens['access_token']}"}
                async with program.get("/api/cameras", headers=headers) as response:
                    assert response.status == 200
                async with program.get("/metrics") as response:
                    metrics = await response.text()
    text = running.log.read_text()
    for hidden in (PASSWORD, "my-wrong-pass", cookie, tokens["access_token"], tokens["refresh_token"], secret, "$2b$"):
        assert hidden not in text
    assert "picture-of-people" not in text
    lines = [json.loads(line) for line in text.splitlines() if not line.startswith("crowdcount is at")]
    opened = next(line for line in lines if line["message"] == "stream opened")
    assert (opened["stream"], opened["camera"]) == (stream, camera)
    assert opened["user"].startswith("usr_")
    assert any(line["message"] == "connected" and line["user"] == opened["user"] for line in lines)
    asked = set()
    for path in (ROOT / "docs" / "grafana").iterdir():
        asked |= set(re.findall(r"\bcrowdcount_[a-z_]+|\bprocess_[a-z_]+", path.read_text()))
    given = set(re.findall(r"# TYPE (\S+)", metrics))
    given |= {f"{name}_bucket" for name in re.findall(r"# TYPE (\S+) histogram", metrics)}
    assert asked
    assert float(re.findall(r"^crowdcount_people (\S+)", metrics, re.M)[0]) > 0
    assert float(re.findall(r'^crowdcount_worker_resident_bytes\{worker="1"\} (\S+)', metrics, re.M)[0]) > 0
    assert asked <= given, sorted(asked - given)
