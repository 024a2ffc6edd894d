"""Alerts of areas in the database."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from server.storage.accounts.users import User, insert_user
from server.storage.alerts.area_alerts import AreaAlert, end_open_area_alerts, select_open_alerts, upsert_area_alert
from server.storage.cameras.cameras import Camera, insert_camera
from server.storage.cameras.streams import StreamRecord, upsert_stream
from server.storage.engine.backend import Where
from server.storage.engine.database import Database
from server.storage.rooms.areas import Area, insert_area
from server.storage.rooms.rooms import Room, insert_room
from server.storage.schema import area_alerts, cameras

ALERT = AreaAlert("aal_1", "are_1", "warning", 100.0, None, 7.0, 110.0)
STREAM = StreamRecord("str_1", "cam_1", "camera", 90.0, 131.0, None, 42_000.0, 3, 5, 9, 9, 0, 0)


@pytest.mark.parametrize(
    ("alert", "streams", "ended_at"),
    [
        (ALERT, [STREAM], 131.0),
        (ALERT, [], 110.0),
        (ALERT, [STREAM, replace(STREAM, id="str_2", opened_at=500.0, saved_at=510.0)], 131.0),
        (ALERT, [replace(STREAM, camera_id="cam_2")], 110.0),  # it is in no room
        (replace(ALERT, ended_at=120.0), [STREAM], 120.0),
    ],
)
async def test_what_a_killed_process_left_open_ends_when_its_room_was_counted_last(
    where: Where, alert: AreaAlert, streams: list[StreamRecord], ended_at: float
) -> None:
    database = Database(where)
    async with database.writing() as connection:
        await insert_user(connection, User("usr_a", "a", "a@x.org", False), "hash", 1.0)
        await insert_room(connection, Room("rom_1", "usr_a", "Hall", 1.0))
        for camera_id in ("cam_1", "cam_2"):
            await insert_camera(connection, Camera(camera_id, "usr_a", camera_id, 1.0))
        await connection.execute(update(cameras).where(cameras.c.id == "cam_1").values(room_id="rom_1"))
        await insert_area(connection, Area("are_1", "rom_1", "All", (), None, 5.0, None, False, 1.0))
        await upsert_area_alert(connection, alert)
        for stream in streams:
            await upsert_stream(connection, stream)
        await end_open_area_alerts(connection)
        found = (await connection.execute(select(area_alerts.c.ended_at, area_alerts.c.interrupted))).all()
    await database.close()
    assert found == [(ended_at, alert.ended_at is None)], "nobody watched what the killed process had open"


async def test_a_peak_keeps_whether_it_is_an_estimate(where: Where) -> None:
    database = Database(where)
    async with database.writing() as connection:
        await insert_user(connection, User("usr_a", "a", "a@x.org", False), "hash", 1.0)
        await insert_room(connection, Room("rom_1", "usr_a", "Hall", 1.0))
        await insert_area(connection, Area("are_1", "rom_1", "All", (), None, 5.0, None, False, 1.0))
        await upsert_area_alert(connection, ALERT)
        larger = replace(ALERT, peak=470.0, peak_at=130.0, estimated=True, peak_low=380.0, peak_high=560.0)
        await upsert_area_alert(connection, larger)
        (placed,) = await select_open_alerts(connection, "rom_1", 0.0)
    await database.close()
    assert placed.alert == larger
