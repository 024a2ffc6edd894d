"""One stream: a frame that is being worked on, the newest one waiting, and what was counted."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from server.core.analytics import Analytics
from server.core.errors import CodedError, FrameError, StoppedError
from server.core.quality import Quality
from server.core.reading import Reading, read
from server.core.report_json import whole
from server.engine.base import Engine
from server.live.streams import metrics
from server.live.streams.counters import Counters
from server.live.streams.frame import AHEAD_MS, DRIFT, MAX_FILE_MS, FrameMessage
from server.live.streams.quotas import Quota
from server.live.streams.rate import RateMeter
from server.live.streams.results import CrowdMaps, encode_rate, encode_result
from server.live.streams.sample_buffer import SampleBuffer
from server.live.streams.suspensions import Suspension, Suspensions

logger = logging.getLogger("crowdcount.live")

Answer = dict[str, Any]


class Audience(Protocol):
    """Who looks on besides whoever sends the frames."""

    def picture_widths(self, camera_id: str) -> Sequence[int]:
        """In which widths a picture of the camera's next frame is wanted."""

    def show(self, stream: "Stream", result: Answer, pictures: Mapping[int, bytes], reading: Reading) -> None:
        """A frame was answered; `reading` says when it arrived and what it showed."""


@dataclass(slots=True)
class _Waiting:
    """A frame in the slot and the promise of its answer."""

    frame: FrameMessage
    arrived: float
    answer: asyncio.Future[Answer]


