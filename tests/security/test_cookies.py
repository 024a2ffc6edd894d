"""Row 7: over TLS only this very host can have set the cookie of a session or a device, and older ones let in still."""

import re
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from typing import Any

import aiohttp
import pytest

from server.api.http.cookies import GUEST, HOST, SESSION
from server.api.http.device_cookies import KNOWN_COOKIE as KNOWN
from server.config import Settings
from tests.faults.figures import note
from tests.support.engine import ScriptedEngine
from tests.support.patient import PatientSocket
from tests.support.server import PASSWORD, RunningServer, run_server

OVER_TLS = {"X-Forwarded-Proto": "https"}
LOGIN = {"login": "ada", "password": PASSWORD}


@pytest.fixture
async def proxied(settings: Settings) -> AsyncIterator[RunningServer]:
    """A server behind a proxy that speaks TLS."""
    behind = settings.model_copy(update={"trusted_proxies": ("127.0.0.1",)})
    async with run_server(behind, ScriptedEngine()) as server:
        yield server


class Browser:
    """Keeps cookies by hand, so that a test may say which are sent; over TLS unless it is told."""

    def __init__(self, server: RunningServer, **cookies: str) -> None:
        self.url = server.url
        self.cookies = dict(cookies)
        self.set: dict[str, str] = {}

    def headers(self, tls: bool = True) -> dict[str, str]:
        sent = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        origin = self.url.replace("http:", "https:") if tls else self.url
        return {"Origin": origin, **({"Cookie": sent} if sent else {}), **(OVER_TLS if tls else {})}

    async def ask(self, method: str, path: str, body: object = None, *, tls: bool = True) -> tuple[int, Any]:
        """Returns status and JSON; takes the cookies that are set."""
        jar = aiohttp.DummyCookieJar()
        async with aiohttp.ClientSession(self.url, cookie_jar=jar, headers=self.headers(tls)) as http:
            async with http.request(method, path, json=body) as response:
                self.set = {}
                for line in response.headers.getall("Set-Cookie", []):
                    self.take(line)
                return response.status, dict(await response.json()) if response.content_type.endswith("json") else {}

    def take(self, line: str) -> None:
        """As a browser does, with what it refuses for a name that begins with `__Host-`."""
        ((name, cookie),) = SimpleCookie(line).items()
        if name.startswith(HOST):
            assert cookie["secure"], line
            assert cookie["path"] == "/", line
            assert not cookie["domain"], line
        assert cookie["httponly"], line
        self.set[name] = line
        if cookie["max-age"] == "0":
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = cookie.value

    async def opens_a_socket(self) -> bool:
        """Whether these cookies open one."""
        client = PatientSocket(reconnection=False)
        try:
            await client.connect(self.url, headers=self.headers(), transports=["websocket"], retry=False)
        except Exception:  # noqa: BLE001 - however it is refused
            return False
        await client.disconnect()
        return True


@pytest.fixture
async def browser(proxied: RunningServer) -> Browser:
    """One that signed up over TLS."""
    new = Browser(proxied)
    body = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
    assert (await new.ask("POST", "/api/users", body))[0] == 201
    return new


async def old_cookie(proxied: RunningServer) -> str:
    """The value of a session cookie as it was before, over TLS or not; over plain HTTP it is so still."""
    plain = Browser(proxied)
    assert (await plain.ask("POST", "/api/session", LOGIN, tls=False))[0] == 200
    assert set(plain.cookies) == {SESSION, KNOWN}
    return plain.cookies[SESSION]


async def test_over_tls_the_session_has_the_safe_name(proxied: RunningServer, browser: Browser) -> None:
    assert set(browser.cookies) == {HOST + SESSION, HOST + KNOWN}
    assert (await browser.ask("GET", "/api/session"))[0] == 200
    assert await browser.opens_a_socket()
    assert (await browser.ask("POST", "/api/session", LOGIN))[0] == 200
    assert (await browser.ask("DELETE", "/api/session"))[0] == 204
    assert set(browser.cookies) == {HOST + KNOWN}, "a mark that lets nobody in"
    assert (await browser.ask("GET", "/api/session"))[0] == 401


async def test_what_a_neighbour_puts_there_signs_nobody_in(proxied: RunningServer, browser: Browser) -> None:
    mine, value = browser.cookies[HOST + SESSION], await old_cookie(proxied)
    stolen = Browser(proxied, **{SESSION: mine})
    assert (await stolen.ask("GET", "/api/session"))[0] == 401, "a value of the one name under the other"
    assert not await stolen.opens_a_socket()
    assert (await Browser(proxied, **{SESSION: mine}).ask("GET", "/api/session", tls=False))[0] == 401
    assert (await Browser(proxied, **{HOST + SESSION: value}).ask("GET", "/api/session"))[0] == 401
    assert (await Browser(proxied, **{HOST + SESSION: value}).ask("GET", "/api/session", tls=False))[0] == 401
    body = {"username": "eve", "email": "eve@example.org", "password": PASSWORD}
    eve = Browser(proxied)
    await eve.ask("POST", "/api/users", body, tls=False)
    both = Browser(proxied, **{SESSION: eve.cookies[SESSION], HOST + SESSION: mine})
    found = await both.ask("GET", "/api/session")
    assert found[1]["user"]["username"] == "ada", "the planted one does not count"
    note(7, "session cookies that another page could have set, over TLS", "none counts beside the safe one", "none")


