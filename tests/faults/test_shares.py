"""Row 6: nobody who was let in takes more than a share."""

import asyncio
from pathlib import Path

import pytest

from tests.faults.figures import note
from tests.faults.polite import ahead_of_others, attack, note_ratio, polite
from tests.faults.processes import serving, steady

pytestmark = [pytest.mark.timeout(240), pytest.mark.alone]
FRAME_S = 0.03
MOST = 1.5


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
            with attack("joins", running.port, 25, path, str(picture)) as joins:
                await asyncio.sleep(8)
                ratio = await one.ratio(MOST)
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
