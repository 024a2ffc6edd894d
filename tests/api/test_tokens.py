"""Programs sign in with tokens: get, use, renew, end."""

import asyncio
import time
from typing import Any

import jwt
import pytest

from server.config import Settings
from tests.support.engine import ScriptedEngine
from tests.support.server import PASSWORD, Client, RunningServer, run_server

CREDENTIALS = {"login": "ada", "password": PASSWORD}


async def get_tokens(client: Client, credentials: dict[str, str] | None = None) -> dict[str, Any]:
    """Tokens for the account."""
    async with client.http.post("/api/tokens", json=credentials or CREDENTIALS) as response:
        assert response.status == 200, await response.text()
        found: dict[str, Any] = await response.json()
    return found


async def refresh(client: Client, token: str) -> tuple[int, dict[str, Any]]:
    """Status and answer of using a refresh token."""
    async with client.http.post("/api/tokens/refresh", json={"refresh_token": token}) as response:
        return response.status, await response.json()


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    """The header that a program sends."""
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def whoami(client: Client, tokens: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Who the server takes the holder of a token for."""
    async with client.http.get("/api/session", headers=bearer(tokens)) as response:
        return response.status, await response.json()


@pytest.fixture
async def program(server: RunningServer) -> Any:
    """A client without cookies and without an Origin, for the account ada."""
    async with server.client() as user:
        await user.register()
    async with server.client() as client:
        client.http.headers.pop("Origin")
        yield client


async def test_a_token_opens_http_and_sockets(program: Client) -> None:
    tokens = await get_tokens(program)
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 600)
    status, who = await whoami(program, tokens)
    assert (status, who["user"]["username"]) == (200, "ada")
    async with program.http.post("/api/cameras", json={"name": "Gate"}, headers=bearer(tokens)) as response:
        assert response.status == 201, "a program sends no Origin"
        camera = (await response.json())["camera"]["id"]
    await program.socket.connect(program.url, auth={"token": tokens["access_token"]}, transports=["websocket"])
    stream = (await program.open(camera))["stream"]
    assert (await program.frame(stream, 1))["status"] == "processed"


async def test_a_refresh_token_works_once_and_reuse_ends_the_family(program: Client) -> None:
    first = await get_tokens(program)
    unrelated = await get_tokens(program)
    status, second = await refresh(program, first["refresh_token"])
    assert status == 200
    assert (await whoami(program, second))[0] == 200
    await program.socket.connect(program.url, auth={"token": second["access_token"]}, transports=["websocket"])
    status, answer = await refresh(program, first["refresh_token"])
    assert (status, answer["error"]["code"]) == (401, "TOKEN_REUSED")
    assert (await program.wait_for("session_ended"))["reason"] == "token_reused"
    assert (await whoami(program, second))[0] == 401
    assert (await refresh(program, second["refresh_token"]))[0] == 401
    assert (await whoami(program, unrelated))[0] == 200, "another family goes on"
    async with program.http.get("/api/audit", headers=bearer(unrelated)) as response:
        entry = (await response.json())["entries"][0]
    assert (entry["action"], entry["detail"]) == ("token_reused", "127.0.0.1")
    assert "aiohttp" in entry["target"]


async def test_of_two_refreshes_at_once_one_wins(program: Client) -> None:
    tokens = await get_tokens(program)
    answers = await asyncio.gather(*(refresh(program, tokens["refresh_token"]) for _ in range(4)))
    assert [status for status, _ in answers].count(200) <= 1
    assert (await whoami(program, tokens))[0] == 401, "somebody used it twice, so nobody goes on"


async def test_ending_tokens(program: Client) -> None:
    tokens = await get_tokens(program)
    async with program.http.delete("/api/tokens", headers=bearer(tokens)) as response:
        assert response.status == 204
    assert (await whoami(program, tokens))[0] == 401
    status, answer = await refresh(program, tokens["refresh_token"])
    assert (status, answer["error"]["code"]) == (401, "INVALID_TOKEN")


@pytest.mark.few
async def test_an_expired_access_token_says_so_and_a_socket_is_cut(settings: Settings, engine: ScriptedEngine) -> None:
    short = settings.model_copy(update={"access_token_s": 2, "resume_s": 20.0})
    async with run_server(short, engine) as server, server.client() as client:
        await client.register()
        client.http.cookie_jar.clear()
        tokens = await get_tokens(client)
        async with client.http.post("/api/cameras", json={"name": "Gate"}, headers=bearer(tokens)) as response:
            camera = (await response.json())["camera"]["id"]
        await client.socket.connect(server.url, auth={"token": tokens["access_token"]}, transports=["websocket"])
        stream = (await client.open(camera))["stream"]
        await client.frame(stream, 1)
        expires_at = jwt.decode(tokens["access_token"], options={"verify_signature": False})["exp"]
        assert (await client.wait_for("session_ended", 30))["reason"] == "expired"
        assert time.time() - expires_at <= 5, "of docs/security.md"
        status, answer = await whoami(client, tokens)
        assert (status, answer["error"]["code"]) == (401, "TOKEN_EXPIRED")
        status, fresh = await refresh(client, tokens["refresh_token"])
        assert status == 200
        await client.socket.disconnect()
        await client.socket.connect(server.url, auth={"token": fresh["access_token"]}, transports=["websocket"])
        assert (await client.open(camera, resume=stream))["resumed"] is True, "identities outlive the token"


async def test_a_socket_is_renewed_with_a_token_of_its_own_session(settings: Settings, engine: ScriptedEngine) -> None:
    short = settings.model_copy(update={"access_token_s": 3})
    async with run_server(short, engine) as server, server.client() as client:
        await client.register()
        client.http.cookie_jar.clear()
        tokens, others = await get_tokens(client), await get_tokens(client)
        await client.socket.connect(server.url, auth={"token": tokens["access_token"]}, transports=["websocket"])
        for wrong in (others["access_token"], tokens["refresh_token"], "x", None, 7):
            assert "error" in await client.call("renew", {"token": wrong})
        for _ in range(3):
            await asyncio.sleep(1.2)
            tokens = (await refresh(client, tokens["refresh_token"]))[1]
            assert (await client.call("renew", {"token": tokens["access_token"]}))["expires_in"] >= 1
        assert client.socket.connected, "longer than any one token lives"
        assert not [event for event, _ in client.events if event == "session_ended"]


async def test_a_token_goes_before_a_cookie(server: RunningServer) -> None:
    async with server.client() as ada, server.client() as eve:
        await ada.register("ada")
        await eve.register("eve")
        tokens = await get_tokens(ada)
        assert (await whoami(eve, tokens))[1]["user"]["username"] == "ada"
        async with eve.http.get("/api/session", headers={"Authorization": "Bearer rubbish"}) as response:
            assert response.status == 401, "a bad token is not made good by a cookie"
            assert "invalid_token" in response.headers["WWW-Authenticate"]