async def test_an_older_cookie_lets_in_and_is_exchanged(proxied: RunningServer, browser: Browser) -> None:
    older = Browser(proxied, **{SESSION: await old_cookie(proxied)})
    assert await older.opens_a_socket(), "also before a page was loaded"
    assert (await older.ask("GET", "/api/session"))[0] == 200
    assert set(older.cookies) == {HOST + SESSION}, "the old one is gone"
    assert (await older.ask("GET", "/api/session"))[0] == 200
    assert older.set == {}, "once"
    assert await older.opens_a_socket()
    signing_out = Browser(proxied, **{SESSION: await old_cookie(proxied)})
    assert (await signing_out.ask("DELETE", "/api/session"))[0] == 204
    assert signing_out.cookies == {}


async def test_what_is_kept_by_caches_sets_no_cookie(proxied: RunningServer, browser: Browser) -> None:
    older = Browser(proxied, **{SESSION: await old_cookie(proxied)})
    async with aiohttp.ClientSession(proxied.url) as http, http.get("/login") as response:
        assets = re.findall(r'"(/assets/[^"]+)"', await response.text())
    assert assets
    for path in ("/healthz", "/openapi.json", *assets):
        assert (await older.ask("GET", path))[0] == 200
        assert older.set == {}, path


async def test_a_worthless_cookie_keeps_nobody_out(proxied: RunningServer, browser: Browser) -> None:
    for names in ({HOST + SESSION: "x"}, {SESSION: "x"}, {HOST + SESSION: "", SESSION: "x"}):
        spoilt = Browser(proxied, **names)
        assert (await spoilt.ask("GET", "/api/session"))[0] == 401
        assert (await spoilt.ask("POST", "/api/session", LOGIN))[0] == 200, names
        assert (await spoilt.ask("GET", "/api/session"))[0] == 200


async def test_a_device_has_the_safe_name_as_well(proxied: RunningServer, browser: Browser) -> None:
    room = (await browser.ask("POST", "/api/rooms", {"name": "Hall"}))[1]["room"]["id"]
    invite = await browser.ask("POST", f"/api/rooms/{room}/invites", {"role": "camera", "hours": 1, "uses": 1})
    join = "/api/join/" + str(invite[1]["url"]).rpartition("/")[2]
    device = Browser(proxied)
    status, first = await device.ask("POST", join, {"name": "Phone"})
    assert (status, set(device.cookies)) == (201, {HOST + GUEST})
    assert await device.opens_a_socket()
    older = Browser(proxied, **{GUEST: str(first["token"])})
    assert await older.opens_a_socket(), "it streams on"
    status, again = await older.ask("POST", join, {})
    assert (status, again["camera"]) == (201, first["camera"]), "the same camera, and no use of the invitation"
    assert set(older.cookies) == {HOST + GUEST}


async def test_the_mark_of_a_browser_counts_under_the_name_alone_that_it_was_made_for(
    proxied: RunningServer, browser: Browser
) -> None:
    async def is_known(visitor: Browser, *, tls: bool) -> bool:
        """Who is known already gets no other mark."""
        assert (await visitor.ask("POST", "/api/session", LOGIN, tls=tls))[0] == 200
        return not visitor.set.keys() & {KNOWN, HOST + KNOWN}

    plain = Browser(proxied)
    assert not await is_known(plain, tls=False)
    assert await is_known(plain, tls=False)
    assert await is_known(browser, tls=True)
    safe, open_ = browser.cookies[HOST + KNOWN], plain.cookies[KNOWN]
    for tls, names in ((True, {HOST + KNOWN: open_}), (True, {KNOWN: open_}), (False, {KNOWN: safe})):
        assert not await is_known(Browser(proxied, **names), tls=tls), names


async def test_every_cookie_needs_an_origin(proxied: RunningServer, browser: Browser) -> None:
    jar = aiohttp.DummyCookieJar()
    for name in (SESSION, GUEST, HOST + SESSION, HOST + GUEST):
        headers = {"Cookie": f"{name}=x", **OVER_TLS}
        async with aiohttp.ClientSession(proxied.url, cookie_jar=jar, headers=headers) as http:
            async with http.post("/api/session", json=LOGIN) as response:
                assert (await response.json())["error"]["code"] == "WRONG_ORIGIN", name
