"""Databases of an older version, with what was counted in them."""

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text

from server.storage.engine.backend import Where
from server.storage.engine.database import Database
from server.storage.engine.migrate import migrate
from server.storage.engine.postgres_start import migration_engine
from server.storage.history.samples import Sample, add_samples, select_samples
from server.storage.schema import metadata
from tests.support.postgres import Cluster

BEFORE_ESTIMATES = "0013"
ROWS = (
    """INSERT INTO users (id, username, username_key, email, email_key, password_hash, is_admin, created_at)
    VALUES ('usr_a', 'a', 'a', 'a@x.org', 'a@x.org', 'h', false, 1)""",
    "INSERT INTO rooms (id, owner_id, name, created_at) VALUES ('rom_1', 'usr_a', 'Hall', 1)",
    """INSERT INTO cameras (id, owner_id, name, created_at, room_id, quality)
    VALUES ('cam_1', 'usr_a', 'x', 1, 'rom_1', 'fast')""",
    "INSERT INTO areas (id, room_id, name, public, created_at) VALUES ('are_1', 'rom_1', 'All', false, 1)",
    """INSERT INTO samples VALUES ('cam_1', '', 10, 3600, '', 10, 1, 2.5, 4, 3, 5, 4, 30, 2),
    ('cam_1', 'z', 10, 3600, 'Gate', 0, 0, 0, 0, 0, 0, 0, 0, 0)""",
    """INSERT INTO alerts (id, camera_id, zone_id, zone_name, figure, level, began_at, peak, peak_at, note)
    VALUES ('alr_1', 'cam_1', 'z', 'Gate', 'people', 'critical', 1, 7, 2, '')""",
    """INSERT INTO area_alerts (id, area_id, level, began_at, peak, peak_at, note)
    VALUES ('aal_1', 'are_1', 'warning', 1, 9, 2, '')""",
)


@pytest.fixture(params=["sqlite", "postgres"])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Where:
    """A database as it was before estimates."""
    where: Where = tmp_path / "older.sqlite3"
    if request.param == "postgres":
        cluster: Cluster = request.getfixturevalue("postgres")
        where = cluster.where(cluster.empty())
    migrate(where, BEFORE_ESTIMATES)
    engine = connect(where)
    with engine.begin() as connection:
        for row in ROWS:
            connection.execute(text(row))
    engine.dispose()
    return where


def connect(where: Where) -> Engine:
    return create_engine(f"sqlite:///{where}") if isinstance(where, Path) else migration_engine(where)


def ask(where: Where, query: str) -> list[tuple[Any, ...]]:
    engine = connect(where)
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return rows


def test_what_was_counted_before_estimates_stays(older: Where) -> None:
    migrate(older)
    assert ask(older, "SELECT * FROM samples ORDER BY zone_id") == [
        ("cam_1", "", 10, 3600.0, "", 10.0, 1, 2.5, 4, 3, 5, 4, 30.0, 2, None, None, 0.0, 0.0, 0.0),
        ("cam_1", "z", 10, 3600.0, "Gate", 0.0, 0, 0.0, 0, 0, 0, 0, 0.0, 0, None, None, 0.0, 0.0, 0.0),
    ]
    for table, peak in (("alerts", 7.0), ("area_alerts", 9.0)):
        (found,) = ask(older, f"SELECT peak, estimated, peak_low, peak_high, interrupted FROM {table}")
        assert (found[0], bool(found[1]), *found[2:4], bool(found[4])) == (peak, False, None, None, False)
    engine = connect(older)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


async def test_counts_of_before_are_merged_with_estimates_of_today(older: Where) -> None:
    migrate(older)
    database = Database(older)
    new = Sample("cam_1", "", "", 10, 3600.0, 10.0, 3, 4.5, 9, 9, 0, 0, 0.0, 0, 40.0, 55.0, 8.0, 1.0)
    async with database.writing() as connection:
        await add_samples(connection, [new])
    async with database.reading() as connection:
        whole, _ = await select_samples(connection, "usr_a", "cam_1", 10, 0, 7200)
    assert (whole.mean, whole.estimate, whole.estimate_most) == (3.5, (2.5 + 40.0) / 2, 55.0)
    assert (whole.crowded_s, whole.unknown_s, whole.visits) == (8.0, 1.0, 2)
    await database.close()


def test_the_history_still_goes_with_its_camera(older: Where) -> None:
    """SQLite copies the table to change it."""
    migrate(older)
    engine = connect(older)
    with engine.connect() as connection:
        if isinstance(older, Path):
            connection.execute(text("PRAGMA foreign_keys = ON"))
        connection.execute(text("DELETE FROM cameras"))
        assert connection.execute(text("SELECT count(*) FROM samples")).scalar_one() == 0
    engine.dispose()
