"""Alerts and history of a real stream, over HTTP."""

import csv
import io
import time
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.api.history import long_history
from server.api.history.history import Query, choose_step
from server.config import Settings
from server.core.alarm import Limits
from server.core.plan import Plan, ZoneLimits
from server.core.plan_json import encode_plan
from server.core.zone import Zone
from server.storage.alerts.alerts import AlertRecord, upsert_alerts
from server.storage.engine.database import Database
from server.storage.history import samples
from server.storage.history.retention import DAY_S
from server.storage.history.samples import Sample, add_samples, delete_old_samples
from tests.support.engine import ScriptedEngine, person
from tests.support.server import PASSWORD, Client, RunningServer

NAME = "=SUM(A1)"
ALL = Zone("all", NAME, ((0, 0), (1, 0), (1, 1), (0, 1)), entry_s=0, exit_s=0)
LIMITS = {"all": ZoneLimits(people=Limits(warning=1, critical=2, hold_s=0))}


async def stream_something(user: Client, engine: ScriptedEngine) -> str:
    """A camera that saw one person for three seconds, then two for as long."""
    camera = await user.camera()
    body = {"version": 0, "plan": encode_plan(Plan((ALL,), limits=LIMITS))}
    async with user.http.put(f"/api/cameras/{camera}/plan", json=body, headers={"Origin": user.url}) as response:
        assert response.status == 200
    engine.script.extend([(person(1),)] * 30 + [(person(1), person(2, left=0.6, right=0.7))] * 30)
    stream = (await user.open(camera))["stream"]
    for seq in range(1, 61):
        answer = await user.frame(stream, seq)
    assert set(answer["result"]["zones"][0]["alerts"]["people"]) == {
        "id", "level", "began", "peak", "peak_t", "estimated", "peak_low", "peak_high",
    }  # fmt: skip
    await user.call("stream_close", {"stream": stream})
    return camera


async def get(user: Client, path: str, **query: str) -> Any:
    async with user.http.get(path, params=query) as response:
        assert response.status == 200, await response.text()
        return await response.json() if response.content_type == "application/json" else await response.text()


def around_now() -> dict[str, str]:
    now = datetime.now(UTC)
    return {"from": (now - timedelta(hours=1)).isoformat(), "to": (now + timedelta(hours=1)).isoformat()}


async def test_alerts_are_listed_and_acknowledged(server: RunningServer, engine: ScriptedEngine) -> None:
    async with server.user("ada") as user, server.user("eve") as eve:
        camera = await stream_something(user, engine)
        (alert,) = (await get(user, f"/api/cameras/{camera}/alerts"))["alerts"]
        assert (alert["zone"], alert["figure"]) == ({"id": "all", "name": NAME}, "people")
        assert (alert["level"], alert["peak"], alert["acknowledged_at"]) == ("critical", 2, None)
        assert alert["began_at"] < alert["ended_at"]
        path = f"/api/alerts/{alert['id']}/acknowledge"
        for who, status in ((eve, 404), (user, 200)):
            body = {"note": "on my way"}
            async with who.http.post(path, json=body, headers={"Origin": server.url}) as response:
                assert response.status == status
        (alert,) = (await get(user, f"/api/cameras/{camera}/alerts"))["alerts"]
        assert (alert["acknowledged_by"], alert["note"]) == ("ada", "on my way")
        async with eve.http.get(f"/api/cameras/{camera}/alerts") as response:
            assert response.status == 404


async def test_history_of_the_frame_and_its_zones(server: RunningServer, engine: ScriptedEngine) -> None:
    async with server.user() as user:
        camera = await stream_something(user, engine)
        for step in ("auto", "10", "60", "3600"):
            answer = await get(user, f"/api/cameras/{camera}/history", step=step, **around_now())
            assert answer["step_s"] == (10 if step == "auto" else int(step))
            whole, zone = answer["series"]
            assert (whole["zone"], zone["zone"]) == (None, {"id": "all", "name": NAME})
            assert max(point["max"] for point in zone["points"]) == 2
            assert sum(point["entries"] for point in zone["points"]) == 2
            assert sum(point["seconds"] for point in whole["points"]) == pytest.approx(5.9, abs=0.11)


