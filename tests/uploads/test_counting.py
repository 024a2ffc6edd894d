"""Films that are counted on the server: every frame, under a key of their own, and the file is deleted."""

from datetime import UTC, datetime
from pathlib import Path

from tests.support.engine import ScriptedEngine
from tests.support.server import RunningServer
from tests.support.wait import until
from tests.uploads.films import avi, prores
from tests.uploads.sender import counted, send, settled


def files(server: RunningServer) -> list[Path]:
    folder = server.settings.data_dir / "recordings"
    return list(folder.iterdir()) if folder.is_dir() else []


async def test_a_film_that_no_browser_plays_is_counted(
    server: RunningServer, engine: ScriptedEngine, tmp_path: Path
) -> None:
    async with server.user() as user:
        recording = await send(user, avi(tmp_path / "gate.avi", frames=30))
        run = await counted(user, recording["id"])
        assert (run["frames_read"], run["frames_refused"], run["complete"], run["why"]) == (30, 0, True, None)
        assert (run["people"], run["peak"], run["entries"], run["exits"]) == (1, 1, None, None)
        assert [round(t) for _, _, t in engine.seen] == [100 * number for number in range(30)]
        assert all(jpeg.startswith(b"\xff\xd8") for _, jpeg, _ in engine.seen)
        found = await settled(user, recording["id"], lambda one: one["file"] is None)
        assert found["name"] == "gate.avi"
        await until(lambda: not files(server))


async def test_the_date_in_the_file_dates_what_is_counted(server: RunningServer, tmp_path: Path) -> None:
    began = datetime(2024, 5, 1, 8, tzinfo=UTC)
    async with server.user() as user:
        file = prores(tmp_path / "gate.mov", creation_time=began.isoformat())
        recording = await send(user, file, recorded_at=1_600_000_000_000)
        assert recording["recorded_from"] == "file"
        run = await counted(user, recording["id"])
        assert run["recorded_at"] == "2024-05-01T08:00:00.000Z"
        found = await settled(user, recording["id"], lambda one: one["file"] is None)
        assert (found["recorded_at"], found["recorded_from"]) == ("2024-05-01T08:00:00.000Z", "container")
        span = "from=2024-05-01T07:59:00Z&to=2024-05-01T08:01:00Z&step=10"
        history = await user.get(f"/api/cameras/{run['camera']}/history?{span}")
        (series,) = history["series"]
        assert [point["t"] for point in series["points"]] == ["2024-05-01T08:00:00.000Z"]
        heat = await user.get(f"/api/cameras/{run['camera']}/heatmap?{span.removesuffix('&step=10')}")
        assert len(heat["hours"]) == 1
