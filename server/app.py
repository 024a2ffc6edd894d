"""Wires the parts: settings and an engine in, an ASGI application out."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from typing import Any

import socketio
from quart import Quart
from quart_rate_limiter import RateLimiter
from quart_schema import Info, QuartSchema

from server import __version__
from server.api import accounts, cameras, health, models, pages
from server.api.assets import STATIC, install_assets
from server.api.auth import install_auth, socket_authenticator
from server.api.context import KEY, Services
from server.api.errors import install_errors
from server.api.limits import DEFAULT_LIMIT
from server.api.passwords import Passwords
from server.api.security import install_security
from server.config import Settings
from server.engine.base import Engine
from server.live.namespace import LiveNamespace
from server.live.registry import Registry
from server.live.transport import LiveServer, create_live_server
from server.origins import origin_allowed
from server.secret import load_secret
from server.storage.database import Database

logger = logging.getLogger("crowdcount")

DRAIN_S = 3.0
"""How long open streams may take to be saved at shutdown."""


class Application(socketio.ASGIApp):
    """The ASGI application: Socket.IO around Quart.

    Parameters
    ----------
    live : LiveServer
    app : Quart
    namespace : LiveNamespace
    """

    def __init__(self, live: LiveServer, app: Quart, namespace: LiveNamespace) -> None:
        super().__init__(live, other_asgi_app=app)
        self.quart = app
        self._namespace = namespace

    async def announce_shutdown(self) -> None:
        """Tell every client to reconnect; to be called while connections are still open."""
        await self._namespace.shut_down()


def create_app(settings: Settings, engine: Engine) -> Application:
    """Build the application.

    Parameters
    ----------
    settings : Settings
        Of a data directory that was prepared and migrated (`server.serve.prepare`).
    engine : Engine
        Not started; it runs while the application serves.
    """
    app = Quart(__name__, static_folder=str(STATIC), template_folder="templates")
    app.secret_key = load_secret(settings.data_dir)
    database = Database(settings.database_path)
    live = create_live_server(_socket_origins(settings))
    registry = Registry(engine, database, _notifier(live), settings.streams_per_user, settings.resume_s)
    auth = install_auth(app, secure=settings.secure_cookies, days=settings.session_days)
    namespace = LiveNamespace(settings, database, registry, socket_authenticator(app, auth))
    live.register_namespace(namespace)
    services = Services(
        settings=settings,
        database=database,
        passwords=Passwords(settings.bcrypt_cost),
        live_figures=registry.live_figures,
        engine_status=engine.status,
        session_ended=namespace.end_session,
        camera_deleted=registry.end_camera,
    )
    app.extensions[KEY] = services
    _install_routes(app)
    _install_lifecycle(app, services, engine, registry)
    return Application(live, app, namespace)


def _install_routes(app: Quart) -> None:
    RateLimiter(app, default_limits=[DEFAULT_LIMIT])
    QuartSchema(
        app,
        openapi_path="/openapi.json",
        swagger_ui_path=None,
        redoc_ui_path=None,
        scalar_ui_path=None,
        info=Info(title="crowdcount", version=__version__),
    )
    install_security(app)
    install_errors(app)
    install_assets(app)
    for part in (accounts, cameras, models, health, pages):
        app.register_blueprint(part.blueprint)


def _install_lifecycle(app: Quart, services: Services, engine: Engine, registry: Registry) -> None:
    """What opens also closes, in the opposite order."""

    @app.while_serving
    async def run() -> AsyncGenerator[None, None]:
        await engine.start()
        registry.recorder.start()
        yield
        await registry.recorder.stop()
        try:
            await asyncio.wait_for(registry.close(), DRAIN_S)
        except TimeoutError:
            logger.warning("some streams took too long to close")
        await engine.stop()
        services.passwords.close()
        await services.database.close()


def _socket_origins(settings: Settings) -> Any:
    def allow(origin: str | None, environ: dict[str, Any]) -> bool:
        scheme, host = environ.get("wsgi.url_scheme", ""), environ.get("HTTP_HOST", "")
        return origin_allowed(origin, scheme, host, settings.allowed_origins)

    return allow


def _notifier(live: LiveServer) -> Any:
    async def notify(sid: str, event: str, payload: dict[str, Any]) -> None:
        await live.emit(event, payload, to=sid)

    return notify
