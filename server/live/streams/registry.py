"""Which streams are open, who sends them, and what happens when a sender goes away."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from server.common.ids import new_id
from server.core.bounds import Bounds
from server.core.errors import CodedError
from server.core.plan import Plan
from server.core.quality import Quality
from server.core.report_json import whole
from server.engine.base import Engine, StreamSettings
from server.engine.fair_scheduler import Share
from server.i18n.markers import N_
from server.live.streams import metrics
from server.live.streams.newest_plans import NewestPlans
from server.live.streams.quotas import Quotas, with_floor
from server.live.streams.reading_json import encode_reading
from server.live.streams.sample_writer import SampleWriter
from server.live.streams.stream import Audience, Stream
from server.live.streams.suspensions import Suspensions
from server.storage.cameras.plans import StoredPlan
from server.storage.engine.database import Database
from server.storage.history.retention import Retention

logger = logging.getLogger("crowdcount.live")

Notify = Callable[[str, str, dict[str, Any]], Awaitable[None]]
"""Sends an event to one connection: sid, event, payload."""

REASONS = {
    "replaced": N_("This camera is now streaming from another window."),
    "camera_deleted": N_("This camera was deleted."),
    "signed_out": N_("You signed out."),
    "uninvited": N_("This device may not stream here any more."),
}


class Rooms(Audience, Protocol):
    """Where streams are looked at."""

    def opened(self, stream: Stream, room_id: str | None) -> None:
        """A stream began."""

    def closed(self, stream: Stream) -> None:
        """A stream ended."""


@dataclass(slots=True)
class _Entry:
    """A stream and the connection that feeds it."""

    stream: Stream
    sid: str | None
    opened_at: float
    counts: bool
    expiry: asyncio.TimerHandle | None = None


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A `stream_open` that passed the checks; `group` names owners who count as one beside others.

    Attributes
    ----------
    recording : bool
        Whether the server itself reads the frames out of a file: such a stream is none of those that a user may have
        open, and what its frames do to a vision process is not held against the user's cameras.
    """

    sid: str
    owner_id: str
    camera_id: str
    source: str
    model: str
    quality: Quality
    resume: str | None
    plan: StoredPlan
    room_id: str | None = None
    guest: bool = False
    recorded_at: float | None = None
    group: str = ""
    recording: bool = False


