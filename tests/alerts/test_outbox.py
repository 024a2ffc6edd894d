"""What is to be told is written with the alert, once, and taken in order."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from server.alerts.retry import wait_s
from server.storage.alerts.alert_steps import keep_alerts, keep_interrupted
from server.storage.alerts.alerts import AlertRecord
from server.storage.alerts.channels import AlertStep, Channel, insert_channel, update_channel
from server.storage.alerts.outbox import (
    FARTHEST_S,
    OutboxMessage,
    claim_due,
    delete_finished,
    drop_waiting,
    finish_parcel,
    give_up_old,
    postpone_parcel,
)
from server.storage.cameras.cameras import delete_camera
from server.storage.cameras.streams import StreamRecord, upsert_stream
from server.storage.engine.database import Database
from tests.alerts.conftest import channel

BEGAN = AlertRecord("alr_1", "cam_a", "z", "Stairs", "people", "warning", 100.0, None, 3.0, 100.0)
WORSE = replace(BEGAN, level="critical", peak=5.0, peak_at=110.0)
OVER = replace(WORSE, ended_at=120.0)


async def add(database: Database, *channels: Channel) -> None:
    async with database.writing() as connection:
        for one in channels:
            await insert_channel(connection, one)


async def keep(database: Database, *records: AlertRecord, now: float = 200.0) -> None:
    async with database.writing() as connection:
        await keep_alerts(connection, records, now)


async def claim(database: Database, now: float = 1000.0, limit: int = 99, per_user: int = 99) -> list[OutboxMessage]:
    async with database.writing() as connection:
        return await claim_due(connection, now, 20, {}, limit, per_user)


async def told(database: Database) -> list[tuple[str, str, str]]:
    async with database.reading() as connection:
        rows = await connection.execute(text("SELECT channel_id, alert_id, step FROM outbox ORDER BY number"))
        return [tuple(row) for row in rows]


async def test_each_step_is_told_once(database: Database) -> None:
    await add(database, channel())
    for record in (BEGAN, BEGAN, replace(BEGAN, peak=4.0), WORSE, WORSE, OVER, OVER):
        await keep(database, record)
    assert await told(database) == [("chn_hook", "alr_1", step) for step in ("warning", "critical", "cleared")]


async def test_what_is_told_is_whether_the_peak_is_an_estimate(database: Database) -> None:
    await add(database, channel())
    await keep(database, BEGAN)
    await keep(database, replace(WORSE, peak=470.0, estimated=True, peak_low=380.0, peak_high=560.0))
    (begun,) = await claim(database)
    async with database.writing() as connection:
        await finish_parcel(connection, begun.number, 1000.0, "delivered")
    (worse,) = await claim(database)
    found = [
        (one.document["alert"]["estimated"], one.document["alert"]["peak_low"], one.document["alert"]["peak_high"])
        for one in (begun, worse)
    ]
    assert found == [(False, None, None), (True, 380.0, 560.0)]


async def test_a_clock_that_is_set_back_holds_nothing_back(database: Database) -> None:
    await add(database, channel())
    await keep(database, BEGAN, now=90_000.0)
    (parcel,) = await claim(database, now=90_000.0)
    async with database.writing() as connection:
        await postpone_parcel(connection, parcel.number, 90_000.0 + wait_s(10**6, 1.0))
    assert await claim(database, now=90_000.0) == [], "later"
    assert [one.key for one in await claim(database, now=5000.0)] == [parcel.key]


def test_nothing_is_put_off_for_as_long_as_a_clock_is_suspected() -> None:
    assert wait_s(10**6, 1.0) < FARTHEST_S


async def test_a_channel_is_not_told_what_was_before_it(database: Database) -> None:
    await keep(database, BEGAN)
    await add(database, channel())
    await keep(database, replace(BEGAN, peak=4.0))
    assert await told(database) == []
    await keep(database, WORSE)
    assert [step for *_, step in await told(database)] == ["critical"]


async def test_what_happened_within_one_write_is_told_by_its_worst(database: Database) -> None:
    await add(database, channel())
    await keep(database, OVER)
    assert [step for *_, step in await told(database)] == ["critical", "cleared"]


async def test_channels_hear_what_they_asked_for(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(
            text("INSERT INTO cameras (id, owner_id, name, created_at) VALUES ('cam_2', 'usr_a', 'Hall', 1)")
        )
    await add(
        database,
        channel("critical", steps=(AlertStep.CRITICAL,)),
        channel("hall", camera_ids=("cam_2",)),
        channel("both", camera_ids=("cam_2", "cam_a"), steps=(AlertStep.WARNING,)),
        channel("paused", enabled=False),
        channel("unconfirmed", confirmed_at=None),
        channel("other", user="usr_b"),
    )
    for record in (BEGAN, WORSE, OVER):
        await keep(database, record)
    assert await told(database) == [("chn_both", "alr_1", "warning"), ("chn_critical", "alr_1", "critical")]
    async with database.writing() as connection:
        assert await delete_camera(connection, "usr_a", "cam_2")
    await keep(database, replace(BEGAN, id="alr_2"))
    assert ("chn_hall", "alr_2", "warning") not in await told(database), "no camera left is not every camera"


async def test_an_alert_that_is_rolled_back_is_not_told(database: Database) -> None:
    await add(database, channel())
    try:
        async with database.writing() as connection:
            await keep_alerts(connection, [BEGAN], 200.0)
            raise RuntimeError
    except RuntimeError:
        assert await told(database) == []
    await keep(database, BEGAN)
    assert len(await told(database)) == 1


async def test_steps_of_an_alert_wait_for_each_other(database: Database) -> None:
    await add(database, channel())
    for record in (BEGAN, WORSE, OVER):
        await keep(database, record)
    other = replace(BEGAN, id="alr_2")
    await keep(database, other)
    (first,) = await claim(database)
    assert first.document["step"] == "warning"
    async with database.writing() as connection:
        await postpone_parcel(connection, first.number, 5000.0)
    # The first alert waits for its first step; the second one does not.
    (second,) = await claim(database)
    assert second.document["alert"]["id"] == "alr_2"
    async with database.writing() as connection:
        await finish_parcel(connection, second.number, 1000.0, "delivered")
    assert await claim(database) == []
    for step in ("warning", "critical", "cleared"):
        (parcel,) = await claim(database, now=9000.0)
        assert parcel.document["step"] == step
        async with database.writing() as connection:
            await finish_parcel(connection, parcel.number, 9000.0, "delivered")
    assert await claim(database, now=99_000.0) == []


async def test_a_claim_is_a_lease(database: Database) -> None:
    await add(database, channel())
    await keep(database, BEGAN)
    (first,) = await claim(database, now=1000.0)
    assert await claim(database, now=1019.0) == []
    (again,) = await claim(database, now=1020.0)
    assert (again.key, again.attempts) == (first.key, 2)


async def test_two_who_claim_at_once_take_different_things(database: Database) -> None:
    await add(database, *(channel(str(number)) for number in range(10)))
    await keep(database, BEGAN)
    halves = await asyncio.gather(*(claim(database, limit=5) for _ in range(4)))
    keys = [parcel.key for half in halves for parcel in half]
    assert len(keys) == len(set(keys)) == 10


async def test_one_user_does_not_take_every_place(database: Database) -> None:
    await add(database, *(channel(str(number)) for number in range(10)), channel("b", user="usr_b"))
    await keep(database, BEGAN)
    await keep(database, replace(BEGAN, id="alr_b", camera_id="cam_b"), now=300.0)
    users = [parcel.channel.user_id for parcel in await claim(database, limit=5, per_user=3)]
    assert sorted(users) == ["usr_a"] * 3 + ["usr_b"]


STREAM = StreamRecord("str_1", "cam_a", "camera", 90.0, 130.0, None, 42_000.0, 3, 5, 9, 9, 0, 0)


@pytest.mark.parametrize(
    ("streams", "ended_at"),
    [
        ([], BEGAN.peak_at),
        ([STREAM], 132.0),  # opened at 90, and 42 seconds were counted
        ([STREAM, replace(STREAM, id="str_2", opened_at=500.0)], 132.0),
        ([replace(STREAM, camera_id="cam_b")], BEGAN.peak_at),
    ],
)
async def test_what_a_killed_process_left_open_is_told_to_be_over(
    database: Database, streams: list[StreamRecord], ended_at: float
) -> None:
    await add(database, channel())
    await keep(database, BEGAN)
    async with database.writing() as connection:
        for stream in streams:
            await upsert_stream(connection, stream)
    for _ in range(2):
        async with database.writing() as connection:
            await keep_interrupted(connection, 300.0, [])
    async with database.reading() as connection:
        ended = (await connection.execute(text("SELECT ended_at, interrupted FROM alerts"))).all()
    assert ended == [(ended_at, 1)]
    assert [step for *_, step in await told(database)] == ["warning", "cleared"]
    async with database.writing() as connection:
        (begun,) = await claim_due(connection, 1000.0, 20, {}, 9, 9)
        await finish_parcel(connection, begun.number, 1000.0, "delivered")
    (over,) = await claim(database)
    assert over.document["interrupted"]
    assert over.document["alert"]["ended_at"] == ended_at


async def test_a_paused_channel_is_sent_nothing_old(database: Database) -> None:
    hook = channel()
    await add(database, hook)
    await keep(database, BEGAN)
    async with database.writing() as connection:
        await update_channel(connection, replace(hook, enabled=False))
        await drop_waiting(connection, hook.id, 300.0)
        await update_channel(connection, hook)
    assert await claim(database) == []
    await keep(database, WORSE)
    assert [parcel.document["step"] for parcel in await claim(database)] == ["critical"]


async def test_what_is_too_old_is_given_up_and_later_forgotten(database: Database) -> None:
    await add(database, channel())
    await keep(database, BEGAN, now=200.0)
    await keep(database, replace(OVER, id="alr_2"), now=500.0)
    async with database.writing() as connection:
        await give_up_old(connection, 400.0, 600.0)
    assert {parcel.document["alert"]["id"] for parcel in await claim(database)} == {"alr_2"}
    async with database.writing() as connection:
        await connection.execute(text("UPDATE outbox SET finished_at = 700"))
        await delete_finished(connection, 800.0)
    # The rows of the alert that goes on stay: without them its step would be told again.
    assert await told(database) == [("chn_hook", "alr_1", "warning")]
    await keep(database, replace(BEGAN, peak=9.0))
    assert len(await told(database)) == 1
