"""Where an account is signed in, passwords that change, accounts that go."""

from contextlib import AsyncExitStack
from typing import Any

import bcrypt
import pytest
from sqlalchemy import text

from server.api.accounts import sign_in
from server.api.accounts.deleted_sessions import KEEP_S, MOST, DeletedSessions
from server.api.accounts.devices import device_name
from server.api.accounts.user_admin import UserAdmin
from server.config import Settings
from server.storage.engine.database import Database
from tests.support.engine import ScriptedEngine
from tests.support.server import PASSWORD, Client, RunningServer, run_server
from tests.support.wait import until

NEW = "another long password"


async def sessions_of(user: Client) -> list[dict[str, Any]]:
    """The user's sessions by the API."""
    async with user.http.get("/api/sessions") as response:
        assert response.status == 200
        found: list[dict[str, Any]] = (await response.json())["sessions"]
    return found


async def status_of(user: Client) -> int:
    """What asking who is signed in is answered."""
    async with user.http.get("/api/session") as response:
        return response.status


async def change_password(user: Client, current: str, new: str) -> tuple[int, dict[str, Any] | None]:
    """Status and answer of changing the password."""
    body = {"current_password": current, "new_password": new}
    async with user.http.post("/api/account/password", json=body) as response:
        return response.status, await response.json() if response.status != 204 else None


async def test_sessions_are_listed_and_each_can_be_ended(server: RunningServer) -> None:
    async with server.client() as here, server.client() as there, server.client() as eve:
        await here.register()
        await there.sign_in()
        await eve.register("eve")
        listed = await sessions_of(here)
        assert [one["current"] for one in listed].count(True) == 1
        assert {one["address"] for one in listed} == {"127.0.0.1"}
        other = next(one["id"] for one in listed if not one["current"])
        async with eve.http.delete(f"/api/sessions/{other}") as response:
            assert response.status == 404, "another's session looks unknown"
        assert await status_of(there) == 200
        async with here.http.delete(f"/api/sessions/{other}") as response:
            assert response.status == 204
        async with here.http.delete(f"/api/sessions/{other}") as response:
            assert response.status == 404
        assert (await status_of(there), await status_of(here)) == (401, 200)
        assert len(await sessions_of(here)) == 1


async def test_signing_out_everywhere(server: RunningServer) -> None:
    async with server.client() as here, server.client() as there:
        await here.register()
        await there.sign_in()
        async with here.http.delete("/api/sessions") as response:
            assert response.status == 204
        assert (await status_of(here), await status_of(there)) == (401, 401)


async def test_changing_the_password_ends_all_but_this_browser(server: RunningServer) -> None:
    async with server.client() as here, server.client() as there:
        await here.register()
        await there.sign_in()
        stolen = {cookie.key: cookie.value for cookie in here.http.cookie_jar}
        assert (await change_password(here, PASSWORD, NEW))[0] == 204
        assert (await status_of(here), await status_of(there)) == (200, 401)
        async with there.http.get("/login") as response:
            assert "The password was changed." in await response.text(), "the browser says why"
        there.http.cookie_jar.update_cookies(stolen)
        assert await status_of(there) == 401, "the cookie from before is worth nothing"
        for password, status in ((PASSWORD, 401), (NEW, 200)):
            async with there.http.post("/api/session", json={"login": "ada", "password": password}) as response:
                assert response.status == status


REFUSED = [
    ("wrong password", NEW, 403, "current_password"),
    ("", NEW, 403, "current_password"),
    ("x" * 5000, NEW, 403, "current_password"),
    (PASSWORD, "short", 400, "new_password"),
    (PASSWORD, PASSWORD, 400, "new_password"),
    (PASSWORD, "x" * 1025, 400, "new_password"),
    (PASSWORD, "password123", 400, "new_password"),
    (PASSWORD, "ADA@example.org", 400, "new_password"),
]


