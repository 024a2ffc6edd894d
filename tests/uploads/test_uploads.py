"""tus 1.0 as a client sees it: pieces that can be resumed, and what is refused."""

import asyncio
import errno
import stat
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import update

from server.config import Settings
from server.storage.engine.database import Database
from server.storage.schema import uploads
from server.uploads import intake
from server.uploads import shelf as shelf_module
from tests.faults.disks import small_disk
from tests.support.engine import ScriptedEngine
from tests.support.server import RunningServer, run_server
from tests.support.wait import until
from tests.uploads.films import avi
from tests.uploads.sender import PIECE, TUS, announce, begin, checksum, counted, metadata, offset, piece, send


@pytest.fixture
def data(tmp_path: Path) -> bytes:
    return avi(tmp_path / "made.avi").read_bytes()


def files(settings: Settings) -> list[Path]:
    folder = settings.data_dir / "recordings"
    return sorted(folder.iterdir()) if folder.is_dir() else []


async def expire(settings: Settings, upload: str) -> None:
    """Let the days pass that an upload is kept."""
    database = Database(settings.database)
    async with database.writing() as connection:
        gone = update(uploads).where(uploads.c.id == upload.rpartition("/")[2])
        await connection.execute(gone.values(expires_at=time.time() - 1))
    await database.close()


async def code(response: aiohttp.ClientResponse) -> str:
    return str((await response.json())["error"]["code"])


async def test_the_server_says_what_it_can_do(server: RunningServer) -> None:
    async with server.client() as stranger:
        async with stranger.http.options("/api/recordings/uploads") as response:
            assert response.status == 204
            assert response.headers["Tus-Version"] == "1.0.0"
            assert response.headers["Tus-Extension"] == "creation,expiration,termination,checksum"
            assert response.headers["Tus-Max-Size"] == str(4096 * 1_000_000)


async def test_a_file_arrives_in_pieces_and_only_the_server_can_read_it(server: RunningServer, data: bytes) -> None:
    async with server.user() as user:
        path = await begin(user, len(data), filename="gate.avi")
        assert await offset(user, path) == 0
        first = await piece(user, path, 0, data[:1000])
        assert (first.status, first.headers["Upload-Offset"]) == (204, "1000")
        assert "Upload-Expires" in first.headers
        (file,) = files(server.settings)
        assert (stat.S_IMODE(file.stat().st_mode), file.stat().st_size) == (0o600, 1000)
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert await offset(user, path) == 1000


async def test_the_same_piece_twice_and_a_gap_are_refused(server: RunningServer, data: bytes) -> None:
    async with server.user() as user:
        path = await begin(user, len(data))
        await piece(user, path, 0, data[:1000])
        for start in (0, 500, 2000):
            again = await piece(user, path, start, data[start : start + 1000])
            assert (again.status, await code(again)) == (409, "OFFSET_CONFLICT")
            assert again.headers["Upload-Offset"] == "1000"
        assert await offset(user, path) == 1000
        assert files(server.settings)[0].read_bytes() == data[:1000]


async def test_more_than_was_announced_is_refused(server: RunningServer, data: bytes) -> None:
    async with server.user() as user:
        path = await begin(user, 1000)
        more = await piece(user, path, 0, data[:1001])
        assert (more.status, await code(more)) == (413, "PIECE_TOO_LARGE")
        assert await offset(user, path) == 0
        path = await begin(user, 20_000_000)
        large = await piece(user, path, 0, bytes(17_000_000))
        assert large.status == 413


async def test_a_damaged_piece_does_not_count(server: RunningServer, data: bytes) -> None:
    async with server.user() as user:
        path = await begin(user, len(data))
        bad = await piece(user, path, 0, data[:1000], **{"Upload-Checksum": checksum(data[:999])})
        assert (bad.status, await code(bad)) == (460, "CHECKSUM_MISMATCH")
        assert await offset(user, path) == 0
        odd = await piece(user, path, 0, data[:1000], **{"Upload-Checksum": "crc32 AAAA"})
        assert (odd.status, await code(odd)) == (400, "BAD_CHECKSUM")
        good = await piece(user, path, 0, data[:1000], **{"Upload-Checksum": checksum(data[:1000])})
        assert good.status == 204


