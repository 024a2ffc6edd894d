"""The audit log: what is in it, whose it is, and that it can be taken away without harm."""

import csv
import io
import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from server.api.accounts.user_admin import UserAdmin
from server.api.http import audit_file
from server.api.http.audit_file import plain_cell
from server.core.alarm import Limits
from server.core.plan import Plan, ZoneLimits
from server.core.plan_json import encode_plan
from server.core.zone import Zone
from server.storage.accounts.audit import Entry, select_audit
from tests.support.server import PASSWORD, Client, RunningServer


async def log_of(user: Client, **query: int) -> dict[str, Any]:
    """A page of the log."""
    async with user.http.get("/api/audit", params={key: str(value) for key, value in query.items()}) as response:
        assert response.status == 200
        page: dict[str, Any] = await response.json()
    return page


async def test_who_did_what_when_from_where(server: RunningServer) -> None:
    async with server.client() as user, server.client() as eve:
        await user.register()
        await eve.register("eve")
        camera = await user.camera("North gate")
        for login in ("ada", "nobody"):
            async with eve.http.post("/api/session", json={"login": login, "password": "wrong password"}) as response:
                assert response.status == 401
        async with user.http.patch(f"/api/cameras/{camera}", json={"name": "South gate"}) as response:
            assert response.status == 200
        async with user.http.delete(f"/api/cameras/{camera}") as response:
            assert response.status == 204
        async with user.http.patch("/api/profile", json={"place": "Bern", "gender": "woman"}) as response:
            assert response.status == 200
        entries = (await log_of(user))["entries"]
        assert [(one["action"], one["target"]) for one in entries] == [
            ("profile_changed", "place, gender"),
            ("camera_deleted", "South gate"),
            ("camera_renamed", "South gate"),
            ("sign_in_failed", ""),
            ("camera_added", "North gate"),
            ("signed_in", "browser"),
            ("registered", ""),
        ]
        assert {one["address"] for one in entries} == {"127.0.0.1"}
        assert all("aiohttp" in one["device"] and one["at"].endswith("Z") for one in entries)
        assert "Bern" not in str(entries), "the log is no second copy of the profile"
        assert [one["action"] for one in (await log_of(eve))["entries"]] == ["signed_in", "registered"]


async def test_the_log_comes_in_pages(server: RunningServer) -> None:
    async with server.client() as user:
        await user.register()
        for number in range(5):
            await user.camera(f"Gate {number}")
        whole = (await log_of(user))["entries"]
        pages, before = [], {}
        while True:
            page = await log_of(user, limit=3, **before)
            pages.append([one["id"] for one in page["entries"]])
            if page["next"] is None:
                break
            before = {"before": page["next"]}
        assert [len(page) for page in pages] == [3, 3, 1]
        assert [id_ for page in pages for id_ in page] == [one["id"] for one in whole]
        async with user.http.get("/profile/log", params={"before": str(whole[2]["id"])}) as response:
            assert "Gate 0" in await response.text()


async def test_queries_that_are_none(server: RunningServer) -> None:
    async with server.client() as user:
        await user.register()
        for query in ({"limit": "0"}, {"limit": "201"}, {"before": "x"}, {"before": "0"}, {"other": "1"}):
            async with user.http.get("/api/audit", params=query) as response:
                assert response.status == 400, query


async def test_the_page_of_the_log_takes_any_query(server: RunningServer) -> None:
    async with server.client() as user:
        await user.register()
        for before in ("9" * 15, "9" * 400, "-1", "²", "x", ""):
            async with user.http.get("/profile/log", params={"before": before}) as response:
                assert response.status == 200, before


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Gate;=1+1;b", "Gate;'=1+1;b"),
        ("Gate; @SUM(A1)", "Gate;' @SUM(A1)"),
        ('Gate;"=1', "Gate;'\"=1"),
        ("two\n-1", "two\n'-1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\uff20SUM", "'\uff20SUM"),
        ("Gate 1; Hall - 2 = 3", "Gate 1; Hall - 2 = 3"),
        ("Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (X11; Linux x86_64)"),
    ],
)
def test_no_part_of_a_cell_is_a_formula_where_cells_end_elsewhere(typed: str, shown: str) -> None:
    """A spreadsheet whose language has semicolons between cells begins another one at each."""
    assert plain_cell(typed) == shown


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://evil.example","x")']