async def test_passwords_that_do_not_change(server: RunningServer) -> None:
    async with server.client() as user:
        await user.register()
        for current, new, status, field in REFUSED:
            answered, answer = await change_password(user, current, new)
            assert answered == status, (current, new)
            assert answer is not None
            assert field in answer["error"]["fields"]
            assert PASSWORD not in str(answer)
        assert await status_of(user) == 200
        await user.sign_in()


async def test_common_passwords_are_refused(server: RunningServer) -> None:
    async with server.client() as user:
        for password in ("password", "12345678", "Password1", "QWERTYUIOP", "iloveyou", "ada.lovelace", " " * 8):
            body = {"username": "ada.lovelace", "email": "ada@example.org", "password": password}
            async with user.http.post("/api/users", json=body) as response:
                assert response.status == 400, password
                assert "password" in (await response.json())["error"]["fields"]


async def test_hashes_grow_with_the_cost(settings: Settings, engine: ScriptedEngine) -> None:
    async def stored() -> str:
        database = Database(settings.database)
        async with database.reading() as connection:
            found = (await connection.execute(text("SELECT password_hash FROM users"))).scalar_one()
        await database.close()
        return str(found)

    async with run_server(settings, engine) as server, server.client() as user:
        await user.register()
    before = await stored()
    harder = settings.model_copy(update={"bcrypt_cost": settings.bcrypt_cost + 1})
    async with run_server(harder, ScriptedEngine()) as server, server.client() as user:
        await user.sign_in()
        after = await stored()
        await user.sign_in()
    assert (before.split("$")[2], after.split("$")[2]) == ("04", "05")
    assert bcrypt.checkpw(PASSWORD.encode(), after.encode())
    assert await stored() == after, "once is enough"


async def test_deleting_the_account_takes_everything_along(server: RunningServer, engine: ScriptedEngine) -> None:
    async with server.user() as user, server.client() as other, server.user("eve") as eve:
        camera = await user.camera()
        kept = await eve.camera()
        stream = (await user.open(camera))["stream"]
        await user.frame(stream, 1)
        await other.sign_in()
        async with user.http.post("/api/account/delete", json={"password": "wrong password"}) as response:
            assert response.status == 403
        async with user.http.get("/api/account/holdings") as response:
            holdings = (await response.json())["holdings"]
        assert (holdings["cameras"], holdings["sessions"]) == (1, 2)
        assert (holdings["alerts"], holdings["channels"]) == (0, 0)
        assert holdings["audit_entries"] >= 4
        async with user.http.post("/api/account/delete", json={"password": PASSWORD}) as response:
            assert response.status == 204
        assert (await user.wait_for("session_ended"))["reason"] == "account_deleted"
        assert (await status_of(user), await status_of(other)) == (401, 401)
        async with user.http.post("/api/session", json={"login": "ada", "password": PASSWORD}) as response:
            assert response.status == 401
        await until(lambda: not engine.opened)
        async with eve.http.get(f"/api/cameras/{kept}") as response:
            assert response.status == 200
    assert await left_behind(server.settings) == {
        "users": 1, "cameras": 1, "streams": 0, "sessions": 1, "refresh_tokens": 0, "audit of ada": 0,
    }  # fmt: skip


