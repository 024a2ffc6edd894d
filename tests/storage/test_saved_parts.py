"""A write that is repeated is known by its number or its key."""

from server.storage.accounts.users import User, insert_user
from server.storage.cameras.cameras import Camera, insert_camera
from server.storage.engine import saved_parts
from server.storage.engine.backend import Where
from server.storage.engine.database import Database
from server.storage.engine.saved_parts import begin_part, delete_old_parts
from server.storage.history.retention import DAY_S
from server.storage.rooms.room_log import LogKind, insert_log, select_log
from server.storage.rooms.rooms import Room, insert_room


async def test_a_part_is_begun_once_in_whatever_order_parts_come(where: Where) -> None:
    database = Database(where)
    async with database.writing() as connection:
        await insert_user(connection, User("usr_a", "a", "a@x.org", False), "hash", 1.0)
        await insert_camera(connection, Camera("cam_1", "usr_a", "x", 1.0))
        began = [await begin_part(connection, "str_1", "cam_1", number, 1.0) for number in (2, 1, 2, 1, 3)]
        assert began == [True, True, False, False, True]
        assert await begin_part(connection, "str_2", "cam_1", 1, 1.0)
        await begin_part(connection, "str_1", "cam_1", saved_parts.KEPT + 1, 2.0)
        assert await begin_part(connection, "str_1", "cam_1", 1, 2.0), "the oldest are forgotten"
        assert not await begin_part(connection, "str_1", "cam_1", 2, 2.0)
        await delete_old_parts(connection, DAY_S + 1.5)
        assert await begin_part(connection, "str_2", "cam_1", 1, 3.0)
        assert not await begin_part(connection, "str_1", "cam_1", saved_parts.KEPT + 1, 3.0)
    await database.close()


async def test_an_entry_with_a_key_is_written_once(where: Where) -> None:
    database = Database(where)
    async with database.writing() as connection:
        await insert_user(connection, User("usr_a", "a", "a@x.org", False), "hash", 1.0)
        await insert_room(connection, Room("rom_1", "usr_a", "Hall", 1.0))
        first = await insert_log(connection, "rom_1", LogKind.ALERT, "Gate", "critical", 1.0, "log_1")
        assert await insert_log(connection, "rom_1", LogKind.ALERT, "Gate", "critical", 1.0, "log_1") == first
        for _ in range(2):
            await insert_log(connection, "rom_1", LogKind.NOTE, "ada", "the same twice", 2.0)
        assert len(await select_log(connection, "rom_1", 50)) == 3
    await database.close()
