"""Row 7: another site's page opens no socket and changes nothing; forwarded headers are believed from proxies alone."""

import json
import socket

import aiohttp
import pytest
from socketio.exceptions import ConnectionError as SocketConnectionError

from server.common.origins import claimed_origin, name_is_ours, origin_allowed
from server.config import Settings, SettingsError, load_settings
from tests.faults.figures import note
from tests.support.engine import ScriptedEngine
from tests.support.server import PASSWORD, Client, RunningServer, run_server

EVIL = "https://evil.example"


@pytest.mark.parametrize(
    ("origin", "referer", "claimed"),
    [
        ("http://a", None, "http://a"),
        ("http://a", "http://b/x", "http://a"),
        (None, "http://b:1/x?y", "http://b:1"),
        (None, "http://[::1", "null"),
        (None, "about:blank", "about://"),
        (None, None, None),
        ("", "", ""),
    ],
)
def test_claimed_origin(origin: str | None, referer: str | None, claimed: str | None) -> None:
    assert claimed_origin(origin, referer) == claimed


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://count.example", True),
        ("https://partner.example", True),
        ("http://count.example", False),
        ("https://count.example:444", False),
        ("https://count.example.evil.example", False),
        ("null", False),
        ("", False),
        (None, False),
    ],
)
def test_the_list_is_explicit(origin: str | None, allowed: bool) -> None:
    assert origin_allowed(origin, "https", "count.example", ("https://partner.example",)) is allowed


@pytest.mark.parametrize(
    ("scheme", "host", "ours"),
    [
        ("http", "localhost:8000", True),
        ("http", "127.0.0.1:8000", True),
        ("http", "[::1]:8000", True),
        ("http", "192.168.1.20", True),
        ("http", "counter", True),
        ("http", "counter.local:8000", True),
        ("http", "app.localhost.", True),
        ("http", f"{socket.gethostname().upper()}:8000", True),
        ("https", "count.example.org", True),
        ("http", "evil.example:8000", False),
        ("http", "127.0.0.1.evil.example", False),
        ("http", "localhost.evil.example", False),
        ("http", "evillocal.example", False),
        ("http", "", False),
        ("http", "[::1", False),
    ],
)
def test_names_that_anybody_can_buy_are_not_the_servers_own(scheme: str, host: str, ours: bool) -> None:
    assert name_is_ours(scheme, host) is ours


async def test_a_foreign_name_that_leads_here_changes_nothing(settings: Settings, engine: ScriptedEngine) -> None:
    """DNS rebinding: the page of evil.example is of the same origin as a server that its name leads to."""
    body = {"username": "mallory", "email": "mallory@evil.example", "password": PASSWORD}
    async with run_server(settings, engine) as server, server.client() as page, server.client() as user:
        name = f"evil.example:{server.url.rpartition(':')[2]}"
        foreign = {"Host": name, "Origin": f"http://{name}"}
        for path, options in (("/api/users", {"json": body}), ("/register", {"data": body})):
            async with page.http.post(path, headers=foreign, **options) as response:
                assert response.status == 403
                assert f"does not go by the name {name}" in await response.text()
        await user.register()
        with pytest.raises(SocketConnectionError):
            await user.socket.connect(server.url, headers=foreign, transports=["websocket"])
    for change in ({"allowed_origins": (f"http://{name}",)}, {"public_url": f"http://{name}"}):
        named = settings.model_copy(update=change)
        async with run_server(named, ScriptedEngine()) as server, server.client() as user:
            await user.sign_in()
            assert await status_of(user, foreign) == 201, "the operator says so"


async def status_of(client: Client, headers: dict[str, str], path: str = "/api/cameras") -> int:
    """Status of a change with exactly these headers."""
    client.http.headers.pop("Origin", None)
    async with client.http.post(path, json={"name": "x"}, headers=headers) as response:
        return response.status