async def test_headers_that_are_not_of_the_protocol(server: RunningServer, data: bytes) -> None:
    async with server.user() as user:
        for headers, status, said in (
            ({"Upload-Length": "5"}, 412, "WRONG_TUS_VERSION"),
            (TUS, 400, "BAD_REQUEST"),
            (TUS | {"Upload-Length": "-5"}, 400, "BAD_REQUEST"),
            (TUS | {"Upload-Length": "9" * 30}, 400, "BAD_REQUEST"),
            (TUS | {"Upload-Length": "0"}, 413, "FILE_TOO_LARGE"),
            (TUS | {"Upload-Length": "4097000000"}, 413, "FILE_TOO_LARGE"),
            (TUS | {"Upload-Length": "5", "Upload-Metadata": "filename %%%"}, 400, "BAD_REQUEST"),
            (TUS | {"Upload-Length": "5", "Upload-Metadata": metadata(camera="cam_no")}, 404, "UNKNOWN_CAMERA"),
            (TUS | {"Upload-Length": "5", "Upload-Metadata": metadata(model="no")}, 400, "UNKNOWN_MODEL"),
            (TUS | {"Upload-Length": "5", "Upload-Metadata": metadata(quality="best")}, 400, "BAD_REQUEST"),
            (TUS | {"Upload-Length": "5", "Upload-Metadata": metadata(recording="rec_no")}, 404, "UNKNOWN_RECORDING"),
        ):
            async with user.http.post("/api/recordings/uploads", headers=headers) as response:
                assert (response.status, await code(response)) == (status, said), headers
                assert response.headers["Tus-Resumable"] == "1.0.0"
        path = await begin(user, len(data))
        typed = PIECE | {"Upload-Offset": "0", "Content-Type": "application/octet-stream"}
        async with user.http.patch(path, data=data, headers=typed) as response:
            assert (response.status, await code(response)) == (415, "WRONG_CONTENT_TYPE")


async def test_a_file_that_is_no_video_is_refused_with_its_first_piece(server: RunningServer) -> None:
    playlist = b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n" * 100
    async with server.user() as user:
        path = await begin(user, 1_000_000, filename="list.avi")
        refused = await piece(user, path, 0, playlist)
        assert (refused.status, await code(refused)) == (415, "NOT_A_VIDEO")
        assert await user.get("/api/recordings") | {"max_bytes": 0, "piece_bytes": 0} == {
            "recordings": [], "max_bytes": 0, "piece_bytes": 0,
        }  # fmt: skip
        assert files(server.settings) == []
        # Nor does it get in byte by byte.
        path = await begin(user, 4, filename="list.avi")
        for at, byte in enumerate(b"#EXT"):
            last = await piece(user, path, at, bytes([byte]))
        assert (last.status, await code(last)) == (415, "NOT_A_VIDEO")


async def test_anothers_upload_is_not_there(server: RunningServer, data: bytes) -> None:
    async with server.user() as user, server.user("eve") as eve, server.client() as stranger:
        path = await begin(user, len(data))
        await piece(user, path, 0, data[:1000])
        async with eve.http.head(path, headers=TUS) as response:
            assert response.status == 404
        taken = await piece(eve, path, 1000, data[1000:2000])
        assert (taken.status, await code(taken)) == (404, "UNKNOWN_UPLOAD")
        async with eve.http.delete(path, headers=TUS) as response:
            assert response.status == 404
        assert (await piece(stranger, path, 1000, data[1000:2000])).status == 401
        (recording,) = (await user.get("/api/recordings"))["recordings"]
        again = await announce(eve, 1000, recording=recording["id"])
        assert (again.status, await code(again)) == (404, "UNKNOWN_RECORDING")
        assert await offset(user, path) == 1000


async def test_another_site_cannot_send_with_the_cookie(server: RunningServer, data: bytes) -> None:
    async with server.user() as user:
        path = await begin(user, len(data))
        foreign = await piece(user, path, 0, data[:1000], Origin="https://evil.example")
        assert (foreign.status, await code(foreign)) == (403, "WRONG_ORIGIN")


async def test_an_upload_that_stops_for_a_day_is_resumed(
    settings: Settings, engine: ScriptedEngine, data: bytes
) -> None:
    async with run_server(settings, engine) as server, server.user() as user:
        path = await begin(user, len(data), filename="gate.avi")
        await piece(user, path, 0, data[:3000])
    # The server was ended meanwhile, and bytes that nobody acknowledged lie behind the others.
    with files(settings)[0].open("ab") as file:
        file.write(b"half a piece")
    async with run_server(settings, engine) as server, server.client() as user:
        await user.sign_in()
        assert await offset(user, path) == 3000
        assert (await piece(user, path, 3000, data[3000:])).status == 204
        (recording,) = (await user.get("/api/recordings"))["recordings"]
        assert (await counted(user, recording["id"]))["frames_read"] == 20


