"""Downloads against a local server that can cut the line and can lie."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from server.core.errors import ModelError
from server.models.download import download

CONTENT = bytes(range(256)) * 4000


class FileServer(ThreadingHTTPServer):
    """Serves `content`; the next answer breaks off after `cut` bytes, if that is set."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content = CONTENT
        self.cut: int | None = None
        self.ranges = True
        self.asked: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/weights.pt"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        wanted = self.headers["Range"]
        self.server.asked.append(wanted)
        start = int(wanted.split("=")[1].rstrip("-")) if wanted and self.server.ranges else 0
        body = self.server.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cut, self.server.cut = self.server.cut, None
        self.wfile.write(body[:cut])

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def file_server() -> Iterator[FileServer]:
    with FileServer() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_whole_file_arrives(file_server: FileServer, tmp_path: Path) -> None:
    download(file_server.url, tmp_path / "w.part", len(CONTENT))
    assert (tmp_path / "w.part").read_bytes() == CONTENT


@pytest.mark.parametrize("ranges", [True, False])
def test_interrupted_download_is_finished_later(file_server: FileServer, tmp_path: Path, ranges: bool) -> None:
    file_server.cut, file_server.ranges = 300_000, ranges
    part = tmp_path / "w.part"
    with pytest.raises(ModelError) as caught:
        download(file_server.url, part, len(CONTENT))
    assert caught.value.code == "DOWNLOAD_FAILED"
    assert part.stat().st_size == 300_000
    download(file_server.url, part, len(CONTENT))
    assert part.read_bytes() == CONTENT
    assert file_server.asked == [None, "bytes=300000-"]


def test_a_whole_part_is_not_asked_for_again(file_server: FileServer, tmp_path: Path) -> None:
    part = tmp_path / "w.part"
    part.write_bytes(CONTENT)
    download(file_server.url, part, len(CONTENT))
    assert file_server.asked == []


def test_endless_answer_is_cut_off(file_server: FileServer, tmp_path: Path) -> None:
    file_server.content = CONTENT * 20
    with pytest.raises(ModelError):
        download(file_server.url, tmp_path / "w.part", len(CONTENT))
    assert (tmp_path / "w.part").stat().st_size <= len(CONTENT) + 1


def test_unreachable_server_is_one_sentence(tmp_path: Path) -> None:
    with FileServer() as server:
        url = server.url
    with pytest.raises(ModelError, match=r"cannot be fetched: .*refused"):
        download(url, tmp_path / "w.part", 10)
