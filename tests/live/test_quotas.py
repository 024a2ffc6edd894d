"""Alerts and their pictures are bounded for each owner, whatever limits and frames say."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from server.config import Settings
from server.core.alarm import Limits
from server.core.bounds import Bounds
from server.core.plan import Plan, ZoneLimits
from server.core.plan_json import encode_plan
from server.core.zone import Zone
from server.live.streams.quotas import BYTES_A_MINUTE, PICTURE_EVERY_S, Quotas, with_floor
from tests.faults.figures import note
from tests.faults.jpeg_maker import segment
from tests.media import encode_jpeg
from tests.support.engine import ScriptedEngine, person
from tests.support.server import Client, run_server

ZONES = 32
AT_ONCE = Limits(warning=1, hold_s=0, clear_s=0, cooldown_s=0, hysteresis=0)
SMALL = encode_jpeg(np.full((48, 64, 3), 90, np.uint8))
PADDED = SMALL[:2] + segment(0xFE, bytes(60_000)) * 5 + SMALL[2:] + bytes(500_000)


def plan(limits: Limits = AT_ONCE) -> Plan:
    """As many zones as there may be, all alike, which alert together."""
    square = ((0, 0), (1, 0), (1, 1), (0, 1))
    zones = [Zone(f"z{number}", f"Zone {number}", square, entry_s=0, exit_s=0) for number in range(ZONES)]
    return Plan(tuple(zones), limits={zone.id: ZoneLimits(people=limits) for zone in zones})


async def flicker(user: Client, engine: ScriptedEngine, settings: Settings, seconds: float) -> tuple[int, int, int]:
    """Raise and end the alerts of all zones as fast as frames go; pictures, their bytes, and alerts that are stored."""
    camera = await user.camera()
    await put(user, f"/api/cameras/{camera}/plan", {"version": 0, "plan": encode_plan(plan())})
    await put(user, f"/api/cameras/{camera}/stills", {"keep": True})
    stream = (await user.open(camera))["stream"]
    until, seq = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        seq += 1
        engine.scene = (person(seq),) if seq % 2 else ()
        answer = await user.frame(stream, seq, PADDED)
        if "error" in answer:
            await asyncio.sleep(0.05)
    shown = {figure["id"] for zone in answer.get("result", {}).get("zones", ()) for figure in zone["alerts"].values()}
    assert shown <= {None} or len(shown) == ZONES
    await user.call("stream_close", {"stream": stream})
    with closing(sqlite3.connect(settings.database_path)) as connection:
        pictures, size = connection.execute("SELECT count(*), sum(length(jpeg)) FROM stills").fetchone()
        (stored,) = connection.execute("SELECT count(*) FROM alerts").fetchone()
    return pictures, size, stored


async def put(user: Client, path: str, body: Any) -> None:
    async with user.http.put(path, json=body) as response:
        assert response.status == 200, await response.text()


@pytest.mark.alone
async def test_a_flood_of_alerts_neither_fills_the_disk_nor_the_list(settings: Settings) -> None:
    engine, seconds = ScriptedEngine(), 6.0
    bounded = settings.model_copy(update={"alerts_per_hour": 100})
    async with run_server(bounded, engine) as server, server.user() as user:
        pictures, size, stored = await flicker(user, engine, bounded, seconds)
    measured = f"{size / 1e3:.1f} KB in {pictures} pictures, {stored} alerts stored in {seconds:.0f} s"
    note(15, "pictures of alerts of one user, 32 zones that flicker, padded frames", measured, "≤ 1 MB a minute")
    assert pictures == 1, "one in ten seconds, shared by 32 alerts"
    assert size == len(SMALL)
    assert ZONES <= stored <= 101


async def test_alerts_of_one_frame_share_their_picture(settings: Settings) -> None:
    engine = ScriptedEngine()
    engine.scene = ()
    async with run_server(settings, engine) as server, server.user() as user:
        camera = await user.camera()
        await put(user, f"/api/cameras/{camera}/plan", {"version": 0, "plan": encode_plan(plan())})
        await put(user, f"/api/cameras/{camera}/stills", {"keep": True})
        stream = (await user.open(camera))["stream"]
        await user.frame(stream, 1, SMALL)
        engine.scene = (person(1),)
        for seq in (2, 3):
            await user.frame(stream, seq, SMALL)
        await user.call("stream_close", {"stream": stream})
        alerts = (await user.get(f"/api/cameras/{camera}/alerts"))["alerts"]
        assert [alert["still"] for alert in alerts] == [True] * ZONES
        for alert in (alerts[0], alerts[-1]):
            async with user.http.get(f"/api/alerts/{alert['id']}/still") as response:
                assert await response.read() == SMALL
        async with user.http.delete(f"/api/alerts/{alerts[3]['id']}/still") as response:
            assert response.status == 204
        alerts = (await user.get(f"/api/cameras/{camera}/alerts"))["alerts"]
        assert [alert["still"] for alert in alerts] == [False] * ZONES, "a picture that is deleted is nowhere"


def test_pictures_are_bounded_a_camera_a_minute_and_an_hour() -> None:
    now = 0.0
    quotas = Quotas(Bounds(pictures_mb_per_hour=2), lambda: now)
    assert quotas.of("cam", "usr").take_picture(10)
    assert not quotas.of("cam", "usr").take_picture(10), "also of a stream that opened again"
    now += PICTURE_EVERY_S
    assert quotas.of("cam", "usr").take_picture(10)
    kept = sum(quotas.of(f"cam{number}", "ada").take_picture(100_000) for number in range(50))
    assert kept * 100_000 == BYTES_A_MINUTE
    assert quotas.of("other", "eve").take_picture(BYTES_A_MINUTE)
    total = 0
    for number in range(60):
        now += 60
        total += quotas.of(f"c{number}", "bob").take_picture(900_000)
    assert total == 2


def test_alerts_are_bounded_an_hour_and_come_back() -> None:
    now = 0.0
    quotas = Quotas(Bounds(alerts_per_hour=10), lambda: now)
    assert sum(quotas.of("cam", "usr").take_alert() for _ in range(50)) == 10
    assert quotas.of("cam", "eve").take_alert()
    now += 3600
    assert sum(quotas.of("new", "usr").take_alert() for _ in range(50)) == 10


def test_times_of_limits_have_a_floor() -> None:
    slow = Limits(warning=1, hold_s=5, clear_s=0, cooldown_s=30)
    limits = with_floor(plan(slow), 1.0).limits["z0"].people
    assert limits is not None
    assert (limits.hold_s, limits.clear_s, limits.cooldown_s) == (5, 1, 30)
    assert with_floor(plan(), 1.0).limits["z0"].density is None


def test_the_floor_is_on_unless_an_operator_changes_it(tmp_path: Path) -> None:
    assert Settings(data_dir=tmp_path).bounds == Bounds(1.0, 600, 20.0)


@pytest.mark.parametrize(("floor_s", "said"), [(0.5, True), (0, False)])
async def test_the_form_says_from_which_times_limits_count(settings: Settings, floor_s: float, said: bool) -> None:
    slow = settings.model_copy(update={"alert_floor_s": floor_s})
    async with run_server(slow, ScriptedEngine()) as server, server.user() as user:
        async with user.http.get(f"/cameras/{await user.camera()}") as response:
            page = await response.text()
    assert 'id="limit-hold"' in page
    assert ("Times shorter than 0.5 s count as 0.5 s." in page) is said
