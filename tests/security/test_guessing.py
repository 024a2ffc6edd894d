"""Row 11: who guesses has to wait, is told for how long, and learns nothing from it."""

import asyncio

import pytest

from server.api.errors import APIError
from server.api.guard import FAILURES_FROM_ADDRESS, FAILURES_OF_NAME, Guard
from server.config import Settings
from tests.security.attempts import attempt
from tests.support.engine import ScriptedEngine
from tests.support.server import PASSWORD, RunningServer, run_server


@pytest.mark.parametrize("login", ["ada", "ADA@example.org", "nobody"])
async def test_guessing_has_to_wait(server: RunningServer, login: str) -> None:
    async with server.client() as user, server.client() as other:
        await user.register()
        await other.register("eve")
        answers = [await attempt(user, login, "wrong password") for _ in range(FAILURES_FROM_ADDRESS + 1)]
        assert [status for status, _ in answers] == [401] * FAILURES_FROM_ADDRESS + [429]
        assert 1 <= int(answers[-1][1]["Retry-After"]) <= 900
        status, headers = await attempt(user, login, PASSWORD)
        assert (status, "Retry-After" in headers) == (429, True), "the right one waits as well: it could be a guess"
        assert (await attempt(user, "eve", PASSWORD))[0] == 200, "another account is not concerned"
        async with user.http.post("/login", data={"login": login, "password": "x"}) as response:
            assert response.status == 429, "the form counts with the API"
            assert "Retry-After" in response.headers
            assert "Try again in" in await response.text()
        async with user.http.post("/api/tokens", json={"login": login, "password": PASSWORD}) as response:
            assert response.status == 429, "and so do tokens"


async def test_signing_in_often_is_no_guessing(settings: Settings, engine: ScriptedEngine) -> None:
    wide = settings.model_copy(update={"sign_ins_per_minute": 10_000})
    async with run_server(wide, engine) as server, server.client() as user:
        await user.register()
        statuses = [(await attempt(user, "ada", PASSWORD))[0] for _ in range(FAILURES_FROM_ADDRESS + 5)]
        assert set(statuses) == {200}


async def test_all_at_once_are_no_way_around(server: RunningServer) -> None:
    async with server.client() as user:
        await user.register()
        answers = await asyncio.gather(
            *(attempt(user, "ada", "wrong password") for _ in range(FAILURES_FROM_ADDRESS + 5))
        )
        checked = [status for status, _ in answers].count(401)
        assert 0 < checked <= FAILURES_FROM_ADDRESS
        # Those that found no place in the queue may come again.
        later = [(await attempt(user, "ada", "wrong password"))[0] for _ in range(FAILURES_FROM_ADDRESS + 1 - checked)]
        assert later == [401] * (FAILURES_FROM_ADDRESS - checked) + [429]


async def test_the_two_names_of_an_account_are_not_linked(server: RunningServer) -> None:
    """Else whoever knows a user name could try addresses until one has to wait with it."""
    async with server.client() as user:
        await user.register()
        for _ in range(FAILURES_FROM_ADDRESS):
            await attempt(user, "ada", "wrong password")
        for login, status in (("ADA ", 429), ("ada@example.org", 401), ("eve@example.org", 401)):
            assert (await attempt(user, login, "wrong password"))[0] == status, login


async def test_refusals_are_logged_once(server: RunningServer) -> None:
    async with server.client() as user, server.client() as other:
        await user.register()
        for _ in range(FAILURES_FROM_ADDRESS + 4):
            await attempt(other, "ada", "wrong password")
        entries = (await user.get("/api/audit?limit=200"))["entries"]
        actions = [one["action"] for one in entries]
        assert (actions.count("sign_in_failed"), actions.count("sign_in_refused")) == (FAILURES_FROM_ADDRESS, 1)


async def test_addresses_have_limits_for_signing_in_and_up(settings: Settings, engine: ScriptedEngine) -> None:
    few = settings.model_copy(update={"sign_ins_per_minute": 5, "sign_ups_per_hour": 2})
    async with run_server(few, engine) as server, server.client() as user:
        statuses = [(await attempt(user, f"nobody{number}", "wrong password"))[0] for number in range(7)]
        assert statuses == [401] * 5 + [429] * 2
        made = []
        for number in range(4):
            body = {"username": f"user{number}", "email": f"u{number}@example.org", "password": PASSWORD}
            async with user.http.post("/api/users", json=body) as response:
                made.append(response.status)
                assert ("Retry-After" in response.headers) == (response.status == 429)
        assert made == [201, 201, 429, 429]


def test_an_account_is_guarded_from_everywhere() -> None:
    now = 0.0
    guard = Guard(10_000, 100, lambda: now)
    for number in range(FAILURES_OF_NAME):
        guard.admit_password(f"203.0.113.{number}", "ada")
    with pytest.raises(APIError, match="Try again in"):
        guard.admit_password("198.51.100.1", "ada")
    now = 900.0
    guard.admit_password("203.0.113.1", "ada")


def test_one_ipv6_network_is_one_address() -> None:
    guard = Guard(10_000, 100, lambda: 0.0)
    for number in range(FAILURES_FROM_ADDRESS):
        guard.admit_password(f"2001:db8::{number:x}", "ada")
    with pytest.raises(APIError):
        guard.admit_password("2001:db8::ffff", "ada")
    guard.admit_password("2001:db8:0:1::1", "ada")
    guard.admit_password("not an address", "ada")
