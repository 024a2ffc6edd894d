"""Runs: in turn, with keys of their own, ended, begun again and deleted while they count."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from server.config import Settings
from server.core.errors import EngineError, StoppedError
from server.engine.fair_scheduler import Share
from server.storage.engine.database import Database
from server.storage.recordings.runs import RunState
from server.storage.schema import cameras, heatmaps, runs, samples
from server.uploads import film as film_module
from tests.support.engine import ScriptedEngine
from tests.support.server import Client, RunningServer, run_server
from tests.support.wait import until
from tests.uploads.films import avi
from tests.uploads.sender import announce, counted, recording, send, settled
from tests.uploads.test_uploads import code, files

LINE = {
    "type": "Feature",
    "id": "door",
    "geometry": {"type": "LineString", "coordinates": [[0.5, 0.0], [0.5, 1.0]]},
    "properties": {"kind": "line", "name": "Door"},
}


@asynccontextmanager
async def stored(settings: Settings) -> AsyncIterator[Any]:
    """The database, to be looked at and changed."""
    database = Database(settings.database)
    try:
        async with database.writing() as connection:
            yield connection
    finally:
        await database.close()


async def count_of(settings: Settings, table: Any, *where: Any) -> int:
    async with stored(settings) as connection:
        return int((await connection.execute(select(func.count()).select_from(table).where(*where))).scalar_one())


async def remove(client: Client, path: str) -> int:
    async with client.http.delete(path) as response:
        return response.status


async def test_recordings_of_one_user_are_counted_one_after_the_other(
    server: RunningServer, engine: ScriptedEngine, tmp_path: Path
) -> None:
    file = avi(tmp_path / "gate.avi", frames=12)
    async with server.user() as user, server.user("eve") as eve:
        engine.gate.clear()
        first, second = await send(user, file), await send(user, file)
        others = await send(eve, file)
        await counted(user, first["id"], "counting")
        await counted(eve, others["id"], "counting")
        assert (await recording(user, second["id"]))["runs"][0]["state"] == "waiting"
        engine.gate.set()
        for client, one in ((user, first), (user, second), (eve, others)):
            assert (await counted(client, one["id"]))["frames_read"] == 12
        streams = list(dict.fromkeys(stream for stream, _, _ in engine.seen))
        assert len(streams) == 3


async def test_a_recording_shares_with_the_cameras_of_its_owner_and_uses_none_of_their_number(
    settings: Settings, engine: ScriptedEngine, tmp_path: Path
) -> None:
    one = settings.model_copy(update={"streams_per_user": 1})
    async with run_server(one, engine) as server, server.user() as user:
        engine.gate.clear()
        sent = await send(user, avi(tmp_path / "gate.avi"))
        await until(lambda: engine.running)
        (settings_of_run,) = engine.opened.values()
        live = await user.open(await user.camera())
        assert "stream" in live
        shares = {name: one.share for name, one in engine.opened.items()}
        assert len({(share.group, share.owner, share.guest) for share in shares.values()}) == 1
        assert isinstance(settings_of_run.share, Share)
        engine.gate.set()
        await counted(user, sent["id"])


async def test_a_run_counts_with_the_zones_of_its_camera_and_alone(
    server: RunningServer, engine: ScriptedEngine, tmp_path: Path
) -> None:
    async with server.user() as user:
        camera = await user.camera()
        plan = {"version": 0, "plan": {"type": "FeatureCollection", "features": [LINE]}}
        async with user.http.put(f"/api/cameras/{camera}/plan", json=plan) as response:
            assert response.status == 200, await response.text()
        sent = await send(user, avi(tmp_path / "gate.avi"), camera=camera, recorded_at=1_700_000_000_000)
        run = await counted(user, sent["id"])
        assert (run["plan_version"], run["entries"], run["exits"]) == (1, 0, 0)
        again = await send(user, avi(tmp_path / "gate.avi"), recording=sent["id"], quality="accurate")
        assert again["id"] == sent["id"]
        second = await counted(user, sent["id"])
        assert second["camera"] != run["camera"]
        assert second["quality"] == "accurate"
    for name in (run["camera"], second["camera"]):
        assert await count_of(server.settings, samples, samples.c.camera_id == name) == 3
        assert await count_of(server.settings, heatmaps, heatmaps.c.camera_id == name) == 1
    assert await count_of(server.settings, samples, samples.c.camera_id == camera) == 0


async def test_nothing_else_can_be_counted_or_drawn_under_a_run(
    server: RunningServer, engine: ScriptedEngine, tmp_path: Path
) -> None:
    async with server.user() as user:
        sent = await send(user, avi(tmp_path / "gate.avi"))
        hidden = (await counted(user, sent["id"]))["camera"]
        assert (await user.get("/api/cameras"))["cameras"] == []
        assert (await user.get(f"/api/cameras/{hidden}"))["camera"]["name"] == "gate.avi"
        assert (await user.open(hidden))["error"]["code"] == "UNKNOWN_CAMERA"
        plan = {"version": 0, "plan": {"type": "FeatureCollection", "features": []}}
        for method, path, body in (
            ("PUT", f"/api/cameras/{hidden}/plan", plan),
            ("PATCH", f"/api/cameras/{hidden}", {"name": "Mine"}),
            ("DELETE", f"/api/cameras/{hidden}", None),
            ("PUT", f"/api/cameras/{hidden}/stills", {"keep": True}),
            ("PUT", f"/api/rooms/{await user.room()}/cameras/{hidden}", None),
        ):
            async with user.http.request(method, path, json=body) as response:
                assert response.status == 403, (path, await response.text())
        used = await announce(user, 100, camera=hidden)
        assert (used.status, await code(used)) == (403, "NOT_ALLOWED")


async def test_a_run_is_deleted_while_it_counts(server: RunningServer, engine: ScriptedEngine, tmp_path: Path) -> None:
    async with server.user() as user:
        engine.gate.clear()
        sent = await send(user, avi(tmp_path / "gate.avi"))
        run = await counted(user, sent["id"], "counting")
        await until(lambda: engine.running)
        deleting = asyncio.create_task(remove(user, f"/api/recordings/{sent['id']}/runs/{run['id']}"))
        await asyncio.sleep(0.2)
        engine.gate.set()
        assert await deleting == 204
        found = await recording(user, sent["id"])
        assert (found["runs"], found["file"]) == ([], None)
        await until(lambda: not files(server.settings) and not engine.opened)
        again = await user.http.post(f"/api/recordings/{sent['id']}/runs", json={})
        assert (again.status, await code(again)) == (409, "FILE_GONE")
    assert await count_of(server.settings, samples) == 0
    assert await count_of(server.settings, cameras) == 0


async def test_a_recording_is_deleted_while_it_counts(
    server: RunningServer, engine: ScriptedEngine, tmp_path: Path
) -> None:
    async with server.user() as user:
        sent = await send(user, avi(tmp_path / "gate.avi", frames=400))
        await until(lambda: len(engine.seen) > 5)
        assert await remove(user, f"/api/recordings/{sent['id']}") == 204
        assert (await user.get("/api/recordings"))["recordings"] == []
        await until(lambda: not files(server.settings) and not engine.opened)
        assert len(engine.seen) < 400
    assert await count_of(server.settings, samples) == 0
    assert await count_of(server.settings, cameras) == 0


async def test_the_account_goes_with_its_recordings_and_their_files(
    server: RunningServer, engine: ScriptedEngine, tmp_path: Path
) -> None:
    async with server.user() as user:
        engine.gate.clear()
        await send(user, avi(tmp_path / "gate.avi"))
        await until(lambda: engine.running)
        holdings = (await user.get("/api/account/holdings"))["holdings"]
        assert (holdings["cameras"], holdings["recordings"]) == (0, 1)
        body = {"password": "correct horse battery"}
        async with user.http.post("/api/account/delete", json=body) as response:
            assert response.status == 204
        engine.gate.set()
        await until(lambda: not files(server.settings) and not engine.opened)
    assert await count_of(server.settings, cameras) == 0
    assert await count_of(server.settings, runs) == 0


async def test_a_restart_begins_the_run_again(settings: Settings, engine: ScriptedEngine, tmp_path: Path) -> None:
    async with run_server(settings, engine) as server, server.user() as user:
        engine.gate.clear()
        sent = await send(user, avi(tmp_path / "gate.avi", frames=15), recorded_at=1_700_000_000_000)
        before = await counted(user, sent["id"], "counting")
        await until(lambda: engine.running)
        asyncio.get_running_loop().call_later(0.3, engine.gate.set)
    assert await count_of(settings, runs, runs.c.state == RunState.WAITING) == 1
    engine.seen.clear()
    async with run_server(settings, engine) as server, server.client() as user:
        await user.sign_in()
        after = await counted(user, sent["id"])
        assert (after["id"], after["frames_read"], after["complete"]) == (before["id"], 15, True)
        assert len(engine.seen) == 15
    assert await count_of(settings, samples) == 3, "nothing of the attempt before is added"
    assert await count_of(settings, cameras) == 1


async def test_a_film_that_stops_servers_is_interrupted_and_can_be_counted_again(
    settings: Settings, engine: ScriptedEngine, tmp_path: Path
) -> None:
    engine.gate.clear()
    async with run_server(settings, engine) as server, server.user() as user:
        sent = await send(user, avi(tmp_path / "gate.avi", frames=15))
        await counted(user, sent["id"], "counting")
        asyncio.get_running_loop().call_later(0.3, engine.gate.set)
    async with stored(settings) as connection:  # as if servers had been killed
        await connection.execute(update(runs).values(state=RunState.COUNTING, attempts=2))
    async with run_server(settings, engine) as server, server.client() as user:
        await user.sign_in()
        run = await counted(user, sent["id"], "interrupted")
        assert run["why"] == "SERVER_STOPPED"
        assert len(files(settings)) == 1
        again = await user.post(f"/api/recordings/{sent['id']}/runs", {})
        found = await settled(user, sent["id"], lambda one: one["file"] is None)
        assert [(one["id"], one["state"]) for one in found["runs"]] == [
            (again["run"]["id"], "done"), (run["id"], "interrupted"),
        ]  # fmt: skip


async def test_a_film_that_is_cut_off_is_counted_to_where_it_ends(server: RunningServer, tmp_path: Path) -> None:
    whole = avi(tmp_path / "whole.avi", frames=200).read_bytes()
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole[: len(whole) // 2])
    async with server.user() as user:
        run = await counted(user, (await send(user, cut))["id"])
        assert 20 < run["frames_read"] < 180
        assert (run["complete"], run["why"]) in ((False, "CUT_SHORT"), (None, None)), run


async def test_a_film_without_a_frame_fails_and_its_file_goes(server: RunningServer, tmp_path: Path) -> None:
    broken = tmp_path / "broken.avi"
    broken.write_bytes(b"RIFF\x00\x00\x00\x00AVI " + os.urandom(50_000))
    async with server.user() as user:
        sent = await send(user, broken)
        run = await counted(user, sent["id"], "failed")
        assert (run["why"], run["complete"], run["peak"]) == ("UNREADABLE_VIDEO", False, None)
        await until(lambda: not files(server.settings))
        assert (await recording(user, sent["id"]))["file"] is None


def decoders() -> list[int]:
    """Processes of this one that decode films."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                command = (folder / "cmdline").read_bytes()
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if film_module.MODULE.encode() in command and parent == os.getpid():
                found.append(int(folder.name))
    return found


