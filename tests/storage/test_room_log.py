"""A room's log keeps what people wrote, whatever machines write."""

import pytest

from server.storage.accounts.users import User, insert_user
from server.storage.engine.backend import Where
from server.storage.engine.database import Database
from server.storage.rooms import room_log
from server.storage.rooms.room_log import LogKind, insert_log, select_log
from server.storage.rooms.rooms import Room, insert_room


async def test_no_sort_of_entry_pushes_out_another(where: Where, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_log, "MOST_ENTRIES", 3)
    database = Database(where)
    async with database.writing() as connection:
        await insert_user(connection, User("usr_a", "a", "a@x.org", False), "hash", 1.0)
        for room in ("rom_1", "rom_2"):
            await insert_room(connection, Room(room, "usr_a", room, 1.0))
        await insert_log(connection, "rom_1", LogKind.NOTE, "ada", "Gate B is stuck", 1.0)
        await insert_log(connection, "rom_1", LogKind.ALERT, "Gate A", "critical", 2.0)
        for number in range(20):
            kind = LogKind.CAMERA_OFF if number % 2 else LogKind.CAMERA_ON
            await insert_log(connection, "rom_1", kind, "Phone 1", str(number), 3.0)
        found = [(entry.kind.value, entry.text) for entry in await select_log(connection, "rom_1", 50)]
        cameras = [("camera_off", "19"), ("camera_on", "18"), ("camera_off", "17")]
        assert found == [*cameras, ("alert", "critical"), ("note", "Gate B is stuck")]
        await insert_log(connection, "rom_2", LogKind.NOTE, "ada", "elsewhere", 4.0)
        for number in range(4):
            await insert_log(connection, "rom_1", LogKind.CLAIMED, "ada", str(number), 4.0)
        found = [(entry.kind.value, entry.text) for entry in await select_log(connection, "rom_1", 50)]
        assert found == [("claimed", "3"), ("claimed", "2"), ("claimed", "1"), *cameras, ("alert", "critical")]
        assert len(await select_log(connection, "rom_2", 50)) == 1
    await database.close()
