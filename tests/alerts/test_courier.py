"""Delivery: tried again, in order, and nobody waits for somebody else's receiver."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.alerts import dispatcher as module
from server.alerts import retry
from server.alerts.channels.webhook import WebHook
from server.alerts.dispatcher import Dispatcher
from server.alerts.retry import wait_s
from server.alerts.safe_http import SafeHttpClient
from server.storage.alerts.alert_steps import keep_alerts
from server.storage.alerts.channels import Channel, ChannelKind, insert_channel, select_channels
from server.storage.engine.database import Database
from tests.alerts.conftest import channel
from tests.alerts.receivers import Receiver, receiver
from tests.alerts.test_outbox import BEGAN, OVER, WORSE, add
from tests.support.wait import until


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same in less time."""
    monkeypatch.setattr(retry, "FIRST_S", 0.1)
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.05)


@asynccontextmanager
async def running(database: Database, timeout_s: float = 10.0) -> AsyncIterator[Dispatcher]:
    outside = SafeHttpClient(allow_private=True, timeout_s=timeout_s)
    await outside.open()
    courier = Dispatcher(database, {ChannelKind.WEBHOOK: WebHook(outside)}, "https://count.example.org")
    courier.start()
    try:
        yield courier
    finally:
        await courier.stop()
        await outside.close()


async def tell(database: Database, *records: object) -> None:
    for record in records:
        async with database.writing() as connection:
            await keep_alerts(connection, [record], time.time())


async def states(database: Database) -> list[str | None]:
    async with database.reading() as connection:
        return list((await connection.execute(text("SELECT outcome FROM outbox ORDER BY number"))).scalars())


async def finished(database: Database, seconds: float = 30) -> list[str | None]:
    async with asyncio.timeout(seconds):
        while None in (found := await states(database)):  # noqa: ASYNC110 - what is waited for is in the database
            await asyncio.sleep(0.05)
    return found


async def stored(database: Database, user: str = "usr_a") -> list[Channel]:
    async with database.reading() as connection:
        return await select_channels(connection, user)


def steps(hook: Receiver) -> list[str]:
    return [request.json["step"] for request in hook.got]


def counted(outcome: str) -> float:
    """Deliveries to web hooks so far, as an operator sees them."""
    return REGISTRY.get_sample_value("crowdcount_deliveries_total", {"kind": "webhook", "outcome": outcome}) or 0.0


async def test_begin_worse_end_arrive_in_order_through_failures(database: Database, hook: Receiver) -> None:
    before = {outcome: counted(outcome) for outcome in ("delivered", "postponed", "given_up", "gone")}
    await add(database, channel(target=hook.url))
    hook.answers.extend([500, 503, 200, 302, 200, 404, 429, 200])
    async with running(database):
        await tell(database, BEGAN, WORSE, OVER)
        assert await finished(database) == ["delivered"] * 3
    assert steps(hook) == ["warning"] * 3 + ["critical"] * 2 + ["cleared"] * 3
    assert len({(request.json["step"], request.key) for request in hook.got}) == 3, "one key for each step"
    grown = {outcome: counted(outcome) - known for outcome, known in before.items()}
    assert grown == {"delivered": 3, "postponed": 5, "given_up": 0, "gone": 0}
    (after,) = await stored(database)
    assert after.error == ""
    assert after.delivered_at is not None
    assert after.failed_at is not None


