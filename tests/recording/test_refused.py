"""What is no recording is refused in one sentence, and nothing but the file is ever opened."""

import struct
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest

from server.recording.container import MAX_FILM_PIXELS, MAX_STILL_PIXELS
from server.recording.errors import RecordingError
from server.recording.recording import Recording
from tests.faults.jpeg_maker import empty as empty_jpeg
from tests.support.films import FilmKind, numbered, quarters, write_film

SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 5004 RTP/AVP 96\r\n"


def refusal(path: Path) -> str:
    """The code with which a file is refused."""
    with pytest.raises(RecordingError) as caught:
        Recording(path)
    assert caught.value.message.count(". ") <= 1
    return caught.value.code


class Requests(BaseHTTPRequestHandler):
    """Notes what is asked for."""

    seen: list[str]

    def do_GET(self) -> None:
        self.seen.append(self.path)
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[tuple[str, list[str]]]:
    """The address of a server on this machine, and the paths that were asked of it."""
    Requests.seen = []
    with HTTPServer(("127.0.0.1", 0), Requests) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", Requests.seen
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{target}\n#EXT-X-ENDLIST\n"),
        ("film.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{target}\n#EXT-X-ENDLIST\n"),
        ("marked.m3u8", "\ufeff#EXTM3U\n#EXTINF:2,\n{target}\n"),
        ("list.ffconcat", "ffconcat version 1.0\nfile '{target}'\n"),
        ("camera.sdp", SDP),
        ("list.pls", "[playlist]\nFile1={target}\nNumberOfEntries=1\n"),
        ("list.mpd", "<?xml version='1.0'?><MPD><BaseURL>{target}</BaseURL></MPD>"),
        ("plain.txt", "{target}\n"),
    ],
)
def test_lists_of_other_files_are_not_followed(
    tmp_path: Path, address: tuple[str, list[str]], name: str, text: str
) -> None:
    """Neither to the network nor to a video beside them."""
    film = write_film(tmp_path / "real.mp4", numbered(5))
    url, seen = address
    for target in (f"{url}/a.ts", str(film), "real.mp4"):
        (tmp_path / name).write_text(text.format(target=target), "utf-8")
        assert refusal(tmp_path / name) in ("PLAYLIST", "UNREADABLE_RECORDING")
    assert seen == []


@pytest.mark.parametrize("begin", [b"", b"\n" * 100, b"# a list\n"])
def test_lists_in_disguise_are_not_followed(tmp_path: Path, address: tuple[str, list[str]], begin: bytes) -> None:
    """Whatever stands before, the decoder's own list of containers holds none that follows names."""
    url, seen = address
    for text in (f"#EXTM3U\n#EXTINF:2,\n{url}/a.ts\n", f"ffconcat version 1.0\nfile {url}/a.mp4\n", SDP):
        (tmp_path / "film.mkv").write_bytes(begin + text.encode())
        assert refusal(tmp_path / "film.mkv") in ("PLAYLIST", "UNREADABLE_RECORDING")
    assert seen == []


def test_addresses_are_not_opened(address: tuple[str, list[str]]) -> None:
    url, seen = address
    for text in (f"{url}/film.mp4", "rtsp://127.0.0.1/stream", "concat:a.ts|b.ts", "file:/etc/hostname"):
        assert refusal(Path(text)) == "NO_RECORDING"
    assert seen == []


def test_what_is_no_file(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nothing.mp4") == "NO_RECORDING"
    assert refusal(tmp_path) == "NO_RECORDING"
    empty = tmp_path / "empty.mp4"
    empty.touch()
    assert refusal(empty) == "EMPTY_RECORDING"
    empty.write_bytes(b"no video" * 100)
    assert refusal(empty) == "UNREADABLE_RECORDING"


def test_a_film_without_a_frame(tmp_path: Path) -> None:
    """The container is whole, and every byte of the pictures is damaged."""
    path = write_film(tmp_path / "film.mp4", numbered(30))
    data = bytearray(path.read_bytes())
    begin = data.index(b"mdat") + 4
    length = int.from_bytes(data[begin - 8 : begin - 4], "big") - 8
    data[begin : begin + length] = bytes(length)
    path.write_bytes(data)
    assert refusal(path) == "NO_FRAMES"


def _png(width: int, height: int) -> bytes:
    """A PNG with a header of this size and no pixels to speak of."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(bytes(1000)))]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in [*chunks, (b"IEND", b"")]
    )
    return b"\x89PNG\r\n\x1a\n" + body


def _resized(data: bytes, before: bytes, after: bytes) -> bytes:
    assert before in data
    return data.replace(before, after)


def test_pictures_that_are_too_large_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    """20,000 × 20,000 pixels; a bomb of a few bytes would take a gigabyte."""
    png = tmp_path / "photo.png"
    png.write_bytes(_png(20_000, 20_000))
    assert refusal(png) == "TOO_MANY_PIXELS"
    done, jpeg = cv2.imencode(".jpg", quarters())
    assert done
    photo = tmp_path / "photo.jpg"
    large = struct.pack(">BHH", 8, 20_000, 20_000)
    photo.write_bytes(_resized(jpeg.tobytes(), struct.pack(">BHH", 8, 96, 128), large))
    assert refusal(photo) == "TOO_MANY_PIXELS"
    webp = tmp_path / "photo.webp"
    webp.write_bytes(b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + (19_999).to_bytes(3, "little") * 2 + bytes(40))
    assert refusal(webp) == "TOO_MANY_PIXELS"
    film = write_film(tmp_path / "film.mov", [np.zeros((5000, 8000, 3), np.uint8)], FilmKind("mjpeg"))
    assert refusal(film) == "TOO_MANY_PIXELS"


def test_a_film_whose_pictures_become_too_large(tmp_path: Path) -> None:
    """The first ones are read."""
    done, jpeg = cv2.imencode(".jpg", quarters())
    assert done
    plain = jpeg.tobytes()
    bomb = _resized(plain, struct.pack(">BHH", 8, 96, 128), struct.pack(">BHH", 8, 20_000, 20_000))
    path = tmp_path / "film.mjpeg"
    path.write_bytes(plain * 10 + bomb * 3)
    with Recording(path) as recording:
        assert len(list(recording)) == 10
    assert recording.source().why == "3 frames are damaged and left out."


def test_the_bounds_take_what_there_is() -> None:
    assert MAX_FILM_PIXELS >= 8192 * 4320
    assert MAX_STILL_PIXELS >= 16_320 * 12_240


def test_a_jpeg_of_a_thousand_scans_is_refused(tmp_path: Path) -> None:
    """Each scan lets the decoder visit the whole picture."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(empty_jpeg(640, 480, (0x22, 0x11, 0x11), 1000))
    assert refusal(path) == "TOO_MANY_SCANS"


@pytest.mark.parametrize(
    "name",
    [
        "12:30:00 front door.mp4",
        "100%.mp4",
        "IMG_%04d.mp4",
        "🎥 Übersicht.mp4",
        "-i.mp4",
        "a|b;c&d.mp4",
        "file:a.mp4",
        "http:a.mp4",
        "x" * 251 + ".mp4",
        "no ending",
    ],
)
def test_names_are_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Also where they are relative."""
    write_film(tmp_path / "film.mp4", numbered(5)).rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    for path in (tmp_path / name, Path(name)):
        with Recording(path) as recording:
            assert len(list(recording)) == 5