async def test_a_decoder_that_dies_fails_its_run_alone(
    server: RunningServer, engine: ScriptedEngine, tmp_path: Path
) -> None:
    async with server.user() as user, server.user("eve") as eve:
        engine.gate.clear()
        sent = await send(user, avi(tmp_path / "gate.avi", frames=3000))
        await until(lambda: engine.running)
        (decoder,) = decoders()
        os.kill(decoder, signal.SIGKILL)
        other = await send(eve, avi(tmp_path / "other.avi"))
        engine.gate.set()
        run = await counted(user, sent["id"], "failed")
        assert run["why"] == "DECODER_DIED"
        await counted(eve, other["id"])
        assert decoders() == []


async def test_the_decoder_knows_no_secrets_and_its_means_are_bounded(
    server: RunningServer, engine: ScriptedEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROWDCOUNT_SMTP_PASSWORD", "hidden")
    async with server.user() as user:
        engine.gate.clear()
        sent = await send(user, avi(tmp_path / "gate.avi", frames=3000))
        await until(lambda: engine.running)
        (decoder,) = decoders()
        proc = Path(f"/proc/{decoder}")
        names = {entry.partition(b"=")[0].decode() for entry in (proc / "environ").read_bytes().split(b"\0") if entry}
        allowed = {"PYTHONPATH", "LANG", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "LD_LIBRARY_PATH"}
        assert names - {"OPENCV_LOG_LEVEL"} <= allowed
        limits = {line[:26].strip(): line[26:].split()[0] for line in (proc / "limits").read_text().splitlines()[1:]}
        assert (limits["Max file size"], limits["Max open files"], limits["Max core file size"]) == ("0", "0", "0")
        assert int(limits["Max data size"]) == 3 << 30
        assert os.getpriority(os.PRIO_PROCESS, decoder) >= 10
        assert await remove_soon(user, engine, sent["id"]) == 204


async def remove_soon(user: Client, engine: ScriptedEngine, recording_id: str) -> int:
    deleting = asyncio.create_task(remove(user, f"/api/recordings/{recording_id}"))
    await asyncio.sleep(0.1)
    engine.gate.set()
    return await deleting


async def test_frames_are_offered_again_until_they_are_counted(
    server: RunningServer, engine: ScriptedEngine, tmp_path: Path
) -> None:
    restarted = EngineError("ENGINE_RESTARTED", "The vision process died and is replaced.")
    unavailable = EngineError("ENGINE_UNAVAILABLE", "The vision process is still starting.")
    engine.script.extend([restarted, unavailable, unavailable])
    async with server.user() as user:
        run = await counted(user, (await send(user, avi(tmp_path / "gate.avi", frames=10)))["id"])
        assert (run["frames_read"], run["frames_refused"], run["complete"]) == (10, 0, True)
        assert len(engine.seen) == 13


async def test_a_frame_that_stops_vision_again_and_again_is_left_out_and_said(
    server: RunningServer, engine: ScriptedEngine, tmp_path: Path
) -> None:
    engine.script.extend([EngineError("ENGINE_RESTARTED", "It died.")] * 3)
    async with server.user() as user:
        run = await counted(user, (await send(user, avi(tmp_path / "gate.avi", frames=10)))["id"])
        assert (run["frames_read"], run["frames_refused"]) == (10, 1)
        assert (run["complete"], run["why"]) == (False, "FRAMES_REFUSED")


async def test_a_poisoned_film_is_not_held_against_the_cameras_of_its_owner(
    server: RunningServer, engine: ScriptedEngine, tmp_path: Path
) -> None:
    engine.script.extend([StoppedError("ENGINE_RESTARTED", "It died of this frame.")])
    async with server.user() as user:
        sent = await send(user, avi(tmp_path / "gate.avi", frames=3))
        await until(lambda: len(engine.seen) == 1)
        stream = (await user.open(await user.camera()))["stream"]
        assert (await user.frame(stream, 1))["status"] == "processed"
        assert (await counted(user, sent["id"]))["frames_refused"] == 0


async def test_names_and_dates_can_be_changed(server: RunningServer, tmp_path: Path) -> None:
    async with server.user() as user, server.user("eve") as eve:
        sent = await send(user, avi(tmp_path / "gate.avi"))
        path = f"/api/recordings/{sent['id']}"
        run = await counted(user, sent["id"])
        body = {"name": "North gate", "recorded_at": "2025-01-02T03:04:05Z"}
        async with user.http.patch(path, json=body) as response:
            found = (await response.json())["recording"]
        assert (found["name"], found["recorded_at"]) == ("North gate", "2025-01-02T03:04:05.000Z")
        assert found["recorded_from"] == "user"
        assert found["runs"][0]["recorded_at"] == run["recorded_at"], "a run keeps the date that it was counted with"
        for wrong in ({"name": " "}, {"recorded_at": "1999-01-01T00:00:00Z"}, {"recorded_at": "2999-01-01T00:00:00Z"}):
            async with user.http.patch(path, json=wrong) as response:
                assert response.status == 400, wrong
        for method in ("GET", "PATCH", "DELETE"):
            async with eve.http.request(method, path, json={} if method == "PATCH" else None) as response:
                assert response.status == 404
        assert await remove(eve, f"{path}/runs/{run['id']}") == 404
        assert (await eve.get("/api/recordings"))["recordings"] == []


async def test_what_a_run_counted_is_kept_from_its_end_on_not_from_the_date_of_the_film(
    settings: Settings, engine: ScriptedEngine, tmp_path: Path
) -> None:
    async with run_server(settings, engine) as server, server.user() as user:
        sent = await send(user, avi(tmp_path / "gate.avi"), recorded_at=1_000_000_000_000)
        await counted(user, sent["id"])
    async with run_server(settings, engine) as server, server.client() as user:  # drops what is old at its start
        await user.sign_in()
        await user.get("/api/recordings")
        await asyncio.sleep(0.5)
    assert await count_of(settings, samples) == 3
    async with stored(settings) as connection:
        await connection.execute(update(runs).values(ended_at=1_000_000_000.0))
    async with run_server(settings, engine):
        with closing(sqlite3.connect(settings.database_path)) as connection:
            await until(lambda: connection.execute("SELECT count(*) FROM heatmaps").fetchone() == (0,))
            await until(lambda: connection.execute("SELECT count(*) FROM samples WHERE step_s<3600").fetchone() == (0,))
