"""Row 11: who guesses has to wait, is told for how long, and learns nothing from it."""

import asyncio

import pytest

from server.api.accounts.user_admin import UserAdmin
from server.api.http.errors import APIError
from server.api.http.sign_in_limiter import FAILURES_FROM_ADDRESS, FAILURES_OF_NAME, Familiar, SignInLimiter
from server.config import Settings
from tests.security.attempts import attempt
from tests.support.engine import ScriptedEngine
from tests.support.server import PASSWORD, Client, RunningServer, run_server


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
    guard = SignInLimiter(10_000, 100, lambda: now)
    for number in range(FAILURES_OF_NAME):
        guard.admit_password(f"203.0.113.{number}", "ada")
    with pytest.raises(APIError, match="Try again in"):
        guard.admit_password("198.51.100.1", "ada")
    now = 900.0
    guard.admit_password("203.0.113.1", "ada")


def test_one_ipv6_network_is_one_address() -> None:
    guard = SignInLimiter(10_000, 100, lambda: 0.0)
    for number in range(FAILURES_FROM_ADDRESS):
        guard.admit_password(f"2001:db8::{number:x}", "ada")
    with pytest.raises(APIError):
        guard.admit_password("2001:db8::ffff", "ada")
    guard.admit_password("2001:db8:0:1::1", "ada")
    guard.admit_password("not an address", "ada")


def lock(guard: SignInLimiter, name: str) -> None:
    """As five strangers do, who never stop."""
    for number in range(FAILURES_OF_NAME):
        guard.admit_password(f"203.0.113.{number // FAILURES_FROM_ADDRESS}", name)
    with pytest.raises(APIError):
        guard.admit_password("198.51.100.1", name)


def test_strangers_do_not_keep_known_devices_and_places_out() -> None:
    guard = SignInLimiter(10_000, 100, lambda: 0.0)
    lock(guard, "ada")
    for familiar in (Familiar(device="mark"), Familiar(place=True)):
        for _ in range(FAILURES_FROM_ADDRESS):
            guard.admit_password("198.51.100.1", "ada", familiar)
        with pytest.raises(APIError):
            guard.admit_password("198.51.100.1", "ada", familiar)
    guard.admit_password("198.51.100.1", "ada", Familiar(device="another mark"))


def test_a_right_password_is_given_back_where_it_was_counted() -> None:
    guard = SignInLimiter(10_000, 100, lambda: 0.0)
    lock(guard, "ada")
    for _ in range(FAILURES_FROM_ADDRESS * 2):
        guard.was_no_guess(guard.admit_password("198.51.100.1", "ada", Familiar(device="mark")))
    with pytest.raises(APIError):
        guard.admit_password("198.51.100.1", "ada")


def test_a_known_browser_is_not_kept_out_by_others_at_its_address() -> None:
    guard = SignInLimiter(5, 100, lambda: 0.0)
    for _ in range(5):
        guard.admit_sign_in("192.0.2.1")
    with pytest.raises(APIError):
        guard.admit_sign_in("192.0.2.1")
    for _ in range(5):
        guard.admit_sign_in("192.0.2.1", "usr_ada")
    with pytest.raises(APIError):
        guard.admit_sign_in("192.0.2.1", "usr_ada")


async def test_five_addresses_lock_out_a_stranger_and_not_the_owner(settings: Settings, engine: ScriptedEngine) -> None:
    """The owner by the browser that signed in before, by the address, and by the command line."""
    wide = settings.model_copy(update={"sign_ins_per_minute": 10_000, "trusted_proxies": ("127.0.0.1",)})
    async with run_server(wide, engine) as server, server.client() as owner, server.client() as stranger:
        body = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
        home = {"X-Forwarded-For": "192.0.2.10"}
        async with owner.http.post("/api/users", json=body, headers=home) as response:
            assert response.status == 201

        async def sign_in(client: Client, address: str, password: str = PASSWORD) -> int:
            tried = {"login": "ada", "password": password}
            async with client.http.post("/api/session", json=tried, headers={"X-Forwarded-For": address}) as answer:
                return answer.status

        for number in range(FAILURES_OF_NAME):
            assert await sign_in(stranger, f"203.0.113.{number % 5}", "wrong password") == 401
        for address in ("203.0.113.1", "198.51.100.9", "2001:db8::1"):
            assert await sign_in(stranger, address) == 429, "right or wrong, it could be a guess"
        assert await sign_in(owner, "198.51.100.7") == 200, "the browser is known, wherever it is"
        async with server.client() as other:
            assert await sign_in(other, "192.0.2.10") == 200, "and so is the address"
        async with server.client() as other:
            other.http.cookie_jar.update_cookies({"crowdcount_known": "made up"})
            assert await sign_in(other, "198.51.100.8") == 429
        admin = UserAdmin(wide)
        try:
            await admin.enable("ada")
        finally:
            await admin.close()
        async with server.client() as other:
            assert await sign_in(other, "198.51.100.8") == 200, "the command line opens it"


async def test_the_mark_of_another_account_speaks_for_nothing(server: RunningServer) -> None:
    async with server.client() as user, server.client() as other:
        await user.register()
        await other.register("eve")
        for _ in range(FAILURES_FROM_ADDRESS):
            assert (await attempt(other, "ada", "wrong password"))[0] == 401
        assert (await attempt(other, "ada", PASSWORD))[0] == 429
        assert (await attempt(user, "ada", PASSWORD))[0] == 200, "beside whoever guesses at its address"
