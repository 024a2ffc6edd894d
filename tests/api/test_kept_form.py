"""A form whose session ended meanwhile: nothing that was typed is lost, and nothing secret is kept."""

import asyncio
import re
import sqlite3
from contextlib import closing
from html import unescape

import pytest

from server.config import Settings
from server.storage.engine import sqlite
from tests.support.engine import ScriptedEngine
from tests.support.server import PASSWORD, Client, RunningServer, run_server


async def post(user: Client, path: str, form: dict[str, str]) -> tuple[int, str]:
    """Send a form as a browser does; its status and page."""
    headers = {"Origin": user.url}
    async with user.http.post(path, data=form, headers=headers, allow_redirects=False) as response:
        return response.status, await response.text()


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the page's own form, not of its menus."""
    main = page[page.index("<main") : page.index("</main>")]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', main)
    return {name: unescape(value) for name, value in found}


async def end_session(user: Client) -> None:
    """The session ends on the server; the browser keeps its cookie."""
    cookies = {cookie.key: cookie.value for cookie in user.http.cookie_jar}
    async with user.http.delete("/api/session", headers={"Origin": user.url}) as response:
        assert response.status == 204
    user.http.cookie_jar.update_cookies(cookies)


async def test_what_was_typed_survives_signing_in_again(server: RunningServer) -> None:
    async with server.user() as user:
        await end_session(user)
        typed = {"date_of_birth": "1990-05-31", "place": 'Bern "Länggasse" <b>', "gender": ""}
        status, page = await post(user, "/profile", typed)
        assert status == 401
        assert "<b>" not in page
        carried = hidden(page)
        status, page = await post(user, "/login", {"login": "ada", "password": "wrong", **carried})
        assert status == 401
        assert hidden(page) == carried, "a wrong password loses it as little"
        status, page = await post(user, "/login", {"login": "ada", "password": PASSWORD, **carried})
        assert status == 200
        assert 'action="/profile"' in page
        assert hidden(page) == typed
        status, _ = await post(user, "/profile", hidden(page))
        assert status == 303
        async with user.http.get("/api/profile") as response:
            profile = (await response.json())["profile"]
        assert (profile["date_of_birth"], profile["place"]) == ("1990-05-31", typed["place"])


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/profile/password", {"current_password": PASSWORD, "new_password": "another long password"}),
        ("/profile/delete", {"password": PASSWORD}),
    ],
)
async def test_secrets_are_not_kept(server: RunningServer, path: str, form: dict[str, str]) -> None:
    async with server.user() as user:
        await end_session(user)
        status, page = await post(user, path, form)
        assert status == 401
        assert not any(value in page for value in form.values())
        assert '<a class="button button-primary" href="/login">' in page, "there the reason stands as well"


@pytest.mark.parametrize(
    "action",
    ["https://evil.example/", "//evil.example", "//profile", "profile", "/profile/delete", "/logout", "/nothing"],
)
async def test_a_form_comes_back_only_where_it_belongs(server: RunningServer, action: str) -> None:
    async with server.user() as user:
        await end_session(user)
        form = {"login": "ada", "password": PASSWORD, "kept_action": action, "kept.place": "Bern"}
        status, page = await post(user, "/login", form)
        assert (status, "Bern" in page) == (303, False)


async def test_unknown_fields_are_not_carried(server: RunningServer) -> None:
    async with server.user() as user:
        await end_session(user)
        form = {
            "login": "ada",
            "password": PASSWORD,
            "kept_action": "/profile",
            "kept.place": "Bern",
            "kept.evil": "x1y2",
        }
        status, page = await post(user, "/login", form)
        assert (status, "Bern" in page, "x1y2" in page) == (200, True, False)


BUSY = [
    ("/profile", {"date_of_birth": "1990-05-31", "place": 'Bern "Länggasse" <b>', "gender": ""}, {}),
    ("/register", {"username": "bob", "email": "bob@example.org", "next": "/rooms"}, {"password": PASSWORD}),
    ("/login", {"login": "ada", "next": "", "kept_action": "/profile", "kept.place": "Bern"}, {"password": PASSWORD}),
]


@pytest.mark.parametrize(("path", "typed", "secret"), BUSY)
async def test_a_database_that_is_busy_loses_nothing(
    settings: Settings,
    engine: ScriptedEngine,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    typed: dict[str, str],
    secret: dict[str, str],
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 50)
    async with run_server(settings, engine) as server, server.user() as user:
        with closing(sqlite3.connect(settings.database_path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            status, page = await post(user, path, typed | secret)
        assert status == 503
        assert f'action="{path}"' in page
        assert hidden(page) == typed
        assert not any(value in page for value in secret.values())
        status, _ = await post(user, path, hidden(page) | secret)
        assert status in (200, 303), "sent again, it is done"


async def test_a_limit_loses_nothing(settings: Settings, engine: ScriptedEngine) -> None:
    few = settings.model_copy(update={"requests_per_minute": 60})
    async with run_server(few, engine) as server, server.user() as user:
        typed = {"date_of_birth": "", "place": "Bern", "gender": ""}
        answers = await asyncio.gather(*(post(user, "/profile", typed) for _ in range(90)))
        assert {status for status, _ in answers} == {303, 429}
        assert all(hidden(page) == typed for status, page in answers if status == 429)
