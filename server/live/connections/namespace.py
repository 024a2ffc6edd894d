"""Connections: who is let in, what they may send and how often, and when they are cut."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

import socketio
from socketio.exceptions import ConnectionRefusedError
from sqlalchemy.exc import DatabaseError

from server.config import Settings
from server.core.errors import CodedError
from server.i18n.markers import N_
from server.i18n.storage import unavailable_text
from server.live.connections.event_limits import EventRateLimiter
from server.live.connections.event_rules import EVENTS, GUEST_EVENTS, OVERALL, EventRule
from server.live.connections.transport import origin_of
from server.live.rooms.room_events import RoomEvents
from server.live.streams import frame as checks
from server.live.streams import metrics
from server.live.streams.registry import Registry
from server.live.streams.stream_events import Caller, StreamEvents
from server.storage.accounts.audit import Origin
from server.storage.accounts.sessions import OF_GUESTS, WHY, EndReason, Grant
from server.storage.engine.trouble import UnreachableError, is_of_server, is_trouble
from server.storage.rooms.guests import GuestGrant

logger = logging.getLogger("crowdcount.live")

Authenticate = Callable[[dict[str, Any], object], Awaitable[Grant | GuestGrant]]
"""From the handshake's environ and its `auth` argument to what they give. Raises CodedError."""

NOTICE_S = 0.1
"""A notice is queued, not sent, when `emit` returns; this is its time to leave before the connection is cut."""
CUT_S = 1.0
"""How long a connection that is cut may take to read its notice."""
GUEST_CONNECTIONS = 4
"""Of one device: the old one may linger while it comes back."""


@dataclass(slots=True)
class Connection:
    """An accepted connection.

    Attributes
    ----------
    caller : Caller
    holder : str
        Whose connections are counted together: a user, or a guest's device.
    session : str
        What it is cut with: a session, or the device's id.
    expires_at : float
        Of the credential that it came with, Unix seconds.
    """

    caller: Caller
    holder: str
    session: str
    expires_at: float


