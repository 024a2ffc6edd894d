"""Row 6: nobody who was let in takes more than a share."""

import asyncio
from pathlib import Path

import pytest

from server.config import Settings
from tests.faults.figures import note
from tests.faults.polite import ahead_of_others, attack, note_ratio, polite
from tests.faults.processes import serving, steady
from tests.support.server import PASSWORD, RunningServer

pytestmark = [pytest.mark.timeout(240), pytest.mark.alone]
FRAME_S = 0.03
MOST, MOST_OF_ALL = 1.5, 2.0


async def test_one_device_is_one_camera_however_often_it_joins(tmp_path: Path) -> None:
    """Of the owner whose own camera streams beside it: both are the same owner's, and guests come second."""
    with ahead_of_others(), serving(tmp_path / "data", command=steady(FRAME_S)) as running:
        async with polite(running.url) as one:
            room = await one.user.room("Hall")
            body = {"role": "camera", "hours": 1, "uses": 100}
            invite = await one.user.post(f"/api/rooms/{room}/invites", body)
            path = "/api" + invite["url"].removeprefix(running.url)
            picture = tmp_path / "frame.jpg"
            picture.write_bytes(one.picture)
            with attack("joins", running.port, 40, path, str(picture)) as joins:
                await asyncio.sleep(8)
                ratio = await one.ratio(MOST, joins)
                found = await asyncio.to_thread(joins.result)
            async with one.user.http.put(f"/api/rooms/{room}/cameras/{await one.user.camera('Mine')}") as response:
                own = response.status
    note_ratio("32 joins by one device", one, ratio, MOST, f", {found['frames']} frames of it counted")
    note(6, "cameras of one device that joins 32 times", str(found["cameras"]), "1")
    assert own == 200, "the owner's own camera finds room"
    assert found["cameras"] == 1, found
    assert found["frames"] > 0, found
    assert ratio <= MOST
    assert one.lost == 0, one.codes


async def test_sign_ins_a_flood_and_uploads_at_once_leave_a_stream_its_pace(tmp_path: Path) -> None:
    """Twenty sign-ins at a time at the cost of the product, one user who floods, and 16 MB where 64 KB are allowed."""
    with (
        ahead_of_others(),
        serving(tmp_path / "data", command=steady(FRAME_S), CROWDCOUNT_BCRYPT_COST="12") as running,
    ):
        async with polite(running.url) as one, RunningServer(running.url, Settings()).client() as eve:
            await eve.register("eve")
            token = (await eve.post("/api/tokens", {"login": "eve", "password": PASSWORD}, 200))["access_token"]
            with attack("everything", running.port, 40, token) as everything:
                await asyncio.sleep(4)
                ratio = await one.ratio(MOST_OF_ALL, everything)
    note_ratio("20 sign-ins, a flood and 16 MB uploads", one, ratio, MOST_OF_ALL)
    assert ratio <= MOST_OF_ALL
    assert one.lost == 0, one.codes
