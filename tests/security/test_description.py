"""The API keeps to its own description, whatever is sent: schemathesis over /openapi.json, no 5xx."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from server.config import Settings
from tests.support.engine import ScriptedEngine
from tests.support.server import PASSWORD, RunningServer, run_server

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 12
OPEN = {
    ("post", "/api/users"),
    ("post", "/api/session"),
    ("post", "/api/tokens"),
    ("post", "/api/tokens/refresh"),
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
    ("options", "/api/recordings/uploads"),
    ("get", "/api/join/{code}"),  # the code is the secret, and following some needs an account
    ("post", "/api/join/{code}"),
    ("get", "/api/status/{code}"),
}
# Needs neither a secret nor an id that cannot be guessed: some of what is sent to these must be accepted.
LET_IN = {
    "GET /api/session",
    "GET /api/sessions",
    "GET /api/profile",
    "PATCH /api/profile",
    "GET /api/account/holdings",
    "GET /api/audit",
    "GET /api/audit/export",
    "GET /api/cameras",
    "POST /api/cameras",
    "GET /api/cameras/{camera_id}",
    "PATCH /api/cameras/{camera_id}",
    "DELETE /api/cameras/{camera_id}",
    "GET /api/recordings",
    "OPTIONS /api/recordings/uploads",
    "GET /api/models",
    "GET /api/qualities",
    "GET /api/cameras/{camera_id}/quality",
    "PUT /api/cameras/{camera_id}/quality",
    "GET /readyz",
    "GET /api/rooms",
    "POST /api/rooms",
    "GET /api/rooms/{room_id}",
    "PATCH /api/rooms/{room_id}",
    "DELETE /api/rooms/{room_id}",
    "PUT /api/rooms/{room_id}/cameras/{camera_id}",
    "GET /api/rooms/{room_id}/invites",
    "POST /api/rooms/{room_id}/invites",
    "DELETE /api/rooms/{room_id}/invites/{invite_id}",
    "GET /api/join/{code}",
    "POST /api/join/{code}",
    "GET /api/rooms/{room_id}/areas",
    "PATCH /api/rooms/{room_id}/areas/{area_id}",
    "DELETE /api/rooms/{room_id}/areas/{area_id}",
    "GET /api/rooms/{room_id}/log",
    "GET /api/rooms/{room_id}/alerts",
    "GET /api/rooms/{room_id}/status-page",
    "DELETE /api/rooms/{room_id}/status-page",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server in a thread with its own loop: schemathesis asks from this one."""
    wide = Settings(
        data_dir=tmp_path_factory.mktemp("described"), port=0, bcrypt_cost=4, log_level="error",
        sign_ins_per_minute=10_000, sign_ups_per_hour=10_000, requests_per_minute=100_000,
    )  # fmt: skip
    started, found = threading.Event(), []
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        async with run_server(wide, ScriptedEngine()) as server:
            found.append(server)
            started.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert started.wait(30)
    yield found[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join(30)
    loop.close()


_names = iter(range(1_000_000))


def somebody(url: str) -> tuple[dict[str, str], dict[str, str]]:
    """A fresh account with a camera and a room: the header of its token, and ids by the names that paths have."""
    name = f"user{next(_names)}"
    body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
    assert requests.post(f"{url}/api/users", json=body, timeout=20).status_code == 201
    answer = requests.post(f"{url}/api/tokens", json={"login": name, "password": PASSWORD}, timeout=20)
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def make(path: str, body: dict[str, object]) -> Any:
        return requests.post(url + path, json=body, headers=headers, timeout=20).json()

    room = make("/api/rooms", {"name": "Hall"})["room"]["id"]
    invite = make(f"/api/rooms/{room}/invites", {"role": "camera", "hours": 1, "uses": 1000})
    ids = {
        "camera_id": make("/api/cameras", {"name": "Gate"})["camera"]["id"],
        "room_id": room,
        "invite_id": invite["invite"]["id"],
        "code": invite["url"].rpartition("/")[2],
        "area_id": make(f"/api/rooms/{room}/areas", {"name": "Gate A", "members": []})["area"]["id"],
    }
    return headers, ids


def test_the_api_keeps_to_its_description(served: RunningServer) -> None:
    schema = schemathesis.openapi.from_url(f"{served.url}/openapi.json")
    operations = [operation.ok() for operation in schema.get_all_operations()]
    assert len(operations) >= 25
    answered = {operation.label: run_operation(operation, served.url) for operation in operations}
    heard = {label for label, statuses in answered.items() if statuses & {200, 201, 204}}
    assert heard >= LET_IN, "otherwise nothing was tested"


def run_operation(operation: Any, url: str) -> set[int]:
    """Send what the description allows. Returns the statuses of the answers."""
    statuses: set[int] = set()
    headers, ids = somebody(url)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def check(case: Any) -> None:
        if statuses:
            # Something that is there; the first is any text.
            case.path_parameters |= {name: id_ for name, id_ in ids.items() if name in case.path_parameters}
        response = case.call(base_url=url, headers=headers, timeout=20)
        statuses.add(response.status_code)
        case.validate_response(response, checks=CHECKS)

    check()
    return statuses


async def test_everything_but_signing_in_asks_who_it_is(served: RunningServer) -> None:
    async with aiohttp.ClientSession(served.url) as stranger:
        async with stranger.get("/openapi.json") as response:
            document = await response.json()
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                assert ("security" not in operation) == ((method, path) in OPEN), (method, path)


async def test_the_description_has_no_pages_and_names_errors(served: RunningServer) -> None:
    async with aiohttp.ClientSession(served.url) as stranger, stranger.get("/openapi.json") as response:
        document = await response.json()
    assert not [path for path in document["paths"] if not path.startswith(("/api/", "/healthz", "/readyz", "/metrics"))]
    for operations in document["paths"].values():
        for operation in operations.values():
            assert operation["responses"]["default"]["content"]["application/json"]
            assert operation["summary"]
    assert set(document["components"]["securitySchemes"]) == {"bearer", "cookie"}