async def test_the_files_hold_the_same_and_no_formula(server: RunningServer, engine: ScriptedEngine) -> None:
    async with server.user() as user:
        camera = await stream_something(user, engine)
        text = await get(user, f"/api/cameras/{camera}/history.csv", step="60", **around_now())
        rows = list(csv.DictReader(io.StringIO(text)))
        assert {row["zone"] for row in rows} == {"", "'" + NAME}
        assert sum(int(row["entries"]) for row in rows if row["zone_id"] == "all") == 2
        as_json = await get(user, f"/api/cameras/{camera}/history.json", step="60", **around_now())
        assert as_json == await get(user, f"/api/cameras/{camera}/history", step="60", **around_now())


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"from": "yesterday", "to": "today"},
        {"from": "2026-01-01T00:00:00", "to": "2026-01-02T00:00:00"},  # no time zone
        {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
        {"from": "2000-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z", "step": "10"},
        {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z", "step": "7"},
        {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z", "typo": "7"},
    ],
)
async def test_ranges_that_are_none(server: RunningServer, query: dict[str, str]) -> None:
    async with server.user() as user:
        camera = await user.camera()
        async with user.http.get(f"/api/cameras/{camera}/history", params=query) as response:
            assert response.status == 400
            assert (await response.json())["error"]["code"] in {"BAD_REQUEST", "BAD_RANGE"}


async def test_the_parquet_file_holds_the_same(server: RunningServer, engine: ScriptedEngine) -> None:
    async with server.user() as user:
        camera = await stream_something(user, engine)
        query = {"step": "60", **around_now()}
        async with user.http.get(f"/api/cameras/{camera}/history.parquet", params=query) as response:
            assert response.status == 200
            assert response.headers["Content-Disposition"].endswith('.parquet"')
            content = await response.read()
        table = import_module("pyarrow.parquet").read_table(io.BytesIO(content))
        rows = table.to_pylist()
        answer = await get(user, f"/api/cameras/{camera}/history", **query)
        points = [
            ((series["zone"] or {"id": ""})["id"], point) for series in answer["series"] for point in series["points"]
        ]
        assert len(rows) == len(points) >= 2
        for row, (zone, point) in zip(rows, points, strict=True):
            assert (row["zone_id"], row["at"]) == (zone, datetime.fromisoformat(point["t"]))
            assert {name: row[name] for name in point if name != "t"} == {
                name: point[name] for name in point if name != "t"
            }
        assert table.schema.metadata[b"step_s"] == b"60"


async def test_without_pyarrow_the_answer_says_so(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.api.history.parquet.find_spec", lambda name: None)
    async with server.user() as user:
        camera = await user.camera()
        path = f"/api/cameras/{camera}/history.parquet"
        async with user.http.get(path, params=around_now()) as response:
            assert response.status == 501
            assert (await response.json())["error"]["code"] == "NO_PARQUET"


async def test_the_heatmap_of_the_hour(server: RunningServer, engine: ScriptedEngine) -> None:
    async with server.user() as user, server.user("eve") as eve:
        camera = await stream_something(user, engine)
        hours = (await get(user, f"/api/cameras/{camera}/heatmap", **around_now()))["hours"]
        total = 0.0
        for hour in hours:
            cells = b64decode(hour["cells"])
            assert len(cells) == hour["rows"] * hour["columns"]
            assert max(cells) == 255
            total += sum(cells) / 255 * hour["max_seconds"]
        assert total == pytest.approx(2.9 + 2 * 3, rel=0.05), "one person for three seconds, then two"
        async with eve.http.get(f"/api/cameras/{camera}/heatmap", params=around_now()) as response:
            assert response.status == 404
        long = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-31T00:00:00Z"}
        async with user.http.get(f"/api/cameras/{camera}/heatmap", params=long) as response:
            assert (response.status, (await response.json())["error"]["code"]) == (400, "BAD_RANGE")


@pytest.mark.parametrize(
    ("ago_days", "length_h", "expected"),
    [
        (2.9, 5, 10),
        (3.1, 5, 60),  # ten seconds are kept for three days
        (2.9, 24, 60),
        (89, 24, 60),
        (91, 5, 3600),
        (91, 91 * 24, 3600),
        (10_000, 10_000 * 24, 3600),
    ],
)
def test_the_step_is_the_finest_that_is_still_kept(ago_days: float, length_h: float, expected: int) -> None:
    now = datetime(2026, 11, 25, tzinfo=UTC)
    start = now - timedelta(days=ago_days)
    query = Query(start=start, end=start + timedelta(hours=length_h))
    assert choose_step(query, {10: 3, 60: 90, 3600: 0}, now.timestamp()) == expected


def test_what_is_kept_for_ever_is_never_too_old() -> None:
    start = datetime(2000, 1, 1, tzinfo=UTC)
    query = Query(start=start, end=start + timedelta(hours=1))
    assert choose_step(query, {10: 0, 60: 90, 3600: 0}, 1.8e9) == 10


async def test_old_history_is_shown_from_what_is_left(server: RunningServer, settings: Settings) -> None:
    at = (time.time() - 4 * DAY_S) // 3600 * 3600
    async with server.user() as user:
        camera = await user.camera()
        database = Database(settings.database)
        async with database.writing() as connection:
            await add_samples(connection, [Sample(camera, "", "", 10, at + 10, 10, 1, 2.0, 4, 3, 0, 0, 0.0, 0)])
            await delete_old_samples(connection, settings.retention.samples, time.time())
        await database.close()
        start = datetime.fromtimestamp(at, UTC)
        query = {"from": start.isoformat(), "to": (start + timedelta(hours=1)).isoformat()}
        answer = await get(user, f"/api/cameras/{camera}/history", **query)
        assert answer["step_s"] == 60
        assert [point["max"] for point in answer["series"][0]["points"]] == [4]


UNKNOWN = (None, None, None, None, 0, 0, 0.0, 0, None, None, 0.0, 10.0)
CROWDED = (2, 3.0, 4, 3, 1, 0, 0.0, 0, 104.56, 140.26, 8.04, 0.0)


async def keep(settings: Settings, fine: list[Sample]) -> None:
    database = Database(settings.database)
    async with database.writing() as connection:
        await add_samples(connection, fine)
    await database.close()


async def test_estimates_and_unknown_time_are_in_every_export(server: RunningServer, settings: Settings) -> None:
    at = time.time() // 10 * 10 - 600
    async with server.user() as user:
        camera = await user.camera()
        crowded, unknown = ((at, 10.0, *CROWDED), (at + 20, 0.0, *UNKNOWN))
        counted = (at + 40, 10.0, 1, 2.0, 4, 3, 0, 0, 0.0, 0)
        await keep(settings, [Sample(camera, "", "", 10, *one) for one in (crowded, unknown, counted)])
        query = {"step": "10", **around_now()}
        (whole,) = (await get(user, f"/api/cameras/{camera}/history", **query))["series"]
        names = ("min", "mean", "max", "last", "estimate", "estimate_max", "crowded_s", "unknown_s", "seconds")
        assert [tuple(point[name] for name in names) for point in whole["points"]] == [
            (2, 3.0, 4, 3, 104.6, 140.3, 8.0, 0.0, 10.0),
            (None, None, None, None, None, None, 0.0, 10.0, 0.0),
            (1, 2.0, 4, 3, None, None, 0.0, 0.0, 10.0),
        ]
        as_json = await get(user, f"/api/cameras/{camera}/history.json", **query)
        assert as_json["series"] == [whole]
        rows = list(csv.DictReader(io.StringIO(await get(user, f"/api/cameras/{camera}/history.csv", **query))))
        assert [row["estimate"] for row in rows] == ["104.6", "", ""]
        assert [(row["mean"], row["max"], row["unknown_s"]) for row in rows[1:]] == [
            ("", "", "10.0"),
            ("2.0", "4", "0.0"),
        ]
        async with user.http.get(f"/api/cameras/{camera}/history.parquet", params=query) as response:
            table = import_module("pyarrow.parquet").read_table(io.BytesIO(await response.read()))
        for row, point in zip(table.to_pylist(), whole["points"], strict=True):
            assert {name: row[name] for name in names} == {name: point[name] for name in names}


async def test_an_alert_says_that_its_peak_is_an_estimate(server: RunningServer, settings: Settings) -> None:
    async with server.user() as user:
        camera = await user.camera()
        counted = AlertRecord("alr_1", camera, "z", "Stairs", "people", "warning", 100.0, 120.0, 7.0, 110.0)
        range_ = {"estimated": True, "peak": 470.0, "peak_low": 380.0, "peak_high": 560.0}
        estimated = replace(counted, id="alr_2", began_at=200.0, ended_at=None, **range_)  # type: ignore[arg-type]
        database = Database(settings.database)
        async with database.writing() as connection:
            await upsert_alerts(connection, [counted, estimated])
        await database.close()
        newest, older = (await get(user, f"/api/cameras/{camera}/alerts"))["alerts"]
        assert {name: newest[name] for name in range_} == range_
        assert (older["estimated"], older["peak_low"], older["peak_high"]) == (False, None, None)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("DELETE", "/api/cameras/{camera}", None), ("POST", "/api/account/delete", {"password": PASSWORD})],
)
async def test_long_history_is_deleted_in_pieces_between_which_others_write(
    server: RunningServer, settings: Settings, monkeypatch: pytest.MonkeyPatch, method: str, path: str, body: Any
) -> None:
    monkeypatch.setattr(samples, "PIECE_ROWS", 5)
    left = []

    async def drop(connection: AsyncConnection, camera_id: str) -> bool:
        async with database.reading() as beside:
            left.append((await beside.execute(text("SELECT count(*) FROM samples"))).scalar_one())
        return await samples.delete_some_samples(connection, camera_id)

    monkeypatch.setattr(long_history, "delete_some_samples", drop)
    async with server.user() as user:
        camera = await user.camera()
        database = Database(settings.database)
        one = Sample(camera, "", "", 10, 3600.0, 10, 1, 2.0, 4, 3, 0, 0, 0.0, 0)
        async with database.writing() as connection:
            fine = [replace(one, zone_id=zone, at=one.at + 10 * step) for zone in ("", "a") for step in range(12)]
            await add_samples(connection, fine)
        async with user.http.request(method, path.format(camera=camera), json=body) as response:
            assert response.status == 204
        await database.close()
    assert left[0] == 30, "of ten seconds 24, of minutes 4, of hours 2"
    assert max(before - after for before, after in pairwise(left)) == 5
    assert left[-1] == 0
