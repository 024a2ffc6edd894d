"""Wires the parts: settings and an engine in, an ASGI application out."""

import time
from collections.abc import Callable
from typing import Any

import socketio
from quart import Quart

from server.alerts.dispatcher import Dispatcher
from server.alerts.senders import Senders
from server.api.accounts import account_pages, accounts, credentials, profile, sessions, token_routes
from server.api.accounts.deleted_sessions import DeletedSessions
from server.api.alerts import alert_taking, alerts, channel_pages, channels
from server.api.alerts import snapshots as stills
from server.api.alerts.channel_limiter import ChannelLimiter
from server.api.cameras import cameras, plans, qualities
from server.api.history import heat as history_heat
from server.api.history import history
from server.api.history import pages as history_pages
from server.api.history import parquet as history_parquet
from server.api.http import audit_log, health, language, models, pages, shell
from server.api.http.access import install_access
from server.api.http.assets import STATIC, install_assets
from server.api.http.auth import over_meanwhile
from server.api.http.context import KEY, Services, WebLife
from server.api.http.cookies import CookieAuth
from server.api.http.cost_limits import Spending
from server.api.http.description import install_description
from server.api.http.errors import install_errors
from server.api.http.language import install_words
from server.api.http.limits import install_limits
from server.api.http.passwords import Passwords
from server.api.http.pending_form import pending_form
from server.api.http.security import install_security
from server.api.http.sign_in_limiter import SignInLimiter
from server.api.http.site import Site
from server.api.http.socket_auth import handshake_origin_allowed, socket_authenticator
from server.api.http.tokens import Tokens
from server.api.recordings import pages as recordings_pages
from server.api.recordings import recordings, uploads
from server.api.rooms import areas as rooms_areas
from server.api.rooms import invites as rooms_invites
from server.api.rooms import join, room_view, rooms
from server.api.rooms import log as rooms_log
from server.api.rooms import pages as rooms_pages
from server.api.rooms import people as rooms_people
from server.api.rooms import status as rooms_status
from server.common.keys import load_keys
from server.config import Settings
from server.engine.base import Engine
from server.lifecycle import install_delivery, install_lifecycle, install_watches, save_all, sign_with
from server.live.connections.allowances import Allowances
from server.live.connections.connection_limiter import ConnectionLimiter
from server.live.connections.namespace import LiveNamespace
from server.live.connections.process_metrics import ProcessMetrics
from server.live.connections.session_watch import SessionWatch
from server.live.connections.storage_watch import StorageWatch
from server.live.connections.transport import LiveServer, create_live_server
from server.live.recordings.film_queue import FilmQueue
from server.live.rooms.room_events import RoomEvents
from server.live.rooms.room_hub import RoomHub
from server.live.streams.registry import Registry
from server.live.streams.stream_events import StreamEvents
from server.process.request_pace import RequestPace
from server.process.request_size import SOCKETS
from server.storage.engine.database import Database
from server.uploads.intake import Intake
from server.uploads.shelf import FOLDER, Shelf

PARTS = (
    accounts,
    sessions,
    token_routes,
    profile,
    credentials,
    audit_log,
    cameras,
    qualities,
    models,
    health,
    pages,
    account_pages,
    plans,
    alerts,
    history,
    history_heat,
    history_pages,
    history_parquet,
    stills,
    channels,
    channel_pages,
    shell,
    language,
    alert_taking,
    rooms,
    rooms_people,
    rooms_invites,
    rooms_areas,
    rooms_log,
    rooms_status,
    rooms_pages,
    join,
    uploads,
    recordings,
    recordings_pages,
)