async def test_with_a_cookie_an_allowed_origin_is_needed(server: RunningServer) -> None:
    async with server.client() as user:
        await user.register()
        assert await status_of(user, {"Origin": server.url}) == 201
        assert await status_of(user, {"Referer": f"{server.url}/cameras"}) == 201
        for headers in (
            {},
            {"Origin": EVIL},
            {"Origin": "null"},
            {"Referer": f"{EVIL}/"},
            {"Origin": f"{server.url}0"},
        ):
            assert await status_of(user, headers) == 403, headers


CHANGES = [
    ("POST", "/logout"),
    ("POST", "/login"),
    ("POST", "/profile/delete"),
    ("DELETE", "/api/session"),
    ("PATCH", "/api/profile"),
    ("POST", "/api/account/delete"),
]


async def test_every_form_and_route_checks(server: RunningServer) -> None:
    async with server.client() as user:
        await user.register()
        user.http.headers.pop("Origin")
        tried = [(method, path, headers) for method, path in CHANGES for headers in ({}, {"Origin": EVIL})]
        for method, path, headers in tried:
            async with user.http.request(method, path, headers=headers) as response:
                assert response.status == 403, (method, path, headers)
                assert "another site" in await response.text()
    note(7, "changes from another site or from nowhere", f"{len(tried)} sent, {len(tried)} refused", "refused")


async def test_without_a_cookie_a_program_needs_no_origin(server: RunningServer) -> None:
    async with server.client() as user, server.client() as program:
        await user.register()
        program.http.headers.pop("Origin")
        body = {"login": "ada", "password": PASSWORD}
        async with program.http.post("/api/tokens", json=body) as response:
            token = (await response.json())["access_token"]
        bearer = {"Authorization": f"Bearer {token}"}
        assert await status_of(program, bearer) == 201
        assert await status_of(program, {**bearer, "Origin": EVIL}) == 403, "a page of another site, even so"
        async with program.http.post("/api/session", json=body, headers={"Origin": EVIL}) as response:
            assert response.status == 403, "nobody is signed in by another site"


async def test_sockets_with_a_cookie_need_an_allowed_origin(server: RunningServer) -> None:
    async with server.client() as user:
        await user.register()
        user.http.headers.pop("Origin")
        for headers in ({}, {"Origin": EVIL}, {"Origin": "null"}):
            with pytest.raises(SocketConnectionError):
                await user.socket.connect(server.url, headers=headers, transports=["websocket"])
        note(7, "sockets with a cookie from another site or from nowhere", "3 tried, 3 refused", "refused")
        # Long polling of a browser: reads carry a Referer and no Origin.
        path, page = "/socket.io/?EIO=4&transport=polling", {"Referer": f"{server.url}/cameras"}
        async with user.http.get(path, headers=page) as response:
            sid = json.loads((await response.text())[1:])["sid"]
        async with user.http.post(f"{path}&sid={sid}", data="40", headers={"Origin": server.url}) as response:
            assert response.status == 200
        async with user.http.get(f"{path}&sid={sid}", headers=page) as response:
            assert (await response.text()).startswith("40{")


FORWARDED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}


@pytest.mark.parametrize(("proxies", "address"), [((), "127.0.0.1"), (("127.0.0.1",), "203.0.113.9")])
async def test_forwarded_headers(
    settings: Settings, engine: ScriptedEngine, proxies: tuple[str, ...], address: str
) -> None:
    behind = settings.model_copy(update={"trusted_proxies": proxies})
    async with run_server(behind, engine) as server, server.client() as user:
        host = server.url.removeprefix("http://")
        origin = f"https://{host}" if proxies else server.url
        headers = {**FORWARDED, "Origin": origin}
        body = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
        async with user.http.post("/api/users", json=body, headers=headers) as response:
            assert response.status == 201
            given = response.headers.getall("Set-Cookie")
            assert all(("Secure" in one) is bool(proxies) for one in given), "over TLS cookies are Secure"
            assert ("Strict-Transport-Security" in response.headers) is bool(proxies)
            cookie = next(one for one in given if "crowdcount_session=" in one and "Max-Age=0" not in one).split(";")[0]
        async with user.http.get("/api/sessions", headers={"Cookie": cookie, **FORWARDED}) as response:
            assert (await response.json())["sessions"][0]["address"] == address
        evil = {**FORWARDED, "Origin": "https://evil.example", "Cookie": cookie}
        assert await status_of(user, evil) == 403


