"""The course of the figures in the database."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from server.api.history.rows import point
from server.storage.accounts.users import User, insert_user
from server.storage.cameras.cameras import Camera, insert_camera
from server.storage.engine.backend import Where
from server.storage.engine.database import Database
from server.storage.engine.migrate import migrate
from server.storage.history.retention import DAY_S
from server.storage.history.samples import Sample, add_samples, delete_old_samples, select_samples

HOUR = 1_700_006_400.0
ONE = Sample("cam_1", "z", "Gate", 10, HOUR, 10, 1, 2.0, 4, 3, 5, 4, 30.0, 2)


@pytest.fixture
async def database(where: Where) -> AsyncIterator[Database]:
    """A database with one camera."""
    opened = Database(where)
    async with opened.writing() as connection:
        await insert_user(connection, User("usr_a", "a", "a@x.org", False), "hash", 1.0)
        await insert_camera(connection, Camera("cam_1", "usr_a", "x", 1.0))
    yield opened
    await opened.close()


async def stored(database: Database, step: int, owner: str = "usr_a") -> list[Sample]:
    async with database.reading() as connection:
        return await select_samples(connection, owner, "cam_1", step, HOUR - 86_400, HOUR + 86_400)


async def test_ten_seconds_are_merged_into_minute_and_hour(database: Database) -> None:
    fine = [
        ONE,
        replace(
            ONE, at=HOUR + 10, least=0, mean=5.0, most=9, last=1, seconds=5, entries=1, exits=0, dwell_s=0, visits=0
        ),
        replace(ONE, at=HOUR + 70),
    ]
    async with database.writing() as connection:
        await add_samples(connection, fine)
    assert await stored(database, 10) == fine
    minutes = await stored(database, 60)
    assert [sample.at - HOUR for sample in minutes] == [0, 60]
    assert minutes[0] == replace(
        ONE, step_s=60, seconds=15, least=0, mean=3.0, most=9, last=1, entries=6, exits=4, dwell_s=30.0, visits=2
    )
    (hour,) = await stored(database, 3600)
    assert (hour.entries, hour.seconds, hour.most, hour.visits) == (11, 25, 9, 4)
    assert hour.mean == pytest.approx((2 * 10 + 5 * 5 + 2 * 10) / 25)


async def test_two_streams_in_the_same_ten_seconds_add_up(database: Database) -> None:
    for _ in range(2):
        async with database.writing() as connection:
            await add_samples(connection, [replace(ONE, seconds=0)])
    (sample,) = await stored(database, 10)
    assert (sample.entries, sample.mean, sample.seconds) == (10, 2.0, 0)


CROWDED = replace(
    ONE, at=HOUR + 10, least=2, mean=6.0, most=9, last=8, estimate=50.0, estimate_most=80.5, crowded_s=5.0
)
UNKNOWN = replace(
    ONE, at=HOUR + 20, seconds=0.0, least=None, mean=None, most=None, last=None, entries=0, exits=0, dwell_s=0, visits=0
)


async def test_estimates_are_merged_with_counts_by_what_was_observed(database: Database) -> None:
    async with database.writing() as connection:
        await add_samples(connection, [ONE, CROWDED])
    assert await stored(database, 10) == [ONE, CROWDED], "what was never crowded has no estimate"
    (minute,) = await stored(database, 60)
    assert (minute.mean, minute.most) == (4.0, 9), "of boxes, as ever"
    assert (minute.estimate, minute.estimate_most) == ((2.0 * 10 + 50.0 * 10) / 20, 80.5)
    assert (minute.crowded_s, minute.unknown_s) == (5.0, 0.0)


async def test_whatever_the_order_estimates_come_to_the_same(database: Database) -> None:
    parts = [ONE, CROWDED, replace(UNKNOWN, unknown_s=10.0), replace(ONE, at=HOUR + 30, seconds=4.0, mean=1.0)]
    expected = (2.0 * 10 + 50.0 * 10 + 1.0 * 4) / 24
    for number, order in enumerate(permutations(parts)):
        fine = [replace(part, zone_id=str(number)) for part in order]
        async with database.writing() as connection:
            for part in fine:
                await add_samples(connection, [part])
    hours = await stored(database, 3600)
    assert len(hours) == 24
    for hour in hours:
        assert hour.estimate == pytest.approx(expected)
        assert (hour.least, hour.most, hour.estimate_most) == (1, 9, 80.5)
        assert (hour.seconds, hour.crowded_s, hour.unknown_s) == (24.0, 5.0, 10.0)


async def test_what_is_not_known_is_stored_and_lowers_nothing(database: Database) -> None:
    unknown = replace(UNKNOWN, unknown_s=10.0)
    async with database.writing() as connection:
        await add_samples(connection, [unknown, replace(unknown, at=HOUR + 70), replace(ONE, at=HOUR + 80)])
    assert (await stored(database, 10))[0] == unknown
    first, second = await stored(database, 60)
    assert (first.mean, first.least, first.last, first.seconds, first.unknown_s) == (None, None, None, 0.0, 10.0)
    assert (second.mean, second.least, second.most, second.last) == (2.0, 1, 4, 3), "no 0 in it"
    assert (second.estimate, second.unknown_s) == (None, 10.0)
    async with database.writing() as connection:
        await add_samples(connection, [replace(unknown, at=HOUR + 90)])
    assert (await stored(database, 60))[1] == replace(second, unknown_s=20.0), "the last number that was known stays"


async def test_only_the_owner_reads(database: Database) -> None:
    async with database.writing() as connection:
        await add_samples(connection, [ONE])
    assert await stored(database, 10, owner="usr_b") == []


async def test_old_samples_go_by_their_step(database: Database) -> None:
    async with database.writing() as connection:
        await add_samples(connection, [ONE])
        await delete_old_samples(connection, {10: 1, 60: 30, 3600: 0}, HOUR + 2 * 86_400)
    counts = [len(await stored(database, step)) for step in (10, 60, 3600)]
    assert counts == [0, 1, 1]


async def test_a_file_with_retention_stops_growing(tmp_path: Path) -> None:
    """Twelve days of a camera with zones, of which three are kept: the later nine take the room of the first."""
    path = tmp_path / "growing.sqlite3"
    migrate(path)
    grown = Database(path)
    async with grown.writing() as connection:
        await insert_user(connection, User("usr_a", "a", "a@x.org", False), "hash", 1.0)
        await insert_camera(connection, Camera("cam_1", "usr_a", "Gate", 1.0))
    sizes, pieces = [], 0
    for day in range(12):
        begin = HOUR + day * DAY_S
        async with grown.writing() as connection:
            for zone in "abc":
                fine = (replace(ONE, zone_id=zone, at=begin + second) for second in range(0, DAY_S, 60))
                await add_samples(connection, fine)
        more = True
        while more:
            async with grown.writing() as connection:
                more = await delete_old_samples(connection, {10: 3, 60: 3, 3600: 3}, begin + DAY_S)
            pieces += 1
        with closing(sqlite3.connect(path)) as connection:
            sizes.append(connection.execute("PRAGMA page_count").fetchone()[0])
    await grown.close()
    assert sizes[3] > 2 * sizes[0]
    assert max(sizes[4:]) <= 1.1 * sizes[3]
    assert pieces > 24, "not all at once"


@pytest.mark.parametrize(
    ("seconds", "crowded_s", "unknown_s", "entries", "blind"),
    [
        (10.0, 0.0, 0.0, 0, False),
        (10.0, 5.0, 0.0, 0, False),
        (10.0, 6.0, 0.0, 0, True),
        (0.0, 0.0, 10.0, 0, True),
        (10.0, 4.0, 2.0, 0, True),
        (10.0, 10.0, 0.0, 1, False),
    ],
)
def test_nobody_was_seen_to_come_where_nobody_could_be(
    *, seconds: float, crowded_s: float, unknown_s: float, entries: int, blind: bool
) -> None:
    sample = replace(UNKNOWN, seconds=seconds, crowded_s=crowded_s, unknown_s=unknown_s, entries=entries)
    assert sample.blind is blind
    shown = point(sample)
    assert shown["entries"] == (None if blind else entries)
    assert (shown["exits"] is None) is (shown["visits"] is None) is blind
