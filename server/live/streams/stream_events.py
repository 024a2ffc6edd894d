"""What a connected user may do with streams: parse, authorise, call, answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from server.common.addresses import network_of
from server.config import Settings
from server.core.errors import CodedError
from server.core.heatmap import Window
from server.core.quality import Quality, sent_side
from server.live.streams import frame as checks
from server.live.streams.registry import OpenRequest, Registry
from server.models.catalogue import prepared_models
from server.storage.accounts.audit import Action, Origin, insert_audit, select_sign_up_address
from server.storage.cameras.cameras import select_camera
from server.storage.cameras.plans import select_plan
from server.storage.cameras.qualities import select_quality
from server.storage.engine.database import Database
from server.storage.rooms.guests import GuestGrant

Json = dict[str, Any]

NEW_S = 86_400.0
"""Accounts that were made at one address within this time share one owner's part of a full machine."""
SETTLE_S = 8.0
"""Clients wait ten seconds for an answer."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent an event.

    Attributes
    ----------
    sid : str
        The connection.
    user_id, user_name : str
        For a guest, whose camera it is and what that is called.
    connected : callable
        Whether the connection is still there; to be asked after every await.
    origin : Origin
        Where it comes from, for the audit log.
    guest : GuestGrant or None
        What a device without an account may do, and nothing else.
    """

    sid: str
    user_id: str
    user_name: str
    connected: Callable[[], bool]
    origin: Origin
    guest: GuestGrant | None = None


class StreamEvents:
    """The events about streams in docs/protocol.md; each raises CodedError with a code of that page."""

    def __init__(self, settings: Settings, database: Database, registry: Registry) -> None:
        self._settings = settings
        self._database = database
        self._registry = registry
        self.handlers: dict[str, Callable[[Caller, Json], Awaitable[Json]]] = {
            "frame": self.frame,
            "stream_open": self.stream_open,
            "stream_close": self.stream_close,
            "heatmap_window": self.heatmap_window,
            "counters_reset": self.counters_reset,
        }

    async def frame(self, caller: Caller, payload: Json) -> Json:
        """One frame; answered when it is finished."""
        # Nothing is awaited before `offer`: frames reach their slot in the order in which they arrived.
        stream = self._registry.get(caller.sid, checks.require_text(payload, "stream"))
        seq = checks.require_seq(payload)
        try:
            stream.check_order(seq)
            t = checks.require_time(payload)
            stream.check_time(t)
            picture = checks.require_jpeg(payload, self._settings.max_bytes)
        except CodedError as error:
            return stream.refuse(seq, error)
        return await stream.offer(checks.FrameMessage(seq, t, picture))

    async def stream_open(self, caller: Caller, payload: Json) -> Json:
        """Begin or resume the stream of a camera."""
        camera_id = checks.require_text(payload, "camera")
        source = checks.require_choice(payload, "source", ("camera", "file"))
        mode = checks.require_choice(payload, "mode", ("live", "every"))
        model = checks.optional_text(payload, "model") or self._settings.model
        wish = checks.optional_choice(payload, "quality", tuple(one.value for one in Quality))
        resume = checks.optional_text(payload, "resume")
        recorded_at = checks.optional_recorded_at(payload, time.time())
        known = await asyncio.to_thread(prepared_models, self._settings.models_dir)
        async with self._database.reading() as database:
            camera = await select_camera(database, caller.user_id, camera_id)
            kept = await select_quality(database, caller.user_id, camera_id)
            stored = await select_plan(database, caller.user_id, camera_id)
            made_at = await select_sign_up_address(database, caller.user_id, time.time() - NEW_S)
        if camera is None or (caller.guest is not None and caller.guest.camera_id != camera.id):
            raise CodedError("UNKNOWN_CAMERA", "There is no such camera.")
        # A stream that goes on has its model; that no other could begin with it now is no reason to end it.
        goes_on = self._registry.goes_on(resume, caller.user_id, camera.id)
        if not goes_on and model not in {one.name for one in known}:
            raise CodedError("UNKNOWN_MODEL", f"There is no prepared model named {model}.")
        if not caller.connected():
            raise CodedError("UNAUTHENTICATED", "This connection is gone.")
        request = OpenRequest(
            caller.sid,
            caller.user_id,
            camera.id,
            source,
            model,
            Quality(wish) if wish else kept or Quality.BALANCED,
            resume,
            stored,
            room_id=camera.room_id,
            guest=caller.guest is not None,
            recorded_at=recorded_at,
            group=f"new accounts of {network_of(made_at)}" if made_at else "",
        )
        stream, resumed = self._registry.open(request)
        if resumed and mode == "every":
            # What was sent before the connection went must not lose its place to what is sent from now on.
            await stream.settle(SETTLE_S)
        return {
            "stream": stream.id,
            "epoch": stream.epoch,
            "resumed": resumed,
            "next_seq": stream.next_seq,
            "model": stream.model,
            "quality": stream.quality.value,
            "limits": self._limits(stream.quality),
        }

    async def stream_close(self, caller: Caller, payload: Json) -> Json:
        """End a stream; answered with its totals."""
        stream = self._registry.get(caller.sid, checks.require_text(payload, "stream"))
        await self._registry.end(stream)
        return {"summary": stream.summary()}

    async def heatmap_window(self, caller: Caller, payload: Json) -> Json:
        """Choose how far the heatmap looks back."""
        stream = self._registry.get(caller.sid, checks.require_text(payload, "stream"))
        window = checks.require_choice(payload, "window", tuple(one.value for one in Window))
        stream.analytics.set_heatmap_window(Window(window))
        return {"window": window}

    async def counters_reset(self, caller: Caller, payload: Json) -> Json:
        """Begin every count of a stream anew; written to the audit log."""
        stream = self._registry.get(caller.sid, checks.require_text(payload, "stream"))
        before = stream.summary()
        detail = f"peak {before['peak']}, people {before['unique'] if before['unique'] is not None else '?'}"
        async with self._database.writing() as database:
            camera = await select_camera(database, caller.user_id, stream.camera_id)
            target = camera.name if camera else stream.camera_id
            user, origin = caller.user_id, caller.origin
            await insert_audit(database, user, Action.COUNTERS_RESET, origin, time.time(), target=target, detail=detail)
        # After the trace of it is kept: what cannot be traced does not happen.
        stream.analytics.reset()
        return {"summary": stream.summary()}

    def _limits(self, quality: Quality) -> Json:
        settings = self._settings
        return {
            "max_bytes": settings.max_bytes,
            "max_pixels": settings.max_pixels,
            "max_side": sent_side(quality, settings.max_side),
            "in_flight": 2,
            "max_fps": settings.max_fps,
            "streams_per_user": settings.streams_per_user,
            "resume_ms": int(settings.resume_s * 1000),
        }
