"""Where people were, hour by hour, in the database."""

from collections.abc import AsyncIterator

import numpy as np
import pytest

from server.storage.accounts.users import User, insert_user
from server.storage.cameras.cameras import Camera, delete_camera, insert_camera
from server.storage.engine.backend import Where
from server.storage.engine.database import Database
from server.storage.history.heatmaps import HeatRecord, add_heat, delete_old_heat, pack, select_heat, unpack

HOUR = 1_700_006_400.0
DAY = 86_400


@pytest.fixture
async def database(where: Where) -> AsyncIterator[Database]:
    """A database with one camera."""
    opened = Database(where)
    async with opened.writing() as connection:
        await insert_user(connection, User("usr_a", "a", "a@x.org", False), "hash", 1.0)
        await insert_camera(connection, Camera("cam_1", "usr_a", "x", 1.0))
    yield opened
    await opened.close()


def heat(at: float, rows: int = 36, columns: int = 64, seed: int = 0) -> HeatRecord:
    return HeatRecord("cam_1", at, np.random.default_rng(seed).exponential(2, (rows, columns)))


async def stored(database: Database, owner: str = "usr_a") -> list[HeatRecord]:
    async with database.reading() as connection:
        return await select_heat(connection, owner, "cam_1", HOUR - DAY, HOUR + DAY)


async def test_parts_of_an_hour_add_up_and_stay_small(database: Database) -> None:
    total = np.zeros((36, 64))
    for minute in range(60):
        part = heat(HOUR, seed=minute)
        total += part.cells
        async with database.writing() as connection:
            await add_heat(connection, [part])
    (hour,) = await stored(database)
    assert np.abs(hour.cells - total).max() < 0.001 * total.max()
    assert len(pack(hour.cells)[1]) < 5_000


async def test_a_turned_camera_has_a_grid_of_its_own(database: Database) -> None:
    async with database.writing() as connection:
        await add_heat(connection, [heat(HOUR), heat(HOUR, 64, 36), heat(HOUR + 3600)])
    shapes = [(hour.at - HOUR, hour.cells.shape) for hour in await stored(database)]
    assert shapes == [(0, (36, 64)), (0, (64, 36)), (3600, (36, 64))]


async def test_only_the_owner_reads_and_it_goes_with_the_camera(database: Database) -> None:
    async with database.writing() as connection:
        await add_heat(connection, [heat(HOUR)])
    assert await stored(database, owner="usr_b") == []
    async with database.writing() as connection:
        await delete_camera(connection, "usr_a", "cam_1")
    assert await stored(database) == []


async def test_old_hours_go(database: Database) -> None:
    async with database.writing() as connection:
        await add_heat(connection, [heat(HOUR - 3600), heat(HOUR)])
        await delete_old_heat(connection, 0, HOUR + 1000 * DAY)
        assert len(await select_heat(connection, "usr_a", "cam_1", 0, HOUR + 1)) == 2, "0 is for ever"
        await delete_old_heat(connection, 30, HOUR + 30 * DAY)
    assert [hour.at for hour in await stored(database)] == [HOUR]


def test_an_empty_grid_survives_packing() -> None:
    most, packed = pack(np.zeros((2, 3)))
    assert unpack(2, 3, most, packed).tolist() == [[0, 0, 0], [0, 0, 0]]
