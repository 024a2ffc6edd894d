"""Registering, signing in and out: JSON and forms."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.support.server import PASSWORD, RunningServer

GOOD = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}


async def test_register_sign_out_sign_in(server: RunningServer) -> None:
    async with server.client() as user:
        async with user.http.post("/api/users", json=GOOD) as response:
            assert response.status == 201
            assert (await response.json())["user"] == {"username": "ada", "email": "ada@example.org", "is_admin": True}
            cookie = response.headers["Set-Cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=Lax" in cookie
        async with user.http.get("/api/session") as response:
            assert (await response.json())["user"]["username"] == "ada"
        async with user.http.delete("/api/session") as response:
            assert response.status == 204
        async with user.http.get("/api/session") as response:
            assert response.status == 401
        for login in ("ada", "ADA", " ada@Example.ORG "):
            async with user.http.post("/api/session", json={"login": login, "password": PASSWORD}) as response:
                assert response.status == 200


async def test_a_cookie_is_worth_nothing_after_signing_out(server: RunningServer) -> None:
    async with server.client() as user:
        await user.register()
        stolen = {cookie.key: cookie.value for cookie in user.http.cookie_jar}
        async with user.http.delete("/api/session") as response:
            assert response.status == 204
        user.http.cookie_jar.update_cookies(stolen)
        async with user.http.get("/api/session") as response:
            assert response.status == 401


async def test_only_the_first_account_administers(server: RunningServer) -> None:
    async with server.client() as first, server.client() as second:
        await first.register("ada")
        await second.register("bob")
        async with second.http.get("/api/session") as response:
            assert (await response.json())["user"]["is_admin"] is False


async def test_of_first_accounts_made_at_once_one_administers(server: RunningServer) -> None:
    async with AsyncExitStack() as stack:
        users = [await stack.enter_async_context(server.client()) for _ in range(6)]
        await asyncio.gather(*(user.register(f"user{number}") for number, user in enumerate(users)))
        admins = [(await user.get("/api/session"))["user"]["is_admin"] for user in users]
    assert admins.count(True) == 1


IMPOSSIBLE: list[tuple[dict[str, Any], int, str]] = [
    ({"username": "a"}, 400, "username"),
    ({"username": "a b c"}, 400, "username"),
    ({"username": "<script>"}, 400, "username"),
    ({"username": "x" * 41}, 400, "username"),
    ({"email": "ada"}, 400, "email"),
    ({"email": "a@b"}, 400, "email"),
    ({"email": "a" * 250 + "@b.org"}, 400, "email"),
    ({"password": "short"}, 400, "password"),
    ({"password": "x" * 1025}, 400, "password"),
    ({"password": "x" * 20_000}, 400, "password"),
    ({"username": None}, 400, "username"),
    ({"surprise": 1}, 400, "surprise"),
    ({"email": "other@example.org"}, 409, "username"),
    ({"username": "other"}, 409, "email"),
    ({"username": "ADA", "email": "ADA@example.org"}, 409, "username"),
]


async def test_what_cannot_be_registered(server: RunningServer) -> None:
    async with server.client() as user:
        await user.register()
        for change, status, field in IMPOSSIBLE:
            async with user.http.post("/api/users", json={**GOOD, **change}) as response:
                assert response.status == status, change
                error = (await response.json())["error"]
                assert field in error["fields"], change
                assert error["code"] in {"INVALID_FIELDS", "BAD_REQUEST", "TAKEN"}


@pytest.mark.parametrize("password", ["ü" * 40, "x" * 72, "x" * 73, "x" * 1024, "nul\0inside!"])
async def test_every_byte_of_a_long_password_counts(server: RunningServer, password: str) -> None:
    async with server.client() as user:
        async with user.http.post("/api/users", json={**GOOD, "password": password}) as response:
            assert response.status == 201
        for attempt, status in ((password, 200), (password[:-1] + "y", 401), (password[:-1], 401)):
            async with user.http.post("/api/session", json={"login": "ada", "password": attempt}) as response:
                assert response.status == status


@pytest.mark.parametrize("login", ["ada", "nobody", "x" * 1000, ""])
async def test_wrong_credentials_look_the_same(server: RunningServer, login: str) -> None:
    async with server.client() as user:
        await user.register()
        async with user.http.post("/api/session", json={"login": login, "password": "wrong password"}) as response:
            assert response.status == 401
            assert (await response.json())["error"]["code"] == "WRONG_CREDENTIALS"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 60_000])
async def test_a_broken_body_is_a_bad_request(server: RunningServer, body: bytes) -> None:
    async with server.client() as user:
        headers = {"Content-Type": "application/json"}
        async with user.http.post("/api/users", data=body, headers=headers) as response:
            assert response.status == 400
            assert (await response.json())["error"]["code"] == "BAD_REQUEST"


async def test_the_forms_work_without_scripts(server: RunningServer) -> None:
    async with server.client() as user:
        async with user.http.post("/register", data={**GOOD, "email": "no"}) as response:
            text = await response.text()
            assert response.status == 400
            assert "Enter an e-mail address" in text
            assert 'value="ada"' in text, "what was typed is kept"
            assert PASSWORD not in text
        async with user.http.post("/register", data=GOOD) as response:
            assert response.url.path == "/cameras"
        async with user.http.post("/logout") as response:
            assert response.url.path == "/"
        async with user.http.get("/cameras/cam_x?y=1") as response:
            assert response.url.path == "/login"
            assert response.url.query["next"] == "/cameras/cam_x?y=1"
        async with user.http.post("/login", data={"login": "ada", "password": "wrong password"}) as response:
            assert response.status == 401
            assert 'value="ada"' in await response.text()
        good = {"login": "ada", "password": PASSWORD, "next": "/cameras?here"}
        async with user.http.post("/login", data=good, allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (303, "/cameras?here")


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "x", "/a\r\nb: c"])
async def test_signing_in_never_leads_to_another_site(server: RunningServer, target: str) -> None:
    async with server.client() as user:
        await user.register()
        body = {"login": "ada", "password": PASSWORD, "next": target}
        async with user.http.post("/login", data=body, allow_redirects=False) as response:
            assert response.headers["Location"] == "/cameras"
