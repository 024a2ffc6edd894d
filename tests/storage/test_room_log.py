"""A room's log keeps what people wrote, whatever machines write."""

import pytest

from server.storage import room_log
from server.storage.backend import Where
from server.storage.database import Database
from server.storage.room_log import Kind, insert_log, select_log
from server.storage.rooms import Room, insert_room
from server.storage.users import User, insert_user


async def test_no_sort_of_entry_pushes_out_another(where: Where, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_log, "MOST_ENTRIES", 3)
    database = Database(where)
    async with database.writing() as connection:
        await insert_user(connection, User("usr_a", "a", "a@x.org", False), "hash", 1.0)
        for room in ("rom_1", "rom_2"):
            await insert_room(connection, Room(room, "usr_a", room, 1.0))
        await insert_log(connection, "rom_1", Kind.NOTE, "ada", "Gate B is stuck", 1.0)
        await insert_log(connection, "rom_1", Kind.ALERT, "Gate A", "critical", 2.0)
        for number in range(20):
            kind = Kind.CAMERA_OFF if number % 2 else Kind.CAMERA_ON
            await insert_log(connection, "rom_1", kind, "Phone 1", str(number), 3.0)
        found = [(entry.kind.value, entry.text) for entry in await select_log(connection, "rom_1", 50)]
        cameras = [("camera_off", "19"), ("camera_on", "18"), ("camera_off", "17")]
        assert found == [*cameras, ("alert", "critical"), ("note", "Gate B is stuck")]
        await insert_log(connection, "rom_2", Kind.NOTE, "ada", "elsewhere", 4.0)
        for number in range(4):
            await insert_log(connection, "rom_1", Kind.CLAIMED, "ada", str(number), 4.0)
        found = [(entry.kind.value, entry.text) for entry in await select_log(connection, "rom_1", 50)]
        assert found == [("claimed", "3"), ("claimed", "2"), ("claimed", "1"), *cameras, ("alert", "critical")]
        assert len(await select_log(connection, "rom_2", 50)) == 1
    await database.close()