async def left_behind(settings: Settings) -> dict[str, int]:
    """Rows of each table, and what the log still knows of ada."""
    database = Database(settings.database)
    counts = {}
    async with database.reading() as connection:
        for table in ("users", "cameras", "streams", "sessions", "refresh_tokens"):
            counts[table] = int((await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())
        # Of people who have gone, the log says that they went. A wrong sign-in names nobody.
        named = "(address != '' OR target != '' OR detail != '') AND action != 'sign_in_failed'"
        query = f"SELECT count(*) FROM audit WHERE user_id IS NULL AND {named}"
        counts["audit of ada"] = int((await connection.execute(text(query))).scalar_one())
    await database.close()
    return counts


async def test_the_pages_work_without_scripts(server: RunningServer) -> None:
    async def post(path: str, data: dict[str, str], where: str, status: int = 200) -> str:
        async with user.http.post(path, data=data) as response:
            assert (response.status, response.url.path) == (status, where)
            return await response.text()

    async with server.client() as user, server.client() as other:
        await user.register()
        await other.sign_in()
        listed = await sessions_of(user)
        other_id = next(one["id"] for one in listed if not one["current"])
        page = await post("/profile/sessions/end", {"session": other_id}, "/profile/sessions")
        assert other_id not in page
        page = await post(
            "/profile/password", {"current_password": "no", "new_password": NEW}, "/profile/password", 403
        )
        assert "This is not your password." in page
        wanted = {"current_password": PASSWORD, "new_password": NEW}
        assert "Your password is changed." in await post("/profile/password", wanted, "/profile")
        async with user.http.get("/profile/log") as response:
            log = await response.text()
        assert "Password changed" in log
        assert "Session ended" in log
        page = await post("/profile/delete", {"password": "no"}, "/profile/delete", 403)
        assert "This is not your password." in page
        await post("/profile/sessions/end", {"session": "all"}, "/login")
        assert await status_of(user) == 401
        async with user.http.post("/api/session", json={"login": "ada", "password": NEW}) as response:
            assert response.status == 200
        cookies = {cookie.key: cookie.value for cookie in user.http.cookie_jar}
        assert "The account is deleted" in await post("/profile/delete", {"password": NEW}, "/")
        other.http.cookie_jar.clear()
        other.http.cookie_jar.update_cookies(cookies)
        async with other.http.get("/login") as response:
            page = await response.text()
        assert "This account was deleted." in page, "in a browser that was signed in as well"
        assert "Sign in again." not in page, "there is nothing to sign in to"
        async with user.http.get("/profile", allow_redirects=False) as response:
            assert response.headers["Location"] == "/login?next=%2Fprofile"


async def test_the_sessions_of_a_user_are_bounded(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "MOST_SESSIONS", 3)
    async with AsyncExitStack() as stack:
        users = [await stack.enter_async_context(server.client()) for _ in range(5)]
        await users[0].register()
        await users[0].connect()
        for user in users[1:]:
            await user.sign_in()
        assert (await users[0].wait_for("session_ended"))["reason"] == "too_many"
        assert [await status_of(user) for user in users] == [401, 401, 200, 200, 200]
        assert len(await sessions_of(users[4])) == 3
        async with users[1].http.get("/login") as response:
            assert "the account has too many newer ones. Sign in again." in await response.text()


async def test_a_browser_whose_account_was_disabled_is_told_whom_to_ask(server: RunningServer) -> None:
    async with server.client() as user:
        await user.register()
        admin = UserAdmin(server.settings)
        await admin.disable("ada")
        await admin.close()
        async with user.http.get("/login") as response:
            page = await response.text()
        assert "This account is disabled. Ask who runs this server." in page
        assert "Sign in again." not in page


async def test_the_log_names_the_device_whose_session_was_ended(server: RunningServer) -> None:
    async with server.client() as here, server.client() as there:
        there.http.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        await here.register()
        await there.sign_in()
        other = next(one["id"] for one in await sessions_of(here) if not one["current"])
        async with here.http.delete(f"/api/sessions/{other}") as response:
            assert response.status == 204
        entry = (await here.get("/api/audit"))["entries"][0]
        assert (entry["action"], entry["target"], entry["detail"]) == ("session_ended", "Firefox on Linux", "127.0.0.1")


def test_sessions_that_went_with_their_account_are_remembered_for_a_while() -> None:
    now = 0.0
    departed = DeletedSessions(lambda: now)
    departed.note(["a", "b"])
    now = KEEP_S - 1
    departed.note(["c"])
    assert [one in departed for one in "abcd"] == [True, True, True, False]
    now = KEEP_S
    assert [one in departed for one in "abc"] == [False, False, True]
    departed.note(str(number) for number in range(MOST))
    assert "c" not in departed, "of many the newest"
    assert str(MOST - 1) in departed


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.15.0", "curl/8.15.0"),
        ("\x1b[31mred\n", "[31mred"),
        ("", "unknown device"),
    ],
)
def test_devices_have_short_names(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name
