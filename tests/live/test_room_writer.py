"""What happens in rooms is written in order; what cannot be written holds nothing up."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DataError

from server.common import background as steady
from server.live.rooms import room_writer
from server.live.rooms.room_writer import RoomWriter
from server.storage.engine.database import Database
from server.storage.engine.migrate import migrate
from server.storage.rooms.room_log import LogEntry, LogKind
from tests.support.wait import until


@pytest.mark.parametrize(
    "error", [UnicodeEncodeError("utf-8", "\ud800", 0, 1, "no"), DataError("INSERT", None, OSError())]
)
async def test_one_entry_that_cannot_be_written_holds_nothing_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(steady, "AGAIN_S", 0.01)
    path, written = tmp_path / "test.sqlite3", []

    async def insert(_connection: object, _room: str, _kind: LogKind, who: str, *_more: Any) -> LogEntry | None:
        if who == "bad":
            raise error
        written.append(who)
        return None

    monkeypatch.setattr(room_writer, "insert_log", insert)
    migrate(path)
    database = Database(path)
    writer = RoomWriter(database, lambda _room, _entry: None)
    writer.start()
    for who in ("first", "bad", "last"):
        writer.note("rom_1", LogKind.NOTE, who)
    await until(lambda: written == ["first", "last"])
    await writer.stop()
    await database.close()