async def test_what_arrived_is_not_sent_again_because_nobody_could_write_that_down(
    database: Database, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish, failures = module.finish_parcel, [None] * 3

    async def finish_late(connection: AsyncConnection, number: int, now: float, outcome: str) -> None:
        if failures:
            failures.pop()
            raise OperationalError("UPDATE", None, Exception("away"))
        await finish(connection, number, now, outcome)

    monkeypatch.setattr(module, "finish_parcel", finish_late)
    monkeypatch.setattr(module, "LEASE_S", 0.0)  # who did not know that it is under way would send it again at once
    await add(database, channel(target=hook.url))
    async with running(database):
        await tell(database, BEGAN)
        assert await finished(database) == ["delivered"]
    assert not failures
    assert steps(hook) == ["warning"]


async def test_a_time_out_is_tried_again_with_the_same_key(database: Database, hook: Receiver) -> None:
    await add(database, channel(target=hook.url))
    hook.gate.clear()
    async with running(database, timeout_s=0.3):
        await tell(database, BEGAN)
        await until(lambda: len(hook.got) == 2)
        (during,) = await stored(database)
        assert "0.3 seconds" in during.error
        hook.gate.set()
        assert await finished(database) == ["delivered"]
    assert len({request.key for request in hook.got}) == 1


async def test_a_slow_receiver_holds_nobody_up(database: Database, hook: Receiver) -> None:
    async with receiver() as slow:
        slow.gate.clear()
        await add(database, *(channel(f"slow{number}", target=f"{slow.url}/{number}") for number in range(5)))
        await add(database, channel("b", user="usr_b", target=hook.url))
        async with running(database, timeout_s=30):
            await tell(database, BEGAN)
            await until(lambda: len(slow.got) == module.MOST_PER_USER)
            await tell(database, replace(BEGAN, id="alr_b", camera_id="cam_b"))
            await until(lambda: len(hook.got) == 1, seconds=20)
            assert len(slow.got) == module.MOST_PER_USER, "one user's receivers get a few places, not all"
            slow.gate.set()
            assert await finished(database) == ["delivered"] * 6


async def test_one_who_is_gone_is_left_alone(database: Database, hook: Receiver) -> None:
    await add(database, channel(target=hook.url))
    hook.answers.append(410)
    async with running(database):
        await tell(database, BEGAN, WORSE)
        assert await finished(database) == ["dropped"] * 2
        await tell(database, OVER)
        await asyncio.sleep(0.3)
    assert len(hook.got) == 1
    (after,) = await stored(database)
    assert not after.enabled
    assert "gone for good" in after.error


async def test_it_is_given_up_after_a_day(database: Database, hook: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GIVE_UP_S", 4.0)
    await add(database, channel(target=hook.url))
    hook.answers.extend([500] * 100)
    async with running(database):
        await tell(database, BEGAN)
        assert await finished(database) == ["given up"]
    assert 2 <= len(hook.got) <= 20
    (after,) = await stored(database)
    assert "500" in after.error


async def test_a_stopped_server_goes_on_after_its_start(
    database: Database, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STOP_S", 0.1)
    await add(database, channel(target=hook.url))
    hook.gate.clear()
    async with running(database, timeout_s=30):
        await tell(database, BEGAN)
        await until(lambda: len(hook.got) == 1)
    hook.gate.set()
    async with running(database):
        assert await finished(database, seconds=10) == ["delivered"], "before whoever had it is taken for dead"
    assert len({request.key for request in hook.got}) == 1


async def test_a_kind_that_is_not_set_up_any_more(database: Database) -> None:
    async with database.writing() as connection:
        await insert_channel(connection, channel(kind=ChannelKind.EMAIL, target="a@example.org"))
    async with running(database) as courier:
        (mail,) = await stored(database)
        error = await courier.send_test(mail)
        assert error is not None
        assert error.code == "NOT_OFFERED"


def test_waiting_grows_to_an_hour_and_is_spread() -> None:
    middles = [wait_s(attempts, 0.5) for attempts in range(1, 40)]
    assert all(earlier <= later for earlier, later in pairwise(middles))
    assert middles[0] == pytest.approx(retry.FIRST_S)
    assert middles[-1] == retry.MOST_S
    assert (wait_s(1, 0.0), wait_s(1, 1.0)) == pytest.approx((0.8 * retry.FIRST_S, 1.2 * retry.FIRST_S))
