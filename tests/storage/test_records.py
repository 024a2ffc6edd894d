"""How long alerts and totals of streams are kept."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from server.storage.accounts.users import User, insert_user
from server.storage.alerts.alerts import AlertRecord, upsert_alerts
from server.storage.alerts.area_alerts import AreaAlert, upsert_area_alert
from server.storage.cameras.cameras import Camera, insert_camera
from server.storage.cameras.streams import StreamRecord, upsert_stream
from server.storage.engine.backend import Where
from server.storage.engine.database import Database
from server.storage.history.records import MOST_STREAMS, delete_old_records, delete_surplus_streams
from server.storage.history.retention import DAY_S
from server.storage.rooms.areas import Area, insert_area
from server.storage.rooms.rooms import Room, insert_room
from server.storage.schema import alerts, area_alerts, streams

NOW = 1000.0 * DAY_S
OLD, YOUNG = NOW - 31 * DAY_S, NOW - 29 * DAY_S
STREAM = StreamRecord("str_1", "cam_1", "camera", OLD, OLD, OLD, 42_000.0, 3, 5, 9, 9, 0, 0)
ALERT = AlertRecord("alr_1", "cam_1", "zon_1", "Gate", "people", "warning", OLD, OLD, 7.0, OLD)
AREA_ALERT = AreaAlert("aal_1", "are_1", "warning", OLD, OLD, 7.0, OLD)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (30, ({"alr_young", "alr_open"}, {"aal_young", "aal_open"}, {"str_newest", "str_only"})),
        (
            0,
            (
                {"alr_1", "alr_young", "alr_open"},
                {"aal_1", "aal_young", "aal_open"},
                {"str_1", "str_newest", "str_only"},
            ),
        ),
    ],
)
async def test_what_is_over_goes_after_its_time(
    where: Where, days: int, expected: tuple[set[str], set[str], set[str]]
) -> None:
    database = Database(where)
    async with database.writing() as connection:
        await insert_user(connection, User("usr_a", "a", "a@x.org", False), "hash", 1.0)
        await insert_room(connection, Room("rom_1", "usr_a", "Hall", 1.0))
        await insert_area(connection, Area("are_1", "rom_1", "All", (), None, 5.0, None, False, 1.0))
        for camera_id in ("cam_1", "cam_2"):
            await insert_camera(connection, Camera(camera_id, "usr_a", camera_id, 1.0))
        of_alerts = [
            ALERT,
            replace(ALERT, id="alr_young", ended_at=YOUNG),
            replace(ALERT, id="alr_open", ended_at=None),
        ]
        await upsert_alerts(connection, of_alerts)
        for area_alert in (
            AREA_ALERT,
            replace(AREA_ALERT, id="aal_young", ended_at=YOUNG),
            replace(AREA_ALERT, id="aal_open", ended_at=None),
        ):
            await upsert_area_alert(connection, area_alert)
        for stream in (
            STREAM,
            replace(STREAM, id="str_newest", opened_at=OLD + 1),
            replace(STREAM, id="str_only", camera_id="cam_2"),
        ):
            await upsert_stream(connection, stream)
        await delete_old_records(connection, days, NOW)
        tables = (alerts, area_alerts, streams)
        kept = [set((await connection.execute(select(table.c.id))).scalars()) for table in tables]
    await database.close()
    stay = ({"alr_young", "alr_open"}, {"aal_young", "aal_open"}, {"str_newest", "str_only"})
    assert kept == [always | more for always, more in zip(stay, expected, strict=True)]


async def test_a_camera_keeps_only_so_many_streams(where: Where, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest; a guest's device opens thousands in an hour, and none of them is old."""
    assert MOST_STREAMS == 5_000
    monkeypatch.setattr("server.storage.history.records.MOST_STREAMS", 3)
    database = Database(where)
    async with database.writing() as connection:
        await insert_user(connection, User("usr_a", "a", "a@x.org", False), "hash", 1.0)
        for camera_id, count in (("cam_1", 9), ("cam_2", 3), ("cam_3", 0)):
            await insert_camera(connection, Camera(camera_id, "usr_a", camera_id, 1.0))
            for number in range(count):
                opened = NOW + number
                await upsert_stream(
                    connection, replace(STREAM, id=f"{camera_id} {number}", camera_id=camera_id, opened_at=opened)
                )
        await delete_surplus_streams(connection)
        left = set((await connection.execute(select(streams.c.id))).scalars())
    await database.close()
    assert left == {"cam_1 6", "cam_1 7", "cam_1 8", "cam_2 0", "cam_2 1", "cam_2 2"}
