"""Capture times do not run ahead of the clock: history that lies in the future is never dropped."""

import sqlite3
import time
from contextlib import closing
from typing import Any

from server.config import Settings
from server.live.streams.frame import AHEAD_MS, MAX_FILE_MS
from tests.faults.figures import note
from tests.support.server import Client, RunningServer

YEAR_MS = 365 * 86_400_000.0


async def code(user: Client, stream: str, seq: int, t: float) -> str:
    """What becomes of a frame with this time."""
    answer = await user.call("frame", {"stream": stream, "seq": seq, "t": t, "jpeg": b"jpeg"})
    return str(answer["error"]["code"] if "error" in answer else answer["status"])


def query(settings: Settings, statement: str) -> Any:
    """The first value of an answer of the database."""
    with closing(sqlite3.connect(settings.database_path)) as connection, connection:
        return (connection.execute(statement).fetchone() or (None,))[0]


def latest_sample(settings: Settings) -> float:
    """When the newest stretch of history begins, Unix seconds."""
    return float(query(settings, "SELECT max(at) FROM samples"))


async def test_a_camera_is_not_ahead_of_the_clock(server: RunningServer, settings: Settings) -> None:
    async with server.user() as user:
        stream = (await user.open(await user.camera(), source="camera"))["stream"]
        assert await code(user, stream, 1, 0) == "processed"
        assert await code(user, stream, 2, AHEAD_MS - 500) == "processed", "pictures that waited arrive together"
        for seq, t in enumerate((60_000.0, 3_600_000.0, YEAR_MS), 3):
            assert await code(user, stream, seq, t) == "BAD_TIME"
        assert await code(user, stream, 6, AHEAD_MS - 400) == "processed", "the stream goes on"
        await user.call("stream_close", {"stream": stream})
    ahead = latest_sample(settings) - time.time()
    note(4, "history of a camera whose frames say a year ahead", f"{ahead:.0f} s ahead", "≤ 10 s ahead")
    assert ahead < 10


async def test_a_file_has_a_span_and_the_date_of_its_recording(server: RunningServer, settings: Settings) -> None:
    began = time.time() - 3600
    async with server.user() as user:
        camera = await user.camera()
        stream = (await user.open(camera))["stream"]
        assert await code(user, stream, 1, 7_200_000.0) == "processed", "two hours of film in a moment"
        assert await code(user, stream, 2, MAX_FILE_MS + 1) == "BAD_TIME"
        await user.call("stream_close", {"stream": stream})
        query(settings, "DELETE FROM samples")
        opened = await user.open(camera, recorded_at=began * 1000)
        assert await code(user, opened["stream"], 1, 0) == "processed"
        assert await code(user, opened["stream"], 2, 1_800_000.0) == "processed"
        assert await code(user, opened["stream"], 3, 3_700_000.0) == "BAD_TIME", "nothing was recorded in the future"
        await user.call("stream_close", {"stream": opened["stream"]})
    assert abs(latest_sample(settings) - (began + 1800)) <= 10


async def test_dates_that_are_none_are_refused(server: RunningServer) -> None:
    async with server.user() as user:
        camera = await user.camera()
        for wrong in (-1, 0, float("inf"), "yesterday", True, (time.time() + 3600) * 1000):
            assert (await user.open(camera, recorded_at=wrong))["error"]["code"] == "BAD_REQUEST"
        dated = await user.open(camera, source="camera", recorded_at=time.time() * 1000 - 1000)
        assert dated["error"]["code"] == "BAD_REQUEST"
