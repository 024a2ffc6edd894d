"""What changes while a password is in bcrypt counts: its owner, its account and its session may be gone afterwards."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable

import bcrypt
import pytest
from sqlalchemy import text

from server.api.accounts.user_admin import UserAdmin
from server.api.http.passwords import Passwords
from server.config import Settings
from server.storage.engine.database import Database
from tests.support.engine import ScriptedEngine
from tests.support.server import PASSWORD, Client, RunningServer, run_server

OPERATORS = "what the operator chose"
OWN = "what the owner chose"
Meanwhile = Callable[[Settings], Awaitable[None]]


class Held:
    """Holds the next check of a password after its work is done."""

    def __init__(self) -> None:
        self.armed = False
        self.checked, self.go = threading.Event(), threading.Event()

    def hold(self) -> None:
        """Called in the thread that checked."""
        if self.armed:
            self.armed = False
            self.checked.set()
            assert self.go.wait(60)

    async def meanwhile(self, request: Awaitable[int], act: Callable[[], Awaitable[None]]) -> int:
        """The status of a request during whose check of a password something else was done."""
        self.checked.clear()
        self.go.clear()
        self.armed = True
        task = asyncio.ensure_future(request)
        assert await asyncio.to_thread(self.checked.wait, 30)
        await act()
        self.go.set()
        return await task


@pytest.fixture
async def held(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Held]:
    """Checks can be held."""
    one, check = Held(), Passwords._check

    def slow(self: Passwords, prepared: bytes, hashed: str | None) -> bool:
        fits = check(self, prepared, hashed)
        one.hold()
        return fits

    monkeypatch.setattr(Passwords, "_check", slow)
    yield one
    one.go.set()  # a test that failed meanwhile leaves no thread behind


async def reset(settings: Settings) -> None:
    """As `crowdcount users reset-password`."""
    admin = UserAdmin(settings)
    await admin.reset_password("ada", OPERATORS)
    await admin.close()


async def disable(settings: Settings) -> None:
    """As `crowdcount users disable`."""
    admin = UserAdmin(settings)
    await admin.disable("ada")
    await admin.close()


async def delete(settings: Settings) -> None:
    """By its owner, in another browser."""
    await execute(settings, "DELETE FROM users WHERE username = 'ada'")


async def end_sessions(settings: Settings) -> None:
    """By their owner, in another browser."""
    await execute(settings, "UPDATE sessions SET ended_at = created_at, end_reason = 'ended_elsewhere'")


async def execute(settings: Settings, statement: str) -> None:
    """Change the database."""
    database = Database(settings.database)
    async with database.writing() as connection:
        await connection.execute(text(statement))
    await database.close()


async def open_sessions(settings: Settings) -> int:
    """How many sessions are open."""
    database = Database(settings.database)
    async with database.reading() as connection:
        found = await connection.execute(text("SELECT count(*) FROM sessions WHERE ended_at IS NULL"))
        count = int(found.scalar_one())
    await database.close()
    return count


async def post(client: Client, path: str, body: dict[str, str]) -> int:
    """The status of a request, as JSON or as a form."""
    form = not path.startswith("/api/")
    options = {"data" if form else "json": body, "allow_redirects": False}
    async with client.http.post(path, **options) as response:
        await response.read()
        return response.status


async def sign_in(client: Client, path: str, password: str) -> int:
    """The status of signing in."""
    return await post(client, path, {"login": "ada", "password": password})


@pytest.mark.parametrize("path", ["/api/session", "/login", "/api/tokens"])
@pytest.mark.parametrize(("act", "status"), [(reset, 401), (disable, 403), (delete, 401)])
async def test_an_old_password_begins_no_session(
    server: RunningServer, held: Held, path: str, act: Meanwhile, status: int
) -> None:
    async with server.client() as owner, server.client() as thief:
        await owner.register()
        assert await held.meanwhile(sign_in(thief, path, PASSWORD), lambda: act(server.settings)) == status
        assert await open_sessions(server.settings) == 0


@pytest.mark.parametrize("path", ["/api/session", "/login"])
async def test_a_wrong_password_of_an_account_that_goes_is_wrong(server: RunningServer, held: Held, path: str) -> None:
    async with server.client() as owner, server.client() as other:
        await owner.register()
        assert await held.meanwhile(sign_in(other, path, "wrong password"), lambda: delete(server.settings)) == 401


@pytest.mark.parametrize("path", ["/api/account/password", "/profile/password"])
@pytest.mark.parametrize("act", [reset, disable, delete, end_sessions])
async def test_a_change_that_waited_overwrites_nothing(
    server: RunningServer, held: Held, path: str, act: Meanwhile
) -> None:
    async with server.client() as thief, server.client() as owner:
        await thief.register()
        change = {"current_password": PASSWORD, "new_password": OWN}
        assert await held.meanwhile(post(thief, path, change), lambda: act(server.settings)) == 401
        assert await open_sessions(server.settings) == 0
        assert await sign_in(owner, "/api/session", OWN) == 401
        if act is reset:
            assert await sign_in(owner, "/api/session", OPERATORS) == 200


async def test_another_change_that_was_faster_is_not_overwritten(server: RunningServer, held: Held) -> None:
    """Only the hash differs: as when a hash is made anew at a higher cost."""

    async def swap() -> None:
        await execute(server.settings, "UPDATE users SET password_hash = replace(password_hash, '$04$', '$05$')")

    async with server.client() as owner:
        await owner.register()
        change = {"current_password": PASSWORD, "new_password": OWN}
        assert await held.meanwhile(post(owner, "/api/account/password", change), swap) == 409
        assert await open_sessions(server.settings) == 1, "nothing was done"


@pytest.mark.parametrize("path", ["/api/account/delete", "/profile/delete"])
@pytest.mark.parametrize("act", [reset, disable, delete, end_sessions])
async def test_a_deletion_that_waited_deletes_nothing(
    server: RunningServer, held: Held, path: str, act: Meanwhile
) -> None:
    async with server.client() as thief:
        await thief.register()
        asked = post(thief, path, {"password": PASSWORD})
        assert await held.meanwhile(asked, lambda: act(server.settings)) == 401
        database = Database(server.settings.database)
        async with database.reading() as connection:
            left = (await connection.execute(text("SELECT count(*) FROM users"))).scalar_one()
        await database.close()
        assert left == (0 if act is delete else 1)


async def test_a_sign_in_survives_another_that_makes_the_hash_anew(
    settings: Settings, engine: ScriptedEngine, held: Held
) -> None:
    """Two sign-ins find an old hash; the one that comes second finds the new one in its place."""

    def put(cost: int) -> Awaitable[None]:
        hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(cost)).decode()
        return execute(settings, f"UPDATE users SET password_hash = '{hashed}'")

    harder = settings.model_copy(update={"bcrypt_cost": 5})
    async with run_server(harder, engine) as server, server.client() as user:
        await user.register()
        await put(4)
        assert await held.meanwhile(sign_in(user, "/api/session", PASSWORD), lambda: put(5)) == 200
        await put(4)
        assert await held.meanwhile(sign_in(user, "/api/session", PASSWORD), lambda: reset(settings)) == 401


LATE = [
    ("PATCH", "/api/profile", {"json": {"place": "Bern"}}),
    ("POST", "/profile", {"data": {"place": "Bern"}}),
    ("POST", "/api/cameras", {"json": {"name": "Gate"}}),
    ("POST", "/api/rooms", {"json": {"name": "Hall"}}),
    ("GET", "/api/audit/export", {}),
]


@pytest.mark.parametrize(("method", "path", "options"), LATE)
async def test_what_waited_to_be_written_while_the_account_went_is_refused(
    server: RunningServer, method: str, path: str, options: dict[str, object]
) -> None:
    async with server.client() as user:
        await user.register()
        database = Database(server.settings.database)
        async with database.writing() as connection:
            late = asyncio.ensure_future(ask(user, method, path, options))
            await asyncio.sleep(0.5)
            await connection.execute(text("DELETE FROM users"))
        await database.close()
        status, answer = await late
        assert status == 401
        assert "account was deleted" in answer


async def ask(client: Client, method: str, path: str, options: dict[str, object]) -> tuple[int, str]:
    """Status and body of a request."""
    async with client.http.request(method, path, **options) as response:
        return response.status, await response.text()