class Registry:
    """The open streams.

    Parameters
    ----------
    engine : Engine
        Computes.
    database : Database
        Where totals are saved.
    notify : callable
        Tells a connection that its stream ended.
    streams_per_user : int
        Limit.
    resume_s : float
        How long a stream without connection is kept.
    retention : Retention
        How long what was counted is kept.
    rooms : Rooms
        Where streams are looked at.
    bounds : Bounds, optional
        How many alerts and pictures of alerts there may be.
    """

    def __init__(
        self,
        engine: Engine,
        database: Database,
        notify: Notify,
        streams_per_user: int,
        resume_s: float,
        retention: Retention,
        rooms: Rooms,
        bounds: Bounds | None = None,
    ) -> None:
        self._engine = engine
        self._rooms = rooms
        self._notify = notify
        self._streams_per_user = streams_per_user
        self._resume_s = resume_s
        self._entries: dict[str, _Entry] = {}
        self._plans = NewestPlans(time.monotonic)
        self._quotas = Quotas(bounds or Bounds(), time.monotonic)
        self._suspensions = Suspensions(time.monotonic)
        self._closing: dict[asyncio.Task[None], Stream] = {}
        self.recorder = SampleWriter(database, self.streams, retention)

    def streams(self) -> Iterable[Stream]:
        """Every open stream."""
        return [entry.stream for entry in self._entries.values()]

    def live_figures(self, camera_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """What those cameras count right now, by camera; without those that do not stream."""
        wanted = set(camera_ids)
        now = asyncio.get_running_loop().time()
        found = {}
        for entry in self._entries.values():
            stream = entry.stream
            if stream.camera_id in wanted and entry.sid is not None:
                figures = stream.analytics.figures
                found[stream.camera_id] = {
                    "count": figures.count,
                    **encode_reading(stream.reading),
                    "peak": figures.peak,
                    "crowd_peak": whole(figures.crowd_peak),
                    "unique": stream.analytics.unique,
                    "seconds": round(now - entry.opened_at, 1),
                    "source": stream.source,
                }
        return found

    def get(self, sid: str, stream_id: str) -> Stream:
        """A stream that this connection sends. Raises CodedError ``UNKNOWN_STREAM``."""
        entry = self._entries.get(stream_id)
        if entry is None or entry.sid != sid:
            raise CodedError("UNKNOWN_STREAM", "This connection has no open stream of that id.")
        return entry.stream

    def open(self, request: OpenRequest) -> tuple[Stream, bool]:
        """Resume or begin the stream of a camera; the flag says which.

        Raises
        ------
        CodedError
            ``TOO_MANY_STREAMS``
        """
        entry = self._resumable(request.resume, request.owner_id, request.camera_id)
        if entry is not None:
            self._attach(entry, request.sid)
            entry.stream.resume()
            logger.info("stream resumed", extra=_ids(entry.stream, request.sid))
            return entry.stream, True
        for other in list(self._entries.values()):
            if other.stream.camera_id == request.camera_id:
                self.end(other.stream, "replaced")
        if _counts(request) and self._streams_of(request.owner_id) >= self._streams_per_user:
            message = N_(f"You have {self._streams_per_user} streams open, which is the limit. Close one first.")
            raise CodedError("TOO_MANY_STREAMS", message)
        return self._begin(request), False

    def goes_on(self, stream_id: str | None, owner_id: str, camera_id: str) -> bool:
        """Whether this stream would be resumed, rather than another one begun."""
        return self._resumable(stream_id, owner_id, camera_id) is not None

    def _resumable(self, stream_id: str | None, owner_id: str, camera_id: str) -> _Entry | None:
        entry = self._entries.get(stream_id or "")
        wanted = entry and (entry.stream.owner_id, entry.stream.camera_id) == (owner_id, camera_id)
        return entry if wanted else None

    def _streams_of(self, owner_id: str) -> int:
        """Open streams that a user sends; those of guests are bounded by the cameras of their room."""
        return sum(one.stream.owner_id == owner_id and one.counts for one in self._entries.values())

    def end(self, stream: Stream, reason: str | None = None) -> asyncio.Task[None]:
        """Close a stream; with a reason, tell its connection. The task ends when everything is saved."""
        entry = self._entries.pop(stream.id)
        if entry.expiry is not None:
            entry.expiry.cancel()
        metrics.STREAMS.set(len(self._entries))
        self._rooms.closed(stream)
        logger.info("stream ended", extra=_ids(stream, entry.sid) | {"reason": reason})
        task = asyncio.create_task(self._finish(entry, reason), name=f"close {stream.id}")
        self._closing[task] = stream
        task.add_done_callback(self._closing.pop)
        return task

    def change_plan(self, camera_id: str, stored: StoredPlan) -> None:
        """The camera's user changed what is drawn: its stream counts by that from its next frame on."""
        if not self._plans.tell(camera_id, stored):
            return
        for stream in self.streams():
            if stream.camera_id == camera_id:
                stream.analytics.set_plan(self._bounded(stored))

    def _bounded(self, stored: StoredPlan) -> Plan:
        """A plan whose limits cannot raise alerts without end."""
        return with_floor(stored.plan, self._quotas.bounds.alert_floor_s)

    def change_quality(self, camera_id: str, quality: Quality) -> None:
        """The camera's user chose another quality: its stream has it from its next frame on."""
        for stream in self.streams():
            if stream.camera_id == camera_id:
                self._engine.change(stream.id, StreamSettings(stream.model, quality))
                stream.quality = quality

    def end_camera(self, camera_id: str) -> None:
        """The camera was deleted."""
        for stream in self.streams():
            if stream.camera_id == camera_id:
                self.end(stream, "camera_deleted")

    def detach(self, sid: str) -> None:
        """The connection is gone: keep its streams for a while."""
        loop = asyncio.get_running_loop()
        for entry in list(self._entries.values()):
            if entry.sid == sid:
                entry.sid = None
                entry.expiry = loop.call_later(self._resume_s, self.end, entry.stream)

    def end_connection(self, sid: str, reason: str) -> None:
        """The connection lost its right to send."""
        for entry in list(self._entries.values()):
            if entry.sid == sid:
                self.end(entry.stream, reason)

    async def close(self, patience_s: float) -> None:
        """Close every stream and save what it counted, without frames whose answers take longer than this."""
        for stream in self.streams():
            self.end(stream)
        closing = dict(self._closing)
        late = (await asyncio.wait(closing, timeout=patience_s))[1] if closing else set()
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        for stream in [closing[task] for task in late]:
            logger.warning("stream %s is closed before its last frame is answered", stream.id, extra=_ids(stream, None))
            if stream.counters.received:
                await self.recorder.save(stream, closed=True)

    def _attach(self, entry: _Entry, sid: str) -> None:
        entry.sid = sid
        if entry.expiry is not None:
            entry.expiry.cancel()
            entry.expiry = None

    def _begin(self, request: OpenRequest) -> Stream:
        loop = asyncio.get_running_loop()
        stream_id = new_id("str")
        share = Share(request.group, request.owner_id, request.guest, request.camera_id)
        # Guests of an owner, and recordings, use up what is theirs, and nothing of the owner's cameras.
        holder = request.owner_id + ("/guests" if request.guest else "/recordings" if request.recording else "")
        self._engine.open(stream_id, StreamSettings(request.model, request.quality, share))
        stream = Stream(
            stream_id,
            request.camera_id,
            request.owner_id,
            request.source,
            request.model,
            self._engine,
            loop.time,
            time.time(),
            self._rooms,
            self._suspensions.of(request.camera_id, holder),
            self._quotas.of(request.camera_id, holder),
            request.recorded_at,
        )
        stream.quality = request.quality
        stream.analytics.set_plan(self._bounded(self._plans.of(request.camera_id, request.plan)))
        self._entries[stream_id] = _Entry(stream, request.sid, loop.time(), _counts(request))
        metrics.STREAMS.set(len(self._entries))
        self._rooms.opened(stream, request.room_id)
        logger.info("stream opened", extra=_ids(stream, request.sid) | {"room": request.room_id})
        return stream

    async def _finish(self, entry: _Entry, reason: str | None) -> None:
        stream = entry.stream
        # First of all: a sender that learns only from its next frame's error would open the stream again.
        if reason is not None and entry.sid is not None:
            payload = {"stream": stream.id, "reason": reason, "message": REASONS[reason]}
            await self._notify(entry.sid, "stream_closed", payload)
        await stream.close()
        if stream.counters.received:
            await self.recorder.save(stream, closed=True)


def _counts(request: OpenRequest) -> bool:
    """Whether it is one of the streams that a user may have open."""
    return not (request.guest or request.recording)


def _ids(stream: Stream, sid: str | None) -> dict[str, str | None]:
    """By which a stream is found in the log."""
    return {"stream": stream.id, "camera": stream.camera_id, "user": stream.owner_id, "connection": sid}