async def test_an_upload_that_nobody_resumes_is_dropped(
    settings: Settings, engine: ScriptedEngine, data: bytes
) -> None:
    async with run_server(settings, engine) as server, server.user() as user:
        path = await begin(user, len(data))
        await piece(user, path, 0, data[:3000])
        await expire(settings, path)
        late = await piece(user, path, 3000, data[3000:])
        assert (late.status, await code(late)) == (404, "UNKNOWN_UPLOAD")
    assert len(files(settings)) == 1
    async with run_server(settings, engine) as server, server.client() as user:
        await user.sign_in()
        await until(lambda: not files(settings))
        assert (await user.get("/api/recordings"))["recordings"] == []


async def test_leftovers_of_a_killed_server_are_deleted_at_the_start(
    settings: Settings, engine: ScriptedEngine
) -> None:
    folder = settings.data_dir / "recordings"
    folder.mkdir(parents=True)
    (folder / "upl_of_nobody").write_bytes(b"what somebody sent once")
    async with run_server(settings, engine):
        await until(lambda: not files(settings))


async def test_quotas_are_of_each_user(settings: Settings, engine: ScriptedEngine) -> None:
    small = settings.model_copy(update={"upload_file_mb": 2, "upload_user_mb": 3, "upload_files": 2})
    async with run_server(small, engine) as server, server.user() as user, server.user("eve") as eve:
        path = await begin(user, 2_000_000)
        over = await announce(user, 1_000_001)
        assert (over.status, await code(over)) == (413, "UPLOAD_QUOTA")
        await begin(user, 1_000)
        many = await announce(user, 10)
        assert (many.status, await code(many)) == (409, "TOO_MANY_UPLOADS")
        await begin(eve, 2_000_000)
        async with user.http.delete(path, headers=TUS) as response:
            assert response.status == 204
        await begin(user, 1_000_001)


async def test_no_uploads_where_they_are_switched_off(settings: Settings, engine: ScriptedEngine) -> None:
    off = settings.model_copy(update={"upload_file_mb": 0})
    async with run_server(off, engine) as server, server.user() as user:
        assert (await announce(user, 10)).status == 413
        assert (await user.get("/api/recordings"))["max_bytes"] == 0


