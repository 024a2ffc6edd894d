"""Row 8: what ends a session cuts its sockets, cookies and tokens, on every web process."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from sqlalchemy import text

from server.config import Settings
from server.storage.engine.database import Database
from tests.faults.figures import note
from tests.support.engine import ScriptedEngine
from tests.support.server import PASSWORD, Client, RunningServer, run_server

PROMISE_S, PROMISE_AFTER_EXPIRY_S = 2.0, 5.0
"""Of docs/security.md: what is measured, alone, from the moment at which it is done."""
PATIENCE_S = 30
"""How long is waited, so that what is too late is said as a figure."""


@dataclass
class Cast:
    """The user in one browser at one web process, the same user elsewhere, and somebody else."""

    actor: Client
    elsewhere: Client
    program: Client
    refresh_token: str
    bystander: Client
    settings: Settings


@pytest.fixture
async def people(settings: Settings, engine: ScriptedEngine) -> AsyncIterator[Cast]:
    """Two web processes on one database: the actor uses the first, everybody else the second."""
    async with AsyncExitStack() as stack:
        first: RunningServer = await stack.enter_async_context(run_server(settings, engine))
        second: RunningServer = await stack.enter_async_context(run_server(settings, ScriptedEngine()))
        actor = await stack.enter_async_context(first.client())
        elsewhere, program, bystander = [await stack.enter_async_context(second.client()) for _ in range(3)]
        await actor.register()
        await actor.connect()
        await elsewhere.sign_in()
        await elsewhere.connect()
        async with program.http.post("/api/tokens", json={"login": "ada", "password": PASSWORD}) as response:
            tokens = await response.json()
        await program.socket.connect(second.url, auth={"token": tokens["access_token"]}, transports=["websocket"])
        program.http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        await bystander.register("eve")
        await bystander.connect()
        yield Cast(actor, elsewhere, program, tokens["refresh_token"], bystander, settings)


async def sign_out_everywhere(people: Cast) -> None:
    """By the API of the other process."""
    async with people.actor.http.delete("/api/sessions") as response:
        assert response.status == 204


async def change_password(people: Cast) -> None:
    """By the form."""
    form = {"current_password": PASSWORD, "new_password": "another long password"}
    async with people.actor.http.post("/profile/password", data=form) as response:
        assert response.status == 200


async def delete_account(people: Cast) -> None:
    """By the API."""
    async with people.actor.http.post("/api/account/delete", json={"password": PASSWORD}) as response:
        assert response.status == 204


def on_command_line(*words: str) -> Callable[[Cast], Awaitable[None]]:
    """By `crowdcount users`, in a process of its own."""

    async def run(people: Cast) -> None:
        environment = {
            **os.environ,
            "CROWDCOUNT_DATA_DIR": str(people.settings.data_dir),
            "CROWDCOUNT_BCRYPT_COST": "4",
        }
        command = [sys.executable, "-m", "server.cli", "users", *words]
        done = await asyncio.to_thread(
            subprocess.run, command, env=environment, input="one more long password\n", capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr

    return run


async def expire(people: Cast) -> None:
    """Time passes."""
    await execute(
        people, "UPDATE sessions SET expires_at = :now WHERE user_id = (SELECT id FROM users WHERE username = 'ada')"
    )


async def execute(people: Cast, statement: str) -> None:
    """Change the database behind everybody's back."""
    database = Database(people.settings.database)
    async with database.writing() as connection:
        await connection.execute(text(statement), {"now": time.time()})
    await database.close()


async def cut(clients: Sequence[Client], started: float) -> tuple[float, set[str]]:
    """Seconds until the last of the clients was told that its session is over, and what they were told."""
    told = [(await client.wait_for("session_ended", PATIENCE_S))["reason"] for client in clients]
    return time.monotonic() - started, set(told)


@pytest.mark.few
@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (sign_out_everywhere, "ended_elsewhere"),
        (change_password, "password_changed"),
        (delete_account, "account_deleted"),
        (on_command_line("disable", "ada"), "account_disabled"),
        (on_command_line("set-role", "ada", "user"), "role_changed"),
        (on_command_line("reset-password", "ada", "--password-stdin"), "password_changed"),
        (expire, "expired"),
    ],
    ids=["everywhere", "password", "delete", "disable", "role", "reset", "expiry"],
)
async def test_everything_of_the_user_is_cut(people: Cast, act: Callable[[Cast], Awaitable[None]], reason: str) -> None:
    stream = (await people.elsewhere.open(await people.elsewhere.camera()))["stream"]
    stolen = {cookie.key: cookie.value for cookie in people.actor.http.cookie_jar}
    await act(people)
    took, told = await cut((people.actor, people.elsewhere, people.program), time.monotonic())
    assert told == {reason}
    promise = PROMISE_AFTER_EXPIRY_S if act is expire else PROMISE_S
    note(8, f"all is cut, also on another web process: {reason}", f"{took:.1f} s", f"≤ {promise:.0f} s")
    assert took <= promise
    assert stream
    for client in (people.elsewhere, people.program):
        async with client.http.get("/api/cameras") as response:
            assert response.status == 401
    people.actor.http.cookie_jar.clear()
    people.actor.http.cookie_jar.update_cookies(stolen)
    async with people.actor.http.get("/api/cameras") as response:
        assert response.status == 401, "a cookie from before"
    async with people.program.http.post(
        "/api/tokens/refresh", json={"refresh_token": people.refresh_token}
    ) as response:
        assert response.status == 401
    assert people.bystander.socket.connected
    assert people.bystander.events == []


async def test_signing_out_ends_one_session_and_no_other(people: Cast) -> None:
    async with people.actor.http.post("/logout") as response:
        assert response.status == 200
    assert (await people.actor.wait_for("session_ended"))["reason"] == "signed_out"
    await asyncio.sleep(1.5)
    assert people.elsewhere.socket.connected
    assert people.elsewhere.events == []


@pytest.mark.few
async def test_how_fast(people: Cast) -> None:
    """On another web process the connection falls within a few looks at the database, of which two fit in a second."""
    took = []
    for _ in range(3):
        async with people.actor.http.get("/api/sessions") as response:
            session = next(
                one for one in (await response.json())["sessions"] if one["kind"] == "browser" and not one["current"]
            )
        started = time.monotonic()
        async with people.actor.http.delete(f"/api/sessions/{session['id']}") as response:
            assert response.status == 204
        took.append((await cut([people.elsewhere], started))[0])
        await people.elsewhere.socket.disconnect()
        await people.elsewhere.sign_in()
        await people.elsewhere.connect()
    assert max(took) <= PROMISE_S


@pytest.mark.few
async def test_a_client_that_ignores_the_end_is_cut_as_well(server: RunningServer, engine: ScriptedEngine) -> None:
    """It speaks the protocol by hand: it neither closes when told to, nor stops sending."""
    async with server.client() as user:
        await user.register()
        async with user.http.ws_connect("/socket.io/?EIO=4&transport=websocket") as socket:
            await socket.receive()
            await socket.send_str("40")
            assert str((await socket.receive()).data).startswith("40")
            async with user.http.delete("/api/session") as response:
                assert response.status == 204
            started, heard = time.monotonic(), []
            async with asyncio.timeout(PATIENCE_S):
                async for message in socket:
                    heard.append(str(message.data))
                    await socket.send_str('421["stream_open",{"camera":"cam_1","source":"camera","mode":"live"}]')
            assert time.monotonic() - started <= PROMISE_S
        assert any("session_ended" in text for text in heard)
        assert not [text for text in heard if text.startswith("43")], "nothing is answered any more"
        assert engine.opened == {}
