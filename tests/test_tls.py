"""`crowdcount serve --tls`: a certificate of its own that clients take once they trust the authority."""

import asyncio
import contextlib
import datetime
import os
import re
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from playwright.async_api import async_playwright

from server.cli import serve as cli_serve
from server.common.certificates import Files, fingerprint, issue, names_in, names_of_this_machine, needs_renewal
from server.config import Settings
from server.process.listening import StartError, bind
from tests.e2e.conftest import find_chromium
from tests.faults.processes import Serving, serving
from tests.support.patient import PatientSocket
from tests.support.server import PASSWORD

NOW = datetime.datetime.now(datetime.UTC)


def test_certificates_are_for_these_names_and_signed_by_the_authority(tmp_path: Path) -> None:
    files = Files.of(tmp_path)
    assert needs_renewal(files, NOW)
    issue(files, ["count.local", "192.0.2.7", "::1"])
    assert names_in(files) == ["count.local", "192.0.2.7", "::1"]
    authority, server = (x509.load_pem_x509_certificate(path.read_bytes()) for path in (files.authority, files.server))
    server.verify_directly_issued_by(authority)
    assert server.not_valid_after_utc - server.not_valid_before_utc < datetime.timedelta(days=398), "phones refuse more"
    assert {path.stat().st_mode & 0o777 for path in (files.authority_key, files.server_key)} == {0o600}
    assert not needs_renewal(files, NOW)
    assert needs_renewal(files, NOW + datetime.timedelta(days=380))
    before = files.authority.read_bytes()
    issue(files, ["other.local"])
    assert files.authority.read_bytes() == before, "devices that trust it go on doing so"
    assert re.fullmatch(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", fingerprint(files))


def test_this_machine_has_names() -> None:
    assert {"localhost", "127.0.0.1"} <= set(names_of_this_machine())


def test_the_command_takes_further_names(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "server.cli", "certs", "count.example.org"]
    environment = os.environ | {"CROWDCOUNT_DATA_DIR": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert {"count.example.org", "localhost"} <= set(names_in(Files.of(tmp_path)))
    assert fingerprint(Files.of(tmp_path)) in done.stdout


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Serving, Files]]:
    """A server that speaks TLS."""
    data = tmp_path_factory.mktemp("tls") / "data"
    with serving(data, "--tls") as running:
        yield running, Files.of(data)


async def test_who_trusts_the_authority_signs_in_and_opens_a_socket(encrypted: tuple[Serving, Files]) -> None:
    running, files = encrypted
    url = f"https://localhost:{running.port}"
    trusting = ssl.create_default_context(cafile=str(files.authority))
    jar = aiohttp.CookieJar()
    connector = aiohttp.TCPConnector(ssl=trusting)
    async with aiohttp.ClientSession(url, connector=connector, cookie_jar=jar, headers={"Origin": url}) as http:
        body = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
        async with http.post("/api/users", json=body) as response:
            assert response.status == 201
            assert "Secure" in response.headers["Set-Cookie"]
        async with http.get("/cameras") as response:
            assert "max-age" in response.headers["Strict-Transport-Security"]
        client = PatientSocket(reconnection=False, http_session=http)
        await client.connect(url, headers={"Origin": url}, transports=["websocket"])
        assert (await client.call("nonsense", {}))["error"]["code"] == "BAD_REQUEST"
        await client.disconnect()
    async with aiohttp.ClientSession() as stranger:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await stranger.get(url)


async def test_the_page_without_tls_hands_out_the_authority(encrypted: tuple[Serving, Files]) -> None:
    running, files = encrypted
    async with aiohttp.ClientSession(f"http://127.0.0.1:{running.port + 1}") as http:
        async with http.get("/") as response:
            page = await response.text()
        assert fingerprint(files) in page.replace("<wbr>", "")
        assert f"https://127.0.0.1:{running.port}/" in page
        async with http.get("/crowdcount-authority.crt") as response:
            assert response.headers["Content-Type"] == "application/x-x509-ca-cert"
            assert await response.read() == files.authority.read_bytes()
        for path in ("/tls/server-key.pem", "/server-key.pem", "/healthz"):
            async with http.get(path) as response:
                assert response.status == 404
        async with http.post("/", data=b"x") as response:
            assert response.status == 405
        async with http.get("/", headers={"Host": '"><script>alert(1)</script>'}) as response:
            assert "<script>" not in await response.text()


async def test_a_browser_has_a_camera_there(encrypted: tuple[Serving, Files]) -> None:
    running, _ = encrypted
    flags = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=find_chromium(), args=flags)
        # Only here: the browser's own list of authorities is not the test's to change.
        context = await browser.new_context(ignore_https_errors=True, permissions=["camera"])
        page = await context.new_page()
        await page.goto(f"https://localhost:{running.port}/login")
        assert await page.evaluate("isSecureContext")
        tracks = "navigator.mediaDevices.getUserMedia({video: true}).then(found => found.getVideoTracks().length)"
        assert await page.evaluate(tracks) == 1
        plain = await context.new_page()
        await plain.goto(f"http://127.0.0.1:{running.port + 1}/")
        colour = await plain.locator("a.button").first.evaluate("node => getComputedStyle(node).backgroundColor")
        assert colour == "rgb(10, 110, 100)", "its style is let in by its own policy"
        await browser.close()


@contextlib.contextmanager
def free_and_taken() -> Iterator[int]:
    """A port that is free, before one that is taken."""
    while True:
        with bind("127.0.0.1", 0) as taken:
            before = taken.getsockname()[1] - 1
            try:
                bind("127.0.0.1", before).close()
            except StartError:
                continue
            yield before
            return


def test_any_pair_of_ports_will_do_where_any_port_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with free_and_taken() as before:
        first = iter([before])
        monkeypatch.setattr(cli_serve, "bind", lambda host, port: bind(host, next(first, port) if port == 0 else port))
        listeners = cli_serve.listen(Settings(data_dir=tmp_path, port=0, tls=True))
        main, plain = (listeners[name].getsockname()[1] for name in ("main", "plain"))
        for listener in listeners.values():
            listener.close()
    assert main != before
    assert plain == main + 1


async def test_the_port_after_the_last_is_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "server.cli", "serve", "--tls", "--port", "65535"]
    environment = os.environ | {"CROWDCOUNT_DATA_DIR": str(tmp_path)}
    done = await asyncio.to_thread(subprocess.run, command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "CROWDCOUNT_AUTHORITY_PORT" in done.stderr


def test_half_an_authority_is_not_replaced(tmp_path: Path) -> None:
    """Phones trust the certificate that is there; without its key another one would take its place."""
    files = Files.of(tmp_path)
    issue(files, ["localhost"])
    before = files.authority.read_bytes()
    files.authority_key.unlink()
    with pytest.raises(OSError, match=r"authority-key\.pem is gone"):
        issue(files, ["localhost"])
    assert files.authority.read_bytes() == before