class LiveNamespace(socketio.AsyncNamespace):
    """Everything that clients may send."""

    def __init__(
        self, settings: Settings, streams: StreamEvents, registry: Registry, authenticate: Authenticate
    ) -> None:
        super().__init__("/")
        self._settings = settings
        self._handlers = dict(streams.handlers)
        self._registry = registry
        self._authenticate = authenticate
        self._left: Callable[[str], None] = _nobody
        self._connections: dict[str, Connection] = {}
        self._budgets = _budgets_of_users(settings)
        self._guest_budgets = EventRateLimiter(GUEST_EVENTS, OVERALL, GUEST_CONNECTIONS, time.monotonic)
        self._shutting_down = False

    def serve_rooms(self, rooms: RoomEvents, left: Callable[[str], None]) -> None:
        """Answer events about rooms, too; `left` is told of connections that are gone."""
        self._handlers |= rooms.handlers
        self._left = left

    async def trigger_event(self, event: str, *args: Any) -> Any:
        """Dispatch by an explicit list. `connect` and `disconnect` come from the library alone (`LiveServer`)."""
        if event == "connect":
            return await self._connect(*args)
        if event == "disconnect":
            return self._disconnect(args[0])
        sid, payload = args[0], args[1] if len(args) > 1 else None
        try:
            connection = self._admit(sid, event)
            return await self._dispatch(event, connection, checks.require_payload(payload))
        except CodedError as error:
            return {"error": {"code": error.code, "message": error.message}}
        except DatabaseError as error:
            if not is_trouble(error):
                raise
            known = isinstance(error.orig, UnreachableError)
            told = {"connection": sid}
            logger.error("event %s needs a database that works", event, extra=told, exc_info=not known)
            return {
                "error": {"code": "STORAGE_UNAVAILABLE", "message": unavailable_text(elsewhere=is_of_server(error))}
            }

    def _admit(self, sid: str, event: str) -> Connection:
        connection = self._connections.get(sid)
        if connection is None or connection.expires_at <= time.time():
            raise CodedError("UNAUTHENTICATED", "This connection is not accepted.")
        known = event in (GUEST_EVENTS if connection.caller.guest else EVENTS)
        if not self._budgets_for(connection.caller).take(connection.holder, event):
            raise CodedError("RATE_LIMITED", "Too many events; send slower.")
        if not known:
            raise checks.bad_request("there is no such event")
        if self._shutting_down:
            raise CodedError("SHUTTING_DOWN", "The server is going away; reconnect in a moment.")
        return connection

    def _budgets_for(self, caller: Caller) -> EventRateLimiter:
        return self._guest_budgets if caller.guest else self._budgets

    async def _dispatch(self, event: str, connection: Connection, body: dict[str, Any]) -> dict[str, Any]:
        if event == "renew":
            return await self._renew(connection, body)
        return await self._handlers[event](connection.caller, body)

    async def _connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        try:
            await self._accept(sid, environ, auth)
        except ConnectionRefusedError:
            raise
        except Exception as error:
            # The boundary of one connection: the library would leave it open, neither accepted nor refused.
            logger.exception("connection %s could not be looked at", sid, extra={"connection": sid})
            message = N_("Something went wrong here. It was logged; nothing was lost.")
            raise ConnectionRefusedError(message, {"code": "INTERNAL", "message": message}) from error

    async def _accept(self, sid: str, environ: dict[str, Any], auth: object) -> None:
        try:
            grant = await self._authenticate(environ, auth)
            caller, session = _who(sid, grant, lambda: sid in self._connections, origin_of(environ))
            holder = session if caller.guest else caller.user_id
            if not self._budgets_for(caller).take_connect(holder):
                raise CodedError("RATE_LIMITED", N_("You connect too often; wait a little."))
            mine = sum(one.holder == holder for one in self._connections.values())
            if mine >= (GUEST_CONNECTIONS if caller.guest else self._settings.connections_per_user):
                raise CodedError("TOO_MANY_CONNECTIONS", N_(f"You have {mine} connections open, which is the limit."))
        except CodedError as error:
            raise ConnectionRefusedError(error.message, {"code": error.code, "message": error.message}) from error
        except DatabaseError as error:
            if not is_trouble(error):
                raise
            message = unavailable_text(elsewhere=is_of_server(error))
            raise ConnectionRefusedError(message, {"code": "STORAGE_UNAVAILABLE", "message": message}) from error
        self._connections[sid] = Connection(caller, holder, session, grant.expires_at)
        self.server.let_in(sid, holder)
        metrics.CONNECTIONS.set(len(self._connections))
        logger.info("connected", extra={"connection": sid, "user": caller.user_id})

    def _disconnect(self, sid: str) -> None:
        if (gone := self._connections.pop(sid, None)) is not None:
            self._registry.detach(sid)
            self._left(sid)
            logger.info("disconnected", extra={"connection": sid, "user": gone.caller.user_id})
            metrics.CONNECTIONS.set(len(self._connections))

    async def _renew(self, connection: Connection, payload: dict[str, Any]) -> dict[str, Any]:
        grant = await self._authenticate({}, {"token": payload.get("token") or ""})
        if isinstance(grant, GuestGrant) or grant.session_id != connection.session:
            raise CodedError("INVALID_TOKEN", "This token belongs to another session.")
        connection.expires_at = grant.expires_at
        return {"expires_in": int(grant.expires_at - time.time())}

    def sids(self) -> list[str]:
        """Every connection."""
        return list(self._connections)

    def sessions(self) -> set[str]:
        """The sessions that have a connection here."""
        return {one.session for one in self._connections.values() if one.caller.guest is None}

    def guests(self) -> set[str]:
        """The guests that have a connection here."""
        return {one.session for one in self._connections.values() if one.caller.guest is not None}

    async def end_sessions(self, sessions: Collection[str], reason: EndReason) -> None:
        """Cut every connection of sessions that are over, or of guests who may stay no longer."""
        over = set(sessions)
        await self._cut([sid for sid, one in self._connections.items() if one.session in over], reason)

    async def end_expired(self, now: float) -> None:
        """Cut the connections whose credential has expired; `now` in Unix seconds."""
        late = [sid for sid, one in self._connections.items() if one.expires_at <= now and one.caller.guest is None]
        await self._cut(late, EndReason.EXPIRED)

    async def _cut(self, sids: Iterable[str], reason: EndReason) -> None:
        """From here on nothing of these connections has any effect; then tell them, then close them."""
        cut = [sid for sid in sids if self._connections.pop(sid, None) is not None]
        metrics.CONNECTIONS.set(len(self._connections))
        for sid in cut:
            self._left(sid)
            if reason is EndReason.EXPIRED:
                self._registry.detach(sid)  # a fresh token may resume the stream
            else:
                self._registry.end_connection(sid, "uninvited" if reason in OF_GUESTS else "signed_out")
        payload = {"reason": reason.value, "message": WHY[reason]}
        await asyncio.gather(*(self._say_and_close(sid, "session_ended", payload) for sid in cut))

    async def _say_and_close(self, sid: str, event: str, payload: dict[str, Any]) -> None:
        eio_sid = self.server.manager.eio_sid_from_sid(sid, "/")
        try:
            async with asyncio.timeout(CUT_S):
                await self.emit(event, payload, to=sid)
                await asyncio.sleep(NOTICE_S)
                await self.disconnect(sid)
        except TimeoutError:
            logger.info("connection %s does not read that it is closed", sid, extra={"connection": sid})
        if eio_sid is not None:
            await self.server.hang_up(eio_sid)

    async def cut_slow(self, sid: str) -> None:
        """Close a connection that does not read what it asked for."""
        if self._connections.pop(sid, None) is None:
            return
        metrics.CONNECTIONS.set(len(self._connections))
        self._registry.detach(sid)
        await self._say_and_close(
            sid, "too_slow", {"message": N_("This connection is too slow for what it asked for.")}
        )

    async def shut_down(self) -> None:
        """Tell everybody that the server goes away."""
        self._shutting_down = True
        for sid in list(self._connections):
            await self.emit("going_away", {"retry_ms": 1000}, to=sid)
        await asyncio.sleep(NOTICE_S)


def _nobody(_sid: str) -> None:
    """Nobody looks at rooms."""


def _budgets_of_users(settings: Settings) -> EventRateLimiter:
    """What is sent in proportion to streams grows with those that a user may have."""
    share = max(1.0, settings.streams_per_user / 4)
    overall = EventRule(OVERALL.rate * share, OVERALL.burst * share)
    frames = EventRule(EVENTS["frame"].rate * share, EVENTS["frame"].burst * share)
    return EventRateLimiter({**EVENTS, "frame": frames}, overall, settings.connections_per_user, time.monotonic)


def _who(sid: str, grant: Grant | GuestGrant, connected: Callable[[], bool], origin: Origin) -> tuple[Caller, str]:
    """Who connects, and what ends that connection."""
    if isinstance(grant, GuestGrant):
        return Caller(sid, grant.owner_id, grant.camera_name, connected, origin, grant), grant.guest_id
    return Caller(sid, grant.user.id, grant.user.username, connected, origin), grant.session_id
