"""Sends what waits in the outbox, and remembers how it went."""

import asyncio
import logging
import random
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.alerts import metrics
from server.alerts.failure import DeliveryError
from server.alerts.message import Message, alert_message, code_message, trial_message
from server.alerts.retry import GIVE_UP_S, wait_s
from server.alerts.safe_http import TIMEOUT_S
from server.common.background import BackgroundTask
from server.common.ids import new_id
from server.storage.alerts.channels import Channel, ChannelKind, disable_channel, note_outcome
from server.storage.alerts.outbox import (
    OutboxMessage,
    anything_due,
    claim_due,
    delete_finished,
    drop_waiting,
    finish_parcel,
    give_up_old,
    postpone_parcel,
)
from server.storage.engine.database import Database

logger = logging.getLogger("crowdcount.alerts")

LOOK_EVERY_S = 1.0
ATTEMPT_S = 1.5 * TIMEOUT_S
"""Senders bound their own steps; this bounds the whole, so that an attempt ends before its lease."""
LEASE_S = 2 * TIMEOUT_S
"""A parcel whose sender was killed is sent again so much later."""
MOST, MOST_PER_USER = 16, 3
"""Sent at once; one at a time to each channel. Slow receivers of one user do not hold up others."""
CLEAN_EVERY_S = 3600.0
KEEP_S = 7 * 86_400.0
STOP_S = 2.0


class Sender(Protocol):
    """Knows one way for messages to travel."""

    async def send(self, channel: Channel, message: Message) -> None:
        """Send it. Raises DeliveryError."""


class Dispatcher:
    """Delivers.

    Parameters
    ----------
    database : Database
    senders : mapping of Kind to Sender
        The ways that are open on this server.
    site_url : str
        Where people reach it.
    """

    def __init__(self, database: Database, senders: Mapping[ChannelKind, Sender], site_url: str) -> None:
        self.kinds = frozenset(senders)
        self._database = database
        self._senders = senders
        self._site_url = site_url
        self._wake = asyncio.Event()
        self._task = BackgroundTask("courier", self._deliver_forever)
        self._running: dict[asyncio.Task[None], OutboxMessage] = {}
        self._clean_at = 0.0

    def start(self) -> None:
        """Begin to deliver."""
        self._task.start()

    async def stop(self) -> None:
        """End what is under way; what does not end in time is sent again after the next start, with the same key."""
        await self._task.stop()
        if self._running:
            _done, late = await asyncio.wait(self._running, timeout=STOP_S)
            parcels = [self._running[task] for task in late]
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            await self._release(parcels)

    async def send_test(self, channel: Channel) -> DeliveryError | None:
        """Send a test now. Returns what went wrong, which is also kept with the channel."""
        return await self._send_now(channel, trial_message(new_id("tst"), self._site_url))

    async def send_code(self, channel: Channel) -> DeliveryError | None:
        """Ask a mail address whether it wants alerts. Returns what went wrong."""
        return await self._send_now(channel, code_message(new_id("cod"), channel.secret, self._site_url))

    async def _send_now(self, channel: Channel, message: Message) -> DeliveryError | None:
        error = await self._attempt(channel, message)
        async with self._database.writing() as connection:
            await note_outcome(connection, channel.id, time.time(), error.message if error else "")
        return error

    async def _deliver_forever(self) -> None:
        while True:
            try:
                if not self._database.away:
                    await self._turn(time.time())
            except SQLAlchemyError:
                logger.exception("the outbox cannot be read; it is tried again")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), LOOK_EVERY_S)
            self._wake.clear()

    async def _turn(self, now: float) -> None:
        if time.monotonic() >= self._clean_at:
            self._clean_at = time.monotonic() + CLEAN_EVERY_S
            async with self._database.writing() as connection:
                await give_up_old(connection, now - GIVE_UP_S, now)
                await delete_finished(connection, now - KEEP_S)
        async with self._database.reading() as connection:
            if not await anything_due(connection, now):
                return
        busy = {parcel.channel.id: parcel.channel.user_id for parcel in self._running.values()}
        async with self._database.writing() as connection:
            parcels = await claim_due(connection, now, LEASE_S, busy, MOST, MOST_PER_USER)
        for parcel in parcels:
            task = asyncio.create_task(self._deliver(parcel), name=f"deliver {parcel.key}")
            self._running[task] = parcel
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._wake.set()  # the channel is free for what comes next
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("a delivery failed unexpectedly; it is tried again", exc_info=error)

    async def _deliver(self, parcel: OutboxMessage) -> None:
        error = await self._attempt(parcel.channel, alert_message(parcel, self._site_url))
        channel, now = parcel.channel, time.time()
        outcome = await self._note(parcel, error, now)
        while outcome is None:
            # Until it is known, the channel is busy: what arrived would be sent again.
            await asyncio.sleep(LOOK_EVERY_S)
            outcome = await self._note(parcel, error, now)
        metrics.DELIVERIES.labels(channel.kind.value, outcome).inc()
        if error is not None:
            ids = {"user": channel.user_id, "camera": parcel.document["camera"]["id"]}
            logger.info("%s of %s was not delivered: %s", parcel.key, channel.id, error.code, extra=ids)

    async def _note(self, parcel: OutboxMessage, error: DeliveryError | None, now: float) -> str | None:
        """Write down how a delivery went; None when that has to be tried again."""
        channel = parcel.channel
        try:
            async with self._database.writing() as connection:
                await note_outcome(connection, channel.id, now, error.message if error else "")
                if error is None:
                    await finish_parcel(connection, parcel.number, now, "delivered")
                    return "delivered"
                if error.gone:
                    await disable_channel(connection, channel.id)
                    await drop_waiting(connection, channel.id, now)
                    return "gone"
                return await self._put_off(connection, parcel, error, now)
        except SQLAlchemyError:
            if not self._database.away:
                logger.exception("how a delivery went could not be written; it is tried again")
            return None

    async def _put_off(
        self, connection: AsyncConnection, parcel: OutboxMessage, error: DeliveryError, now: float
    ) -> str:
        """Try again later, or no more."""
        due_at = now + wait_s(parcel.attempts, random.random())  # noqa: S311 - spreads load, hides nothing
        if error.final or due_at > parcel.created_at + GIVE_UP_S:
            await finish_parcel(connection, parcel.number, now, "given up")
            return "given_up"
        await postpone_parcel(connection, parcel.number, due_at)
        return "postponed"

    async def _attempt(self, channel: Channel, message: Message) -> DeliveryError | None:
        sender = self._senders.get(channel.kind)
        if sender is None:
            return DeliveryError("NOT_OFFERED", "This server is not set up for this kind of message any more.")
        try:
            async with asyncio.timeout(ATTEMPT_S):
                await sender.send(channel, message)
        except DeliveryError as error:
            return error
        except TimeoutError:
            return DeliveryError("TIMEOUT", "It took too long.")
        return None

    async def _release(self, parcels: list[OutboxMessage]) -> None:
        try:
            async with self._database.writing() as connection:
                for parcel in parcels:
                    await postpone_parcel(connection, parcel.number, time.time())
        except SQLAlchemyError:
            logger.exception("parcels under way could not be released; their lease ends by itself")
