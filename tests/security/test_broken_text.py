"""Half of a surrogate pair, which JSON can carry and nothing can store: no route takes it, and none breaks."""

import json
from pathlib import Path
from typing import Any

from server.config import Settings
from tests.support.engine import ScriptedEngine
from tests.support.server import run_server

HALF = "Gate \ud800"
METHODS = ("post", "put", "patch")
SAMPLES = {"string": HALF, "integer": 0, "number": 0, "boolean": False}

Json = dict[str, Any]


def fill(schema: Json, document: Json) -> Any:
    """A value of a schema with that in every text."""
    if "$ref" in schema:
        return fill(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document)
    if "anyOf" in schema:
        return fill(schema["anyOf"][0], document)
    if schema.get("type") == "array":
        return [fill(schema.get("items", {}), document)]
    if schema.get("type") == "object":
        return {name: fill(part, document) for name, part in schema.get("properties", {HALF: {}}).items()}
    return SAMPLES.get(schema.get("type", "string"), HALF)


def bodies(document: Json) -> list[tuple[str, str, Json]]:
    """Method, path and such a body of every route that takes one, whole and each of its texts alone."""
    found = []
    for path, operations in document["paths"].items():
        for method in METHODS:
            content = operations.get(method, {}).get("requestBody", {}).get("content", {})
            if "application/json" in content:
                body = fill(content["application/json"]["schema"], document)
                texts = {name: value for name, value in body.items() if "\\ud800" in json.dumps(value)}
                found += [(method, path, part) for part in (body, *({name: texts[name]} for name in texts)) if texts]
    return found


async def test_no_route_takes_half_a_character(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path / "data", port=0, bcrypt_cost=4, log_level="error", requests_per_minute=100_000
    )
    async with run_server(settings, ScriptedEngine()) as server, server.user() as user:
        camera = await user.camera()
        room = await user.room("Hall", camera)
        asked = bodies(await user.get("/openapi.json"))
        assert {path for _, path, _ in asked} >= {"/api/cameras", "/api/profile", "/api/cameras/{camera_id}/plan"}
        headers = {"Origin": user.url, "Content-Type": "application/json"}
        for method, path, body in asked:
            url = path.replace("{camera_id}", camera).replace("{room_id}", room)
            async with user.http.request(method, url, data=json.dumps(body), headers=headers) as response:
                assert 400 <= response.status < 500, f"{method} {path} {body!a}: {await response.text()}"
