"""The profile: what may be told, and how old that makes somebody."""

from datetime import date, timedelta
from typing import Any

import pytest

from server.api.accounts.profile import age_on, today
from tests.support.server import RunningServer


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        ("1990-05-31", "2026-05-30", 35),
        ("1990-05-31", "2026-05-31", 36),
        ("2000-02-29", "2001-02-28", 0),
        ("2000-02-29", "2001-03-01", 1),
        ("2000-02-29", "2004-02-29", 4),
        ("2026-01-01", "2026-01-01", 0),
    ],
)
def test_age_in_whole_years(born: str, on: str, age: int) -> None:
    assert age_on(date.fromisoformat(born), date.fromisoformat(on)) == age


async def test_a_profile_is_kept_and_the_age_is_derived(server: RunningServer) -> None:
    born = today().replace(month=1, day=1) - timedelta(days=366 * 30)
    async with server.user() as user:
        changes = {"date_of_birth": born.isoformat(), "place": "  Sankt  Gallen ", "gender": "woman"}
        async with user.http.patch("/api/profile", json=changes) as response:
            assert response.status == 200
        async with user.http.patch("/api/profile", json={"gender": None}) as response:
            assert response.status == 200
        async with user.http.get("/api/profile") as response:
            profile = (await response.json())["profile"]
    assert profile["date_of_birth"] == born.isoformat()
    assert profile["age"] == age_on(born, today())
    assert (profile["place"], profile["gender"]) == ("Sankt Gallen", None)
    assert (profile["username"], profile["email"]) == ("ada", "ada@example.org")


TOMORROW = (today() + timedelta(days=1)).isoformat()
TOO_OLD = today().replace(year=today().year - 132, day=1).isoformat()


IMPOSSIBLE: list[tuple[dict[str, Any], str]] = [
    ({"date_of_birth": TOMORROW}, "date_of_birth"),
    ({"date_of_birth": TOO_OLD}, "date_of_birth"),
    ({"date_of_birth": "31.5.1990"}, "date_of_birth"),
    ({"date_of_birth": "2023-02-29"}, "date_of_birth"),
    ({"date_of_birth": "0000-00-00"}, "date_of_birth"),
    ({"date_of_birth": "99999-01-01"}, "date_of_birth"),
    ({"date_of_birth": 19900531}, "date_of_birth"),
    ({"place": "x" * 101}, "place"),
    ({"place": "a\0b"}, "place"),
    ({"gender": "x" * 41}, "gender"),
    ({"gender": ["x"]}, "gender"),
    ({"is_admin": True}, "is_admin"),
    ({"username": "eve"}, "username"),
]


async def test_what_a_profile_cannot_hold(server: RunningServer) -> None:
    async with server.user() as user:
        for change, field in IMPOSSIBLE:
            async with user.http.patch("/api/profile", json=change) as response:
                assert response.status == 400, change
                assert field in (await response.json())["error"]["fields"], change
        async with user.http.get("/api/profile") as response:
            profile = (await response.json())["profile"]
    assert (profile["date_of_birth"], profile["place"], profile["gender"]) == (None, None, None)


async def test_the_form_keeps_what_was_typed(server: RunningServer) -> None:
    async with server.user() as user:
        typed = {"date_of_birth": "1990-05-31", "place": "Sankt Gallen", "gender": "x" * 41}
        async with user.http.post("/profile", data=typed) as response:
            text = await response.text()
            assert response.status == 400
            assert "Use at most 40 characters." in text
            assert 'value="Sankt Gallen"' in text
            assert 'value="1990-05-31"' in text
        async with user.http.post("/profile", data={**typed, "gender": "woman"}) as response:
            text = await response.text()
            assert response.status == 200
            assert "Your profile is saved." in text
            assert 'id="age"' in text
