"""Migrations, transactions, and that what was written stays."""

import asyncio
import sqlite3
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError, OperationalError

from server.storage.accounts.users import User, insert_user
from server.storage.cameras.cameras import (
    Camera,
    count_cameras,
    delete_camera,
    insert_camera,
    select_camera,
    update_camera_name,
)
from server.storage.cameras.streams import StreamRecord, select_last_streams, upsert_stream
from server.storage.engine import sqlite
from server.storage.engine.backend import Where
from server.storage.engine.database import Database
from server.storage.engine.migrate import migrate
from server.storage.engine.postgres_start import migration_engine
from server.storage.engine.trouble import Trouble, is_trouble
from server.storage.schema import metadata
from tests.support.postgres import Cluster


@pytest.fixture
async def database(where: Where) -> "asyncio.AsyncIterator[Database]":  # type: ignore[name-defined]
    """A migrated database with the users a and b."""
    opened = Database(where)
    async with opened.writing() as connection:
        for name in ("a", "b"):
            await insert_user(connection, User(f"usr_{name}", name, f"{name}@x.org", False), "hash", 1.0)
    yield opened
    await opened.close()


def record(id_: str, opened_at: float, processed: int) -> StreamRecord:
    return StreamRecord(id_, "cam_1", "camera", opened_at, opened_at, None, 0, 0, 0, processed, processed, 0, 0)


def test_migrations_build_what_the_queries_expect(tmp_path: Path) -> None:
    path = tmp_path / "test.sqlite3"
    migrate(path)
    migrate(path)  # a second time is nothing
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_two_that_migrate_at_once_build_the_same(postgres: Cluster) -> None:
    where = postgres.where(postgres.empty())
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(migrate, where) for _ in range(3)]:
            done.result(60)
    engine = migration_engine(where)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


async def test_the_connection_is_set_up(tmp_path: Path) -> None:
    database = Database(tmp_path / "test.sqlite3")
    async with database.reading() as connection:
        values = [
            (await connection.execute(text(f"PRAGMA {name}"))).scalar() for name in ("foreign_keys", "journal_mode")
        ]
    assert values == [1, "wal"]
    await database.close()


async def test_what_belongs_to_nobody_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.writing() as connection:
            await insert_camera(connection, Camera("cam_1", "usr_nobody", "x", 1.0))


async def test_an_error_rolls_back(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.writing() as connection:
            await insert_camera(connection, Camera("cam_1", "usr_a", "x", 1.0))
            raise RuntimeError
    async with database.reading() as connection:
        assert await count_cameras(connection, "usr_a") == 0


async def test_many_writers_at_once_lose_nothing(database: Database, where: Where) -> None:
    others = [Database(where) for _ in range(3)]

    async def write(where: Database, number: int) -> None:
        async with where.writing() as connection:
            before = await count_cameras(connection, "usr_a")
            await insert_camera(connection, Camera(f"cam_{number}", "usr_a", f"{before}", number))

    await asyncio.gather(*(write([database, *others][number % 4], number) for number in range(120)))
    async with database.reading() as connection:
        assert await count_cameras(connection, "usr_a") == 120
        names = {row[0] for row in await connection.execute(text("SELECT name FROM cameras"))}
    assert names == {str(number) for number in range(120)}, "each saw what the one before had written"
    for other in others:
        await other.close()


async def test_the_owner_is_in_every_where(database: Database) -> None:
    async with database.writing() as connection:
        await insert_camera(connection, Camera("cam_1", "usr_a", "x", 1.0))
        assert await select_camera(connection, "usr_b", "cam_1") is None
        assert not await update_camera_name(connection, "usr_b", "cam_1", "mine")
        assert not await delete_camera(connection, "usr_b", "cam_1")
        assert await select_camera(connection, "usr_a", "cam_1") == Camera("cam_1", "usr_a", "x", 1.0)


async def test_the_last_stream_and_what_deleting_takes_along(database: Database) -> None:
    async with database.writing() as connection:
        await insert_camera(connection, Camera("cam_1", "usr_a", "x", 1.0))
        for saved in (record("str_1", 10, 5), record("str_2", 20, 1), record("str_2", 20, 7)):
            await upsert_stream(connection, saved)
        assert (await select_last_streams(connection, ["cam_1", "cam_2"]))["cam_1"] == record("str_2", 20, 7)
        await delete_camera(connection, "usr_a", "cam_1")
        assert await select_last_streams(connection, ["cam_1"]) == {}


async def test_writers_that_wait_keep_nobody_from_reading(tmp_path: Path) -> None:
    path = tmp_path / "test.sqlite3"
    migrate(path)
    database = Database(path)

    async def write(number: int) -> None:
        async with database.writing() as connection:
            await insert_user(connection, User(f"usr_{number}", f"u{number}", f"{number}@x.org", False), "hash", 1.0)

    assert await database.check() is None
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = [asyncio.create_task(write(number)) for number in range(60)]
        await asyncio.sleep(0.3)
        async with asyncio.timeout(1):
            assert await database.check() is None
        assert not any(task.done() for task in waiting)
        other.execute("COMMIT")
    await asyncio.gather(*waiting)
    await database.close()


async def test_who_waits_too_long_is_told_that_it_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "WAIT_S", 0.2)
    path = tmp_path / "test.sqlite3"
    migrate(path)
    database = Database(path)
    async with database.writing():
        with pytest.raises(OperationalError) as refused:
            async with database.writing():
                raise AssertionError("two write at once")
    assert is_trouble(refused.value)
    assert database.trouble is Trouble.BUSY
    async with AsyncExitStack() as stack:
        for _ in range(15):
            await stack.enter_async_context(database.reading())
        said = await database.check()
        assert said is not None
        assert "locked" in said
    await database.probe()
    assert database.trouble is None
    await database.close()


async def test_what_is_stored_is_in_no_error(tmp_path: Path) -> None:
    path = tmp_path / "test.sqlite3"
    migrate(path)
    database = Database(path)
    user, hashed = User("usr_1", "ada", "ada@example.org", False), "$2b$12$hash"
    errors = []
    for _ in range(2):
        try:
            async with database.writing() as connection:
                await insert_user(connection, user, hashed, 1.0)
        except IntegrityError as error:
            errors.append("".join(traceback.format_exception(error)))
    assert len(errors) == 1
    assert hashed not in errors[0]
    assert user.email not in errors[0]
    await database.close()