class Stream:
    """Frames in, answers out; never more than one running and one waiting.

    Parameters
    ----------
    stream_id, camera_id, owner_id, source : str
        What it is and whose.
    model : str
        Name of the model.
    engine : Engine
        Where `stream_id` was opened already.
    clock : callable
        Seconds, monotonic.
    opened_at : float
        When it opened, Unix seconds.
    audience : Audience
        Who looks on.
    suspension : Suspension, optional
        Whether frames are refused since one of them stopped a vision process.
    quota : Quota, optional
        How many alerts and pictures may come of it.
    recorded_at : float, optional
        When the file was recorded, Unix seconds: what it counts is dated by that.
    """

    def __init__(
        self,
        stream_id: str,
        camera_id: str,
        owner_id: str,
        source: str,
        model: str,
        engine: Engine,
        clock: Callable[[], float],
        opened_at: float,
        audience: "Audience",
        suspension: Suspension | None = None,
        quota: Quota | None = None,
        recorded_at: float | None = None,
    ) -> None:
        self.id = stream_id
        self.camera_id = camera_id
        self.owner_id = owner_id
        self.source = source
        self.model = model
        self.quality = Quality.BALANCED
        self.counters = Counters()
        self.opened_at = opened_at
        self._recorded_at = recorded_at
        self._opened = clock()
        origin = opened_at if recorded_at is None else recorded_at
        self.analytics = Analytics(origin_ms=origin * 1000)
        self.journal = SampleBuffer(camera_id, origin, quota)
        self.reading = Reading()
        self.epoch = 1
        self.duration_ms = 0.0
        self._engine = engine
        self._clock = clock
        self._audience = audience
        self._suspension = suspension or Suspensions(clock).of(camera_id, owner_id)
        self._rate = RateMeter(clock())
        self._crowd_maps = CrowdMaps()
        self._full = False
        self._last_seq = 0
        self._last_t = 0.0
        self._waiting: _Waiting | None = None
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def next_seq(self) -> int:
        """The smallest number that a frame may have."""
        return self._last_seq + 1

    def resume(self) -> None:
        """Another connection sends the frames now, and has nothing of what was answered to the one before."""
        self._crowd_maps.forget()

    def refuse(self, seq: int, error: CodedError) -> Answer:
        """Answer a frame that did not pass the checks. It uses up its number unless that was the fault."""
        self.counters.receive()
        self.counters.reject(error.code)
        if error.code != "SEQ_OUT_OF_ORDER":
            self._last_seq = max(self._last_seq, seq)
        return _error_answer(seq, error)

    def check_order(self, seq: int) -> None:
        """Raises FrameError ``SEQ_OUT_OF_ORDER``."""
        if seq <= self._last_seq:
            raise FrameError("SEQ_OUT_OF_ORDER", f"seq must be {self._last_seq + 1} or larger.")

    def check_time(self, t: float) -> None:
        """Raises FrameError ``BAD_TIME`` for a time before the last one, or too far ahead of the server's clock."""
        if t > self._latest_ms():
            raise FrameError("BAD_TIME", "t is ahead of the clock.")
        if t < self._last_t:
            raise FrameError("BAD_TIME", f"t must not be smaller than {self._last_t}, the one before.")

    def _latest_ms(self) -> float:
        """The largest capture time that a frame may have now.

        Neither clock is set back by the other: the one on the wall may be changed, the monotonic one stands still while
        the machine sleeps.
        """
        if self.source == "file" and self._recorded_at is None:
            return MAX_FILE_MS
        now = time.time()
        if self._recorded_at is not None:
            return min(MAX_FILE_MS, (now - self._recorded_at) * 1000 + AHEAD_MS)
        passed_ms = max(self._clock() - self._opened, now - self.opened_at) * 1000
        return passed_ms * (1 + DRIFT) + AHEAD_MS

    def offer(self, frame: FrameMessage) -> asyncio.Future[Answer]:
        """Put a frame that passed the checks into the slot; the one that waited there is dropped."""
        self.counters.receive()
        self._rate.arrive(self._clock())
        self._last_seq, self._last_t = frame.seq, frame.t
        self._drop_waiting("newer_frame")
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if self._closed:
            self.counters.drop()
            answer.set_result({"seq": frame.seq, "status": "dropped", "reason": "closed"})
            return answer
        self._waiting = _Waiting(frame, self._clock(), answer)
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=f"stream {self.id}")
        return answer

    async def settle(self, seconds: float) -> None:
        """Wait, at most so long, until no frame is being worked on or waits."""
        if self._task is not None:
            await asyncio.wait([self._task], timeout=seconds)

    async def close(self) -> None:
        """Finish the frame that is being worked on, drop the waiting one, forget the identities."""
        self._closed = True
        self._drop_waiting("closed")
        try:
            if self._task is not None:
                await self._task  # cancelled together with whoever closes: that frame is dropped
        finally:
            self._note_full(False)
            self.journal.close(self.analytics.close())
        await self._engine.close(self.id)

    def summary(self) -> dict[str, Any]:
        """The totals, as `stream_close` answers them."""
        figures = self.analytics.figures
        return {
            "duration_ms": self.duration_ms,
            "count": figures.count,
            "peak": figures.peak,
            "peak_t": figures.peak_t,
            "unique": self.analytics.unique,
            "crowd_peak": whole(figures.crowd_peak),
            "counters": self.counters.as_dict(),
        }

    def _drop_waiting(self, reason: str) -> None:
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self._drop(waiting, reason)

    def _drop(self, waiting: _Waiting, reason: str) -> None:
        self.counters.drop()
        if not waiting.answer.done():  # its connection may be gone
            waiting.answer.set_result({"seq": waiting.frame.seq, "status": "dropped", "reason": reason})

    def _note_full(self, full: bool) -> None:
        """Keep the number of streams that a full machine slows down."""
        metrics.FULL.inc(int(full) - int(self._full))
        self._full = full

    async def _run(self) -> None:
        try:
            while self._waiting is not None:
                current, self._waiting = self._waiting, None
                try:
                    answer = await self._process(current)
                except asyncio.CancelledError:
                    self._drop(current, "closed")
                    raise
                except Exception:
                    # The boundary of one stream: its next frame may still be answered, the others' are.
                    ids = {"stream": self.id, "camera": self.camera_id, "user": self.owner_id}
                    logger.exception("stream %s: frame %d failed", self.id, current.frame.seq, extra=ids)
                    error = CodedError("INTERNAL", "The frame could not be processed.")
                    self.counters.reject(error.code)
                    answer = _error_answer(current.frame.seq, error)
                if not current.answer.done():  # its connection may be gone
                    current.answer.set_result(answer)
        finally:
            self._task = None

    async def _process(self, current: _Waiting) -> Answer:
        begun = self._clock()
        seq = current.frame.seq
        try:
            self._suspension.check()
            widths = self._audience.picture_widths(self.camera_id)
            tracks = await self._engine.process(self.id, current.frame.jpeg, current.frame.t, widths)
        except CodedError as error:
            if isinstance(error, StoppedError):
                self._suspension.note()
                ids = {"stream": self.id, "camera": self.camera_id, "user": self.owner_id}
                logger.warning("a frame of stream %s stopped a vision process", self.id, extra=ids)
            self.counters.reject(error.code)
            return _error_answer(seq, error)
        analysis = self.analytics.update(tracks)
        tracks = analysis.tracks
        self.counters.process()
        self.epoch = tracks.epoch
        self.duration_ms = tracks.t
        ended = self._clock()
        self._rate.count(begun, ended)
        metrics.AGE.observe(ended - current.arrived)
        for stage, milliseconds in tracks.stages_ms.items():
            metrics.STAGE.labels(stage).observe(milliseconds / 1000)
        timing = {
            "wait_ms": (begun - current.arrived) * 1000,
            **{f"{stage}_ms": milliseconds for stage, milliseconds in tracks.stages_ms.items()},
            "total_ms": (ended - current.arrived) * 1000,
        }
        self.journal.note(tracks.t, analysis, current.frame.jpeg)
        crowd_map = self._crowd_maps.take(tracks.crowd, tracks.epoch)
        result = encode_result(tracks, analysis, self.journal.open_alert, crowd_map)
        result["counters"] = self.counters.as_dict()
        rate = self._rate.rate(ended)
        self._note_full(rate.full)
        result["rate"] = encode_rate(rate)
        result["timing"] = {name: round(value, 2) for name, value in timing.items()}
        self.reading = read(tracks, analysis.zones, current.arrived, analysis.view.affine)
        self._audience.show(self, result, tracks.pictures, self.reading)
        return {"seq": seq, "status": "processed", "result": result}


def _error_answer(seq: int, error: CodedError) -> Answer:
    return {"seq": seq, "error": {"code": error.code, "message": error.message}}
