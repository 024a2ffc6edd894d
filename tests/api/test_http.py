"""Health, headers, origins and errors."""

import aiohttp
import pytest
from yarl import URL

from server.config import Settings
from server.engine.base import WorkerState, WorkerStatus
from tests.support.engine import ScriptedEngine
from tests.support.server import RunningServer, run_server


async def test_health(server: RunningServer) -> None:
    async with server.client() as stranger:
        async with stranger.http.get("/healthz") as response:
            assert (response.status, await response.json()) == (200, {"status": "ok"})
        async with stranger.http.get("/readyz") as response:
            assert response.status == 200
            assert (await response.json())["status"] == "ready"
        async with stranger.http.get("/metrics") as response:
            assert "crowdcount_frames_total" in await response.text()


async def test_readyz_names_what_is_missing(settings: Settings, engine: ScriptedEngine) -> None:
    broken = settings.model_copy(update={"models_dir": settings.data_dir / "nowhere"})
    async with run_server(broken, engine) as server, server.client() as stranger:
        async with stranger.http.get("/readyz") as response:
            assert response.status == 503
            assert "models pull" in (await response.json())["reasons"][0]


async def test_a_crash_loop_is_told_although_another_counts(server: RunningServer, engine: ScriptedEngine) -> None:
    looping = WorkerStatus(WorkerState.FAILED, 4, "The vision process died.", {}, failures=5)
    engine.workers.append(looping)
    async with server.client() as stranger:
        async with stranger.http.get("/readyz") as response:
            told = await response.json()
        assert (response.status, told["status"]) == (200, "degraded")
        assert told["warnings"] == ["engine: vision process 2 ended 5 times in a row: The vision process died."]
        async with stranger.http.get("/metrics") as response:
            assert "crowdcount_worker_restarts 4.0" in (await response.text()).splitlines()


async def test_counters_reach_the_metrics(server: RunningServer) -> None:
    async def received() -> float:
        async with user.http.get("/metrics") as response:
            lines = (await response.text()).splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith('crowdcount_frames_total{outcome="rec'))

    async with server.user() as user:
        stream = (await user.open(await user.camera()))["stream"]
        before = await received()
        for seq in (1, 2, 3):
            await user.frame(stream, seq)
        assert await received() == before + 3


async def test_the_api_is_described(server: RunningServer) -> None:
    async with server.client() as stranger, stranger.http.get("/openapi.json") as response:
        paths = (await response.json())["paths"]
    assert {"/api/users", "/api/session", "/api/cameras", "/api/cameras/{camera_id}", "/api/models"} <= paths.keys()


@pytest.mark.parametrize("path", ["/", "/login", "/api/session", "/nowhere", "/healthz", "/static/css/nowhere.css"])
async def test_every_answer_carries_the_security_headers(server: RunningServer, path: str) -> None:
    async with server.client() as stranger, stranger.http.get(path) as response:
        policy = response.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'self'" in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("origin", "status"), [("https://evil.example", 403), ("null", 403), (None, 201)])
async def test_another_sites_page_changes_nothing(server: RunningServer, origin: str | None, status: int) -> None:
    async with server.user() as user:
        headers = {"Origin": origin} if origin else {"Origin": server.url}
        async with user.http.post("/api/cameras", json={"name": "x"}, headers=headers) as response:
            assert response.status == status


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nowhere", 404, "NOT_FOUND"),
        ("PUT", "/api/cameras", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/assets/../../pyproject.toml", 404, "NOT_FOUND"),
        ("GET", "/assets/%2e%2e/%2e%2e/pyproject.toml", 404, "NOT_FOUND"),
    ],
)
async def test_unknown_routes(server: RunningServer, method: str, path: str, status: int, code: str) -> None:
    async with server.user() as user, user.http.request(method, path) as response:
        assert response.status == status
        text = await response.text()
        assert code in text
        assert "requires-python" not in text


async def test_a_body_without_end_is_refused(server: RunningServer) -> None:
    async with server.client() as stranger:
        async with stranger.http.post("/api/users", json={"username": "x" * 200_000}) as response:
            assert response.status == 413


async def test_too_many_sign_ins_have_to_wait(server: RunningServer) -> None:
    async with server.client() as stranger:
        for _ in range(40):
            body = {"login": "nobody", "password": "wrong password"}
            async with stranger.http.post("/api/session", json=body) as response:
                if response.status == 429:
                    assert int(response.headers["Retry-After"]) >= 0
                    assert (await response.json())["error"]["code"] == "RATE_LIMITED"
                    return
    pytest.fail("forty sign-ins at once were all let through")


@pytest.mark.parametrize("name", ["%00", "x" * 5000, "..%2f..%2fpyproject.toml", "no/such.js"])
async def test_files_that_cannot_be_are_not_found(server: RunningServer, name: str) -> None:
    async with server.client() as stranger, stranger.http.get(URL(f"/assets/{name}", encoded=True)) as response:
        assert response.status == 404


@pytest.mark.parametrize("host", ["a..b", "x" * 64, ".x"])
@pytest.mark.parametrize("path", ["/", "/api/session", "/nowhere"])
async def test_a_host_that_is_none_is_refused(server: RunningServer, host: str, path: str) -> None:
    async with server.client() as stranger:
        async with stranger.http.get(path, headers={"Host": host}) as response:
            assert response.status == 400
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await stranger.http.ws_connect(path, headers={"Host": host})
        assert refused.value.status in (400, 403)
