"""What runs beside the requests of an application: begun when it serves, ended in the opposite order."""

import asyncio
import logging
from collections.abc import AsyncGenerator

from quart import Quart

from server.alerts.dispatcher import Dispatcher
from server.alerts.senders import Senders
from server.api.http.context import Services
from server.api.http.tokens import Tokens
from server.common.background import BackgroundTask
from server.common.keys import SigningKeys, load_keys
from server.core.errors import CodedError
from server.engine.base import Engine
from server.live.connections.process_metrics import ProcessMetrics
from server.live.connections.session_watch import SessionWatch
from server.live.connections.storage_watch import StorageWatch
from server.live.recordings.film_queue import FilmQueue
from server.live.rooms.room_hub import RoomHub
from server.live.streams.registry import Registry

logger = logging.getLogger("crowdcount")

KEYS_EVERY_S = 2.0
DRAIN_S = 2.0
"""How long a frame that is being worked on is waited for at shutdown."""
SAVE_S = 2.0
"""How long what was counted may take to be written then; a locked database takes longer than anybody waits."""


def install_lifecycle(
    app: Quart,
    services: Services,
    engine: Engine,
    registry: Registry,
    films: FilmQueue,
    watch: SessionWatch,
    hub: RoomHub,
) -> None:
    """The engine, the streams, recordings and rooms, the sessions and the keys."""

    @app.while_serving
    async def run() -> AsyncGenerator[None, None]:
        await services.database.open()
        await engine.start()
        registry.recorder.start()
        hub.start()
        watch.start()
        films.start()
        follow = BackgroundTask("key watch", lambda: follow_keys(app, services))
        follow.start()
        yield
        await follow.stop()
        await films.stop()
        await watch.stop()
        await registry.recorder.stop()
        await save_all(registry)
        await hub.stop()
        await engine.stop()
        services.passwords.close()
        await services.database.close()


async def save_all(registry: Registry) -> None:
    """Close every stream, and save what it and those before it counted."""
    try:
        async with asyncio.timeout(DRAIN_S + SAVE_S):
            await registry.close(DRAIN_S)
            await registry.recorder.save_late()
    except TimeoutError:
        logger.error("not everything that was counted could be saved in time")


def install_delivery(app: Quart, office: Senders, courier: Dispatcher) -> None:
    """Messages about alerts go out while the application serves."""

    @app.while_serving
    async def deliver() -> AsyncGenerator[None, None]:
        await office.open()
        courier.start()
        yield
        await courier.stop()
        await office.close()


def install_watches(app: Quart, *watches: StorageWatch | ProcessMetrics) -> None:
    """The disk and the process itself are looked at while the application serves."""

    @app.while_serving
    async def look() -> AsyncGenerator[None, None]:
        for watch in watches:
            watch.start()
        yield
        for watch in watches:
            await watch.stop()


def sign_with(app: Quart, tokens: Tokens, keys: SigningKeys) -> None:
    """Sign with the first key; what the others signed is accepted."""
    app.secret_key = keys.cookies[0]
    app.config["SECRET_KEY_FALLBACKS"] = list(keys.cookies[1:])
    tokens.use(keys)


async def follow_keys(app: Quart, services: Services) -> None:
    """Take new keys when they were rotated, without a restart."""
    while True:
        await asyncio.sleep(KEYS_EVERY_S)
        try:
            keys = await asyncio.to_thread(load_keys, services.settings.data_dir)
        except (CodedError, OSError):
            logger.exception("the keys cannot be read; those in use stay in use")
        else:
            sign_with(app, services.tokens, keys)