class Application(socketio.ASGIApp):
    """The ASGI application: Socket.IO around Quart.

    Parameters
    ----------
    live : LiveServer
    app : Quart
    namespace : LiveNamespace
    registry : Registry
    films : FilmQueue
    pace : RequestPace
        Of every request, before anything else is done with it.
    """

    def __init__(
        self,
        live: LiveServer,
        app: Quart,
        namespace: LiveNamespace,
        registry: Registry,
        films: FilmQueue,
        pace: RequestPace,
    ) -> None:
        super().__init__(live, other_asgi_app=app)
        self._pace = pace
        self.quart = app
        self._namespace = namespace
        self._registry = registry
        self._films = films

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer a request or a socket; sockets are at one place only."""
        if scope["type"] != "lifespan" and not await self._pace.admit(scope, send):
            return
        if scope["type"] == "websocket" and not scope["path"].startswith(SOCKETS):
            await send({"type": "websocket.close"})
            return
        await super().__call__(scope, receive, send)

    async def open_storage(self) -> None:
        """Take the database for this process; again is nothing. Raises CodedError when another has it."""
        await self.quart.extensions[KEY].database.open()

    async def announce_shutdown(self) -> None:
        """Tell every client to reconnect, and save what was counted; to be called while connections are still open."""
        await self._films.stop()
        await self._namespace.shut_down()
        await save_all(self._registry)


def create_app(settings: Settings, engine: Engine, web_life: WebLife | None = None) -> Application:
    """Build the application.

    Parameters
    ----------
    settings : Settings
        Of a data directory that was prepared and migrated (`server.process.serve.prepare`).
    engine : Engine
        Not started; it runs while the application serves.
    web_life : WebLife, optional
        Of a web process that is supervised.
    """
    app = Site(__name__, static_folder=str(STATIC), template_folder="templates")
    keys = load_keys(settings.data_dir)
    tokens = Tokens(keys)
    sign_with(app, tokens, keys)
    database = Database(settings.database)
    handshakes = ConnectionLimiter(settings.connections_per_address, time.monotonic)
    allowances = Allowances(max(1.0, settings.streams_per_user / 4))
    live = create_live_server(_socket_origins(settings), handshakes, allowances)
    view = room_view.RoomView(app)
    hub = RoomHub(database, _notifier(live), lambda sid: namespace.cut_slow(sid), view, settings.bounds)
    registry = Registry(
        engine,
        database,
        _notifier(live),
        settings.streams_per_user,
        settings.resume_s,
        settings.retention,
        hub,
        settings.bounds,
    )
    shelf = Shelf(settings.data_dir / FOLDER, settings.upload_spare_mb * 1_000_000)
    films = FilmQueue(settings, database, registry, shelf)
    streams = StreamEvents(settings, database, registry)
    namespace = LiveNamespace(settings, streams, registry, socket_authenticator(app))
    namespace.serve_rooms(RoomEvents(hub, view.room, _updater(live)), hub.audience.leave)
    live.register_namespace(namespace)
    watch = SessionWatch(database, namespace, live.drop_unfinished, settings.audit_days)
    storage_watch = StorageWatch(database, namespace.sids, _notifier(live))
    office = Senders(settings)
    courier = Dispatcher(database, office.senders, settings.site_url)
    services = Services(
        settings=settings,
        database=database,
        cookies=CookieAuth(app, always=settings.secure_cookies, days=settings.session_days),
        spending=Spending(settings.large_answers_ms_per_minute),
        passwords=Passwords(settings.bcrypt_cost),
        tokens=tokens,
        guard=SignInLimiter(settings.sign_ins_per_minute, settings.sign_ups_per_hour),
        departed=DeletedSessions(time.monotonic),
        channel_guard=ChannelLimiter(),
        courier=courier,
        push_key=office.vapid.public_key,
        live_figures=registry.live_figures,
        engine_status=engine.status,
        recorder_trouble=registry.recorder.trouble,
        engine_prices=engine.quality_costs,
        sessions_ended=namespace.end_sessions,
        session_seen=watch.note_seen,
        camera_deleted=registry.end_camera,
        plan_changed=registry.change_plan,
        quality_changed=registry.change_quality,
        rooms=hub,
        recordings=films,
        intake=Intake(shelf),
        guests_connected=namespace.guests,
        web_life=web_life or WebLife(),
    )
    app.extensions[KEY] = services
    _install_routes(app, settings)
    install_lifecycle(app, services, engine, registry, films, watch, hub)
    install_delivery(app, office, courier)
    install_watches(
        app, storage_watch, ProcessMetrics(registry.streams, database, settings.database_path, live.shed_strangers)
    )
    return Application(live, app, namespace, registry, films, RequestPace(settings.requests_per_second))


def _install_routes(app: Quart, settings: Settings) -> None:
    # In the order in which a request meets them: limits, origin, access.
    install_limits(app, settings.requests_per_minute)
    install_description(app)
    install_security(app)
    install_access(app)
    install_errors(app, pending_form, over_meanwhile)
    install_words(app, install_assets(app))
    for part in PARTS:
        app.register_blueprint(part.blueprint)


def _socket_origins(settings: Settings) -> Any:
    def allow(_origin: str | None, environ: dict[str, Any]) -> bool:
        return handshake_origin_allowed(environ, settings.known_origins)

    return allow


def _updater(live: LiveServer) -> Any:
    async def update(sid: str, payload: dict[str, Any], acknowledged: Callable[..., None]) -> None:
        await live.emit("room_update", payload, to=sid, callback=acknowledged)

    return update


def _notifier(live: LiveServer) -> Any:
    async def notify(sid: str, event: str, payload: dict[str, Any]) -> None:
        await live.emit(event, payload, to=sid)

    return notify
