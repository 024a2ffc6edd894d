"""The events of docs/protocol.md: parse, authorise, call, answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import socketio
from socketio.exceptions import ConnectionRefusedError

from server.config import Settings
from server.core.errors import CodedError
from server.live import frame as checks
from server.live import metrics
from server.live.budget import Budget
from server.live.registry import OpenRequest, Registry
from server.models.catalogue import prepared_models
from server.storage.cameras import select_camera
from server.storage.database import Database
from server.storage.users import User

logger = logging.getLogger("crowdcount.live")

Authenticate = Callable[[dict[str, Any]], Awaitable[tuple[User, str] | None]]
"""From the handshake's environ to the user and the session's key."""

EVENTS_PER_SECOND = 200.0
EVENTS_AT_ONCE = 400.0
NOTICE_S = 0.1
"""A notice is queued, not sent, when `emit` returns; this is its time to leave before the connection is cut."""
CLIENT_EVENTS = ("stream_open", "frame", "stream_close")


@dataclass(slots=True)
class Connection:
    """An accepted connection."""

    user: User
    session: str
    budget: Budget


class LiveNamespace(socketio.AsyncNamespace):
    """Everything that clients may send."""

    def __init__(self, settings: Settings, database: Database, registry: Registry, authenticate: Authenticate) -> None:
        super().__init__("/")
        self._settings = settings
        self._database = database
        self._registry = registry
        self._authenticate = authenticate
        self._connections: dict[str, Connection] = {}
        self._shutting_down = False

    async def trigger_event(self, event: str, *args: Any) -> Any:
        """Dispatch by an explicit list: a client may name any event, also those the library sends itself."""
        if event == "connect":
            return await self._connect(*args)
        if event == "disconnect":
            return self._disconnect(args[0])
        sid, payload = args[0], args[1] if len(args) > 1 else None
        try:
            connection = self._admit(sid, event)
            body = checks.require_payload(payload)
            if event == "frame":
                return await self._frame(sid, body)
            if event == "stream_open":
                return await self._stream_open(sid, connection, body)
            return await self._stream_close(sid, body)
        except CodedError as error:
            return {"error": {"code": error.code, "message": error.message}}

    def _admit(self, sid: str, event: str) -> Connection:
        connection = self._connections.get(sid)
        if connection is None:
            raise CodedError("UNAUTHENTICATED", "This connection is not accepted.")
        if event not in CLIENT_EVENTS:
            raise checks.bad_request("there is no such event")
        if not connection.budget.take():
            raise CodedError("RATE_LIMITED", "Too many events; send slower.")
        if self._shutting_down:
            raise CodedError("SHUTTING_DOWN", "The server is going away; reconnect in a moment.")
        return connection

    async def _connect(self, sid: str, environ: dict[str, Any], *_auth: Any) -> None:
        if sid in self._connections:
            return  # a client that sends an event named "connect"
        found = await self._authenticate(environ)
        if found is None:
            message = "Sign in first."
            raise ConnectionRefusedError(message, {"code": "UNAUTHENTICATED", "message": message})
        user, session = found
        clock = asyncio.get_running_loop().time
        self._connections[sid] = Connection(user, session, Budget(EVENTS_PER_SECOND, EVENTS_AT_ONCE, clock))
        metrics.CONNECTIONS.set(len(self._connections))

    def _disconnect(self, sid: str) -> None:
        if self._connections.pop(sid, None) is not None:
            self._registry.detach(sid)
            metrics.CONNECTIONS.set(len(self._connections))

    async def _stream_open(self, sid: str, connection: Connection, payload: dict[str, Any]) -> dict[str, Any]:
        camera_id = checks.require_text(payload, "camera")
        source = checks.require_choice(payload, "source", ("camera", "file"))
        checks.require_choice(payload, "mode", ("live", "every"))
        model = checks.optional_text(payload, "model") or self._settings.model
        resume = checks.optional_text(payload, "resume")
        async with self._database.reading() as database:
            camera = await select_camera(database, connection.user.id, camera_id)
        if camera is None:
            raise CodedError("UNKNOWN_CAMERA", "There is no such camera.")
        known = await asyncio.to_thread(prepared_models, self._settings.models_dir)
        if model not in {one.name for one in known}:
            raise CodedError("UNKNOWN_MODEL", f"There is no prepared model named {model}.")
        if sid not in self._connections:
            raise CodedError("UNAUTHENTICATED", "This connection is gone.")
        request = OpenRequest(sid, connection.user.id, camera.id, source, model, resume)
        stream, resumed = self._registry.open(request)
        return {
            "stream": stream.id,
            "epoch": stream.epoch,
            "resumed": resumed,
            "next_seq": stream.next_seq,
            "model": stream.model,
            "limits": self._limits(),
        }

    def _limits(self) -> dict[str, Any]:
        settings = self._settings
        return {
            "max_bytes": settings.max_bytes,
            "max_pixels": settings.max_pixels,
            "max_side": settings.max_side,
            "in_flight": 2,
            "max_fps": settings.max_fps,
            "streams_per_user": settings.streams_per_user,
            "resume_ms": int(settings.resume_s * 1000),
        }

    async def _frame(self, sid: str, payload: dict[str, Any]) -> dict[str, Any]:
        # Nothing is awaited before `offer`: frames reach their slot in the order in which they arrived.
        stream = self._registry.get(sid, checks.require_text(payload, "stream"))
        seq = checks.require_seq(payload)
        try:
            stream.check_order(seq)
            t = checks.require_time(payload)
            stream.check_time(t)
            picture = checks.require_jpeg(payload, self._settings.max_bytes)
        except CodedError as error:
            return stream.refuse(seq, error)
        return await stream.offer(checks.Frame(seq, t, picture))

    async def _stream_close(self, sid: str, payload: dict[str, Any]) -> dict[str, Any]:
        stream = self._registry.get(sid, checks.require_text(payload, "stream"))
        await self._registry.end(stream)
        return {"summary": stream.summary()}

    async def end_session(self, session: str) -> None:
        """Cut every connection of a session that has ended."""
        for sid in [sid for sid, one in self._connections.items() if one.session == session]:
            del self._connections[sid]
            self._registry.end_connection(sid, "signed_out")
            await asyncio.sleep(NOTICE_S)
            await self.disconnect(sid)

    async def shut_down(self) -> None:
        """Tell everybody that the server goes away."""
        self._shutting_down = True
        for sid in list(self._connections):
            await self.emit("going_away", {"retry_ms": 1000}, to=sid)
        await asyncio.sleep(NOTICE_S)