async def test_a_full_disk_is_said_and_what_arrived_is_kept(
    server: RunningServer, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shelf_module.shutil.disk_usage("/")
    async with server.user() as user:
        path = await begin(user, len(data))
        await piece(user, path, 0, data[:1000])
        with monkeypatch.context() as patched:
            patched.setattr(shelf_module.shutil, "disk_usage", lambda _: usage._replace(free=1_000_000_010))
            full = await piece(user, path, 1000, data[1000:])
            assert (full.status, await code(full)) == (507, "DISK_FULL")
            refused = await announce(user, 1_000_000)
            assert (refused.status, await code(refused)) == (507, "DISK_FULL")
        assert await offset(user, path) == 1000
        assert (await piece(user, path, 1000, data[1000:])).status == 204


async def test_a_sender_who_comes_back_need_not_wait_for_its_lost_connection(
    server: RunningServer, data: bytes
) -> None:
    async def silent() -> object:
        yield data[:2000]
        await asyncio.sleep(60)

    async with server.user() as user, server.client() as again:
        await again.sign_in()
        path = await begin(user, len(data))
        headers = PIECE | {"Upload-Offset": "0", "Content-Length": "5000"}
        first = asyncio.create_task(user.http.patch(path, data=silent(), headers=headers))
        await until(lambda: [file.stat().st_size for file in files(server.settings)] == [2000])
        taken = await piece(again, path, 0, data[:10])
        assert (taken.status, taken.headers["Upload-Offset"]) == (409, "2000")
        assert (await piece(again, path, 2000, data[2000:])).status == 204
        assert (await first).status == 409


async def test_a_lost_connection_keeps_what_arrived(server: RunningServer, data: bytes) -> None:
    async with server.user() as user:
        path = await begin(user, len(data))
        host, port = server.url.removeprefix("http://").split(":")
        cookies = "; ".join(f"{one.key}={one.value}" for one in user.http.cookie_jar)
        _, writer = await asyncio.open_connection(host, int(port))
        head = [f"PATCH {path} HTTP/1.1", f"Host: {host}:{port}", f"Cookie: {cookies}", f"Origin: {server.url}"]
        head += [f"{name}: {value}" for name, value in PIECE.items()]
        head += ["Upload-Offset: 0", f"Content-Length: {len(data)}", "", ""]
        writer.write("\r\n".join(head).encode() + data[:4000])
        await writer.drain()
        await until(lambda: [file.stat().st_size for file in files(server.settings)] == [4000])
        writer.transport.abort()
        async with asyncio.timeout(10):
            while await offset(user, path) != 4000:  # noqa: ASYNC110 - the server is asked
                await asyncio.sleep(0.02)


async def test_a_token_of_a_program_sends_as_well(server: RunningServer, tmp_path: Path) -> None:
    async with server.user() as user, server.client() as program:
        body = {"login": "ada", "password": "correct horse battery"}
        tokens = await program.post("/api/tokens", body, 200)
        program.http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        recording = await send(program, avi(tmp_path / "gate.avi"))
        await counted(user, recording["id"])


def test_metadata_is_what_the_protocol_says() -> None:
    assert metadata(filename="é") == "filename " + b64encode("é".encode()).decode()


async def test_a_user_has_few_places_at_once_and_others_have_theirs(
    server: RunningServer, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "OF_USER", 1)
    hold = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield data[:2000]
        await hold.wait()

    async with server.user() as user, server.user("eve") as eve:
        first, second, others = [await begin(one, len(data)) for one in (user, user, eve)]
        sending = asyncio.create_task(user.http.patch(first, data=slow(), headers=PIECE | {"Upload-Offset": "0"}))
        await until(lambda: [file.stat().st_size for file in files(server.settings)] == [2000])
        busy = await piece(user, second, 0, data)
        assert (busy.status, await code(busy), busy.headers["Retry-After"]) == (503, "UPLOADS_BUSY", "2")
        async with user.http.delete(second, headers=TUS) as response:
            assert response.status == 503
        assert (await piece(eve, others, 0, data)).status == 204
        hold.set()
        assert (await sending).status == 204
        assert (await piece(user, second, 0, data)).status == 204


async def test_a_piece_has_an_end(server: RunningServer, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "PIECE_S", 0.3)
    hold = asyncio.Event()

    async def drip() -> AsyncIterator[bytes]:
        for at in range(200):
            yield data[at : at + 1]
            await asyncio.sleep(0.05)
            if hold.is_set():
                return

    async with server.user() as user:
        path = await begin(user, len(data))
        async with user.http.patch(path, data=drip(), headers=PIECE | {"Upload-Offset": "0"}) as response:
            assert (response.status, await code(response)) == (408, "SENDER_SLOW")
        hold.set()
        assert 1 < await offset(user, path) < 100


async def test_a_disk_that_fills_up_half_way(settings: Settings, engine: ScriptedEngine, data: bytes) -> None:
    large = data + bytes(6_000_000)
    with small_disk(settings.data_dir, 16) as disk:
        little = settings.model_copy(update={"upload_spare_mb": 0})
        async with run_server(little, engine) as server, server.user() as user:
            path = await begin(user, len(large))
            assert (await piece(user, path, 0, large[:1_000_000])).status == 204
            await asyncio.to_thread(disk.fill)
            full = await piece(user, path, 1_000_000, large[1_000_000:])
            assert (full.status, await code(full)) == (507, "DISK_FULL")
            refused = await announce(user, 1_000_000)
            assert (refused.status, await code(refused)) == (507, "DISK_FULL")
            await asyncio.to_thread(disk.free)
            assert await offset(user, path) == 1_000_000
            assert (await piece(user, path, 1_000_000, large[1_000_000:])).status == 204


async def test_a_disk_without_room_in_spite_of_what_it_says(
    server: RunningServer, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(file: object, written: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    async with server.user() as user:
        path = await begin(user, len(data))
        assert (await piece(user, path, 0, data[:1000])).status == 204
        with monkeypatch.context() as patched:
            patched.setattr(intake, "_write_all", no_room)
            full = await piece(user, path, 1000, data[1000:])
            assert (full.status, await code(full)) == (507, "DISK_FULL")
        assert await offset(user, path) == 1000
        assert (await piece(user, path, 1000, data[1000:])).status == 204