async def test_exports_hold_no_formulas(server: RunningServer) -> None:
    async with server.client() as user:
        await user.register()
        for name in FORMULAS:
            await user.camera(name)
        async with user.http.get("/api/audit/export?format=csv") as response:
            assert response.content_type == "text/csv"
            assert "attachment" in response.headers["Content-Disposition"]
            rows = list(csv.reader(io.StringIO(await response.text(), newline="")))
        assert rows[0] == ["at", "action", "target", "detail", "address", "device"]
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
        assert {row[2] for row in rows} >= {f"'{name}" for name in FORMULAS}
        async with user.http.get("/api/audit/export?format=json") as response:
            entries = (await response.json())["entries"]
        assert {one["target"] for one in entries} >= set(FORMULAS), "JSON holds what was typed"
        assert [one["action"] for one in entries[:2]] == ["audit_exported", "audit_exported"]


@pytest.mark.parametrize("kind", ["csv", "json"])
async def test_a_long_log_is_exported_without_holding_anybody_up(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    pages = 0

    async def select(connection: AsyncConnection, *more: Any) -> list[Entry]:
        nonlocal pages
        pages += 1
        found = await select_audit(connection, *more)
        # Raises "database is locked" if the export held the lock of who writes.
        with closing(sqlite3.connect(server.settings.database_path, timeout=0.1)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            writer.rollback()
        return found

    monkeypatch.setattr(audit_file, "select_audit", select)
    monkeypatch.setattr(audit_file, "PAGE", 3)
    async with server.client() as user:
        await user.register()
        for number in range(6):
            await user.camera(f"Gate {number}")
        async with user.http.get(f"/api/audit/export?format={kind}") as response:
            text = await response.text()
        whole = [one["action"] for one in (await log_of(user))["entries"]]
        rows = json.loads(text)["entries"] if kind == "json" else list(csv.DictReader(io.StringIO(text, newline="")))
        assert [row["action"] for row in rows] == whole
        assert len(whole) == 9
        assert pages == 4


async def test_failures_stay_out_of_sight_of_others(server: RunningServer) -> None:
    async with server.client() as user:
        await user.register()
        wrong = {"current_password": "wrong password", "new_password": "a new long password"}
        async with user.http.post("/api/account/password", json=wrong) as response:
            assert response.status == 403
        entries = (await log_of(user))["entries"]
        assert entries[0]["action"] == "password_check_failed"
        assert "wrong password" not in str(entries)
        assert PASSWORD not in str(entries)


async def test_the_right_password_of_a_disabled_account_is_logged(server: RunningServer) -> None:
    async with server.client() as user:
        await user.register()
        admin = UserAdmin(server.settings)
        await admin.disable("ada")
        async with user.http.post("/api/session", json={"login": "ada", "password": PASSWORD}) as response:
            assert response.status == 403
        await admin.enable("ada")
        await admin.close()
        await user.sign_in()
        entries = (await log_of(user))["entries"]
        found = [one["detail"] for one in entries if one["action"] == "sign_in_failed"]
        assert found == ["This account is disabled."]


async def test_the_log_says_who_was_changed_to_what(server: RunningServer) -> None:
    async with server.user() as user, server.client() as eve:
        await eve.register("eve")
        camera = await user.camera("Gate")
        stream = (await user.open(camera))["stream"]
        assert "summary" in await user.call("counters_reset", {"stream": stream})
        limits = {"gate": ZoneLimits(Limits(warning=10, critical=20))}
        square = Zone("gate", "Door", ((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
        plan = {"version": 0, "plan": encode_plan(Plan((square,), (), limits))}
        async with user.http.put(f"/api/cameras/{camera}/plan", json=plan) as response:
            assert response.status == 200
        room = await user.room("Hall", camera)
        await user.invite(room, "viewer", eve)
        people = (await user.get(f"/api/rooms/{room}"))["room"]["members"]
        member = next(one["user"] for one in people if one["role"] == "viewer")
        async with user.http.patch(f"/api/rooms/{room}/members/{member}", json={"role": "operator"}) as response:
            assert response.status == 200
        area = {"name": "Front", "members": [{"camera": camera}], "capacity": 100, "limits": {"warning": 80}}
        made = (await user.post(f"/api/rooms/{room}/areas", area))["area"]["id"]
        async with user.http.patch(f"/api/rooms/{room}/areas/{made}", json={"capacity": 50}) as response:
            assert response.status == 200
        entries = (await log_of(user, limit=200))["entries"]
    told = {(one["action"], one["target"], one["detail"]) for one in entries}
    assert {
        ("limits_changed", "Gate", "Door people - → 10/20"),
        ("limits_changed", "Front", "-/-/- → 100/80/-"),
        ("limits_changed", "Front", "100/80/- → 50/80/-"),
        ("member_changed", "Hall", "eve, operator"),
    } <= told
    reset = next(one for one in entries if one["action"] == "counters_reset")
    assert reset["address"] == "127.0.0.1"
    assert "aiohttp" in reset["device"]