async def test_a_forged_address_does_not_get_around_limits(settings: Settings, engine: ScriptedEngine) -> None:
    few = settings.model_copy(update={"sign_ins_per_minute": 5, "requests_per_minute": 60})
    async with run_server(few, engine) as server, server.client() as stranger:
        statuses = []
        for number in range(70):
            forged = {"X-Forwarded-For": f"203.0.113.{number}"}
            async with stranger.http.get("/login", headers=forged) as response:
                statuses.append(response.status)
        assert statuses.count(200) <= 62
        assert 429 in statuses
        nowhere = []
        for number in range(70):
            async with stranger.http.get(f"/nowhere/{number}") as response:
                nowhere.append(response.status)
                assert ("Retry-After" in response.headers) == (response.status == 429)
        assert set(nowhere) == {404, 429}, "what is not there is limited as well"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("CROWDCOUNT_TRUSTED_PROXIES", "everybody"),
        ("CROWDCOUNT_TRUSTED_PROXIES", "*"),
        ("CROWDCOUNT_ALLOWED_ORIGINS", "example.org"),
        ("CROWDCOUNT_ALLOWED_ORIGINS", "https://example.org/page"),
        ("CROWDCOUNT_ALLOWED_ORIGINS", "*"),
    ],
)
def test_settings_that_open_too_much_are_refused(monkeypatch: pytest.MonkeyPatch, key: str, value: str) -> None:
    monkeypatch.setenv(key, value)
    with pytest.raises(SettingsError, match=key):
        load_settings()


BAD_HOSTS = [
    "ada:pw@127.0.0.1",
    "bank.example@127.0.0.1",
    "127.0.0.1#.bank.example",
    "127.0.0.1/x",
    "127.0.0.1?x",
    "a b",
    "a\\b",
    "%65vil",
    "localhost:80:80",
    "127.0.0.1:",
    "[::1",
    "-x",
    "xn--",
]


async def test_no_link_leads_elsewhere(server: RunningServer) -> None:
    """A link is made of the name by which the request calls the server, so that name must be one, and ours."""
    async with server.user() as user:
        room = await user.room()
        body: dict[str, object] = {"login": "ada", "password": PASSWORD}
        token = (await user.post("/api/tokens", body, 200))["access_token"]
    invites = f"/api/rooms/{room}/invites"
    body = {"role": "camera", "hours": 1, "uses": 1}
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(server.url) as program:
        for host in BAD_HOSTS:
            async with program.post(invites, json=body, headers={**headers, "Host": host}) as response:
                assert response.status == 400, (host, await response.text())
        for host in ("bank.example", "xn--zzzzzz99999.example", "xn--bnk-5na.example", "127.0.0.1.bank.example"):
            async with program.post(invites, json=body, headers={**headers, "Host": host}) as response:
                assert (response.status, (await response.json())["error"]["code"]) == (403, "WRONG_HOST"), host
            async with program.get("/healthz", headers={"Host": host}) as response:
                assert response.status == 200, "what makes no link is answered"
        for host in ("localhost:8000", "[::1]:8000", "count.local", "10.0.0.7"):
            async with program.post(invites, json=body, headers={**headers, "Host": host}) as response:
                assert (await response.json())["url"].startswith(f"http://{host}/join/")
    note(7, f"{len(BAD_HOSTS)} hosts that are none, 4 foreign names", "no link", "links lead to this server alone")
