"""Channels over HTTP: JSON and the page without JavaScript."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from server.api.alerts.channel_limiter import GUESSES_PER_HOUR, TESTS_PER_MINUTE
from server.api.alerts.notifications import MAX_CHANNELS
from server.config import Settings
from tests.alerts.receivers import MailBox, Receiver, signature_fits
from tests.alerts.test_push import Browser
from tests.support.engine import ScriptedEngine
from tests.support.server import Client, RunningServer, run_server

ALL = ["warning", "critical", "cleared"]


@pytest.fixture
async def open_server(settings: Settings, engine: ScriptedEngine, box: MailBox) -> AsyncIterator[RunningServer]:
    """A server with a mail server, whose operator lets web hooks come to this machine."""
    more = {
        "allow_private_hooks": True,
        "smtp_host": "127.0.0.1",
        "smtp_port": box.port,
        "smtp_security": "none",
        "smtp_from": "crowdcount@count.example.org",
        "public_url": "https://count.example.org",
    }
    async with run_server(settings.model_copy(update=more), engine) as server:
        yield server


async def ask(user: Client, method: str, path: str, body: object = None) -> tuple[int, Any]:
    async with user.http.request(method, path, json=body) as response:
        found = await response.json() if response.content_type == "application/json" else await response.text()
        return response.status, found


async def add(user: Client, target: str, **more: object) -> dict[str, Any]:
    body = {"kind": "webhook", "name": "Control room", "target": target, "steps": ALL, **more}
    status, answer = await ask(user, "POST", "/api/channels", body)
    assert status == 201, answer
    found: dict[str, Any] = answer
    return found


async def test_the_secret_is_told_once(open_server: RunningServer, hook: Receiver) -> None:
    async with open_server.user() as user:
        added = await add(user, hook.url)
        secret, key = added["secret"], added["channel"]["id"]
        assert len(secret) > 40
        for path in ("/api/channels", "/notifications", f"/notifications/{key}/delete", "/api/audit"):
            _status, body = await ask(user, "GET", path)
            assert secret not in str(body), path
        assert await ask(user, "POST", f"/api/channels/{key}/test") == (
            200,
            {"delivered": True, "code": None, "message": None},
        )
    (request,) = hook.got
    assert signature_fits(secret, request)
    assert request.json["type"] == "test"
    assert request.json["link"] == "https://count.example.org/notifications"


async def test_a_mail_address_agrees_before_it_is_sent_alerts(open_server: RunningServer, box: MailBox) -> None:
    async with open_server.user() as user:
        added = await add(user, "night@example.org", kind="email")
        assert added["secret"] is None
        assert added["channel"]["confirmed"] is False
        path = f"/api/channels/{added['channel']['id']}"
        code = re.search(r"code (\d{8})", box.parsed[0].get_content())
        assert code is not None
        assert code[1] not in str(await ask(user, "GET", "/api/channels")), "who asks must not be able to answer"
        status, answer = await ask(user, "POST", f"{path}/confirmation", {"code": "00000000"})
        assert (status, answer["error"]["code"]) == (400, "WRONG_CODE")
        await ask(user, "POST", f"{path}/test")
        assert code[1] in box.parsed[1].get_content(), "a test of one that has not agreed is its code again"
        spaced = f" {code[1][:4]} {code[1][4:]} "
        status, answer = await ask(user, "POST", f"{path}/confirmation", {"code": spaced})
        assert (status, answer["channel"]["confirmed"]) == (200, True)
        await ask(user, "POST", f"{path}/test")
        assert "This is a test" in box.parsed[2].get_content()


async def test_codes_cannot_be_guessed(open_server: RunningServer) -> None:
    async with open_server.user() as user:
        added = await add(user, "night@example.org", kind="email")
        path = f"/api/channels/{added['channel']['id']}/confirmation"
        statuses = [(await ask(user, "POST", path, {"code": f"{n:08}"}))[0] for n in range(GUESSES_PER_HOUR + 2)]
    assert statuses == [400] * GUESSES_PER_HOUR + [429] * 2


async def test_tests_are_limited(open_server: RunningServer, hook: Receiver) -> None:
    async with open_server.user() as user:
        path = f"/api/channels/{(await add(user, hook.url))['channel']['id']}/test"
        for _ in range(TESTS_PER_MINUTE):
            assert (await ask(user, "POST", path))[0] == 200
        async with user.http.post(path) as response:
            assert response.status == 429
            assert int(response.headers["Retry-After"]) > 0
        assert len(hook.got) == TESTS_PER_MINUTE
        async with user.http.post(path.replace("/api/channels", "/notifications")) as response:
            assert response.status == 429
            assert "Too many tests" in await response.text()


BAD = [
    ({"target": "ftp://example.org/"}, 400, "target"),
    ({"target": "http://169.254.169.254/latest"}, 400, "target"),
    ({"name": "  "}, 400, "name"),
    ({"name": "x" * 61}, 400, "name"),
    ({"steps": []}, 400, "steps"),
    ({"steps": ["sometimes"]}, 400, "steps.0"),
    ({"kind": "pigeon"}, 400, "kind"),
    ({"kind": "email", "target": "a@b.org\r\nBcc: c@d.org"}, 400, "target"),
    ({"kind": "push", "target": "https://push.example.org/x"}, 400, "target"),
    (
        {"kind": "push", "target": "https://push.example.org/x", "keys": {"p256dh": "AA", "auth": "AA"}},
        400,
        "target",
    ),
    ({"cameras": ["cam_unknown"]}, 404, None),
]


async def test_bad_channels_are_refused(open_server: RunningServer) -> None:
    async with open_server.user() as user:
        for more, status, field in BAD:
            body = {"kind": "webhook", "name": "x", "target": "https://example.org/", "steps": ALL, **more}
            got, answer = await ask(user, "POST", "/api/channels", body)
            assert got == status, (more, answer)
            assert field is None or field in answer["error"]["fields"], more
        assert (await ask(user, "GET", "/api/channels"))[1]["channels"] == []


async def test_private_targets_need_the_operators_leave(server: RunningServer, hook: Receiver) -> None:
    async with server.user() as user:
        for target in (hook.url, "https://10.0.0.1/", "https://localhost/"):
            body = {"kind": "webhook", "name": "x", "target": target, "steps": ALL}
            assert (await ask(user, "POST", "/api/channels", body))[0] == 400
        # Where only a lookup tells: it is told when something is sent.
        named = await add(user, f"https://localtest.invalid:{hook.url.rpartition(':')[2]}/")
        _status, answer = await ask(user, "POST", f"/api/channels/{named['channel']['id']}/test")
        assert answer["delivered"] is False
    assert hook.got == []


async def test_mail_is_not_offered_without_a_mail_server(server: RunningServer) -> None:
    async with server.user() as user:
        _status, answer = await ask(user, "GET", "/api/channels")
        assert answer["kinds"] == ["push", "webhook"]
        body = {"kind": "email", "name": "x", "target": "a@example.org", "steps": ALL}
        status, answer = await ask(user, "POST", "/api/channels", body)
        assert (status, answer["error"]["code"]) == (409, "NOT_OFFERED")
        _status, page = await ask(user, "GET", "/notifications")
        assert "CROWDCOUNT_SMTP_HOST" in page
        assert "email-target" not in page


async def test_channels_change_and_are_logged(open_server: RunningServer, hook: Receiver) -> None:
    async with open_server.user() as user, open_server.user("eve") as eve:
        mine, theirs = await user.camera(), await eve.camera()
        path = f"/api/channels/{(await add(user, hook.url))['channel']['id']}"
        changes = {"name": "Hall", "steps": ["cleared", "warning"], "cameras": [mine, mine], "enabled": False}
        status, answer = await ask(user, "PATCH", path, changes)
        assert status == 200
        channel = answer["channel"]
        assert (channel["name"], channel["enabled"]) == ("Hall", False)
        assert (channel["steps"], channel["cameras"]) == (["warning", "cleared"], [mine])
        assert (await ask(user, "PATCH", path, {"cameras": [theirs]}))[0] == 404
        assert (await ask(user, "PATCH", path, {"steps": []}))[0] == 400
        _status, answer = await ask(user, "PATCH", path, {"cameras": None})
        assert (answer["channel"]["cameras"], answer["channel"]["name"]) == (None, "Hall")
        body = {"kind": "webhook", "name": "Again", "target": hook.url, "steps": ALL}
        assert (await ask(user, "POST", "/api/channels", body))[0] == 409
        assert (await ask(eve, "POST", "/api/channels", body))[0] == 201, "another user's are none of it"
        assert (await ask(user, "DELETE", path))[0] == 204
        assert (await ask(user, "DELETE", path))[0] == 404
        _status, log = await ask(user, "GET", "/api/audit")
        actions = [entry["action"] for entry in log["entries"] if entry["action"].startswith("channel")]
        assert actions == ["channel_deleted", "channel_changed", "channel_changed", "channel_added"]


async def test_the_log_says_what_of_a_channel_changed(open_server: RunningServer, hook: Receiver) -> None:
    async with open_server.user() as user:
        channel = (await add(user, hook.url))["channel"]
        edit = f"/notifications/{channel['id']}/edit"
        form = {"name": "Hall", "steps": channel["steps"]}
        async with user.http.post(edit, data=form) as response:
            assert response.status == 200
        for enabled in (False, True):
            assert (await ask(user, "PATCH", f"/api/channels/{channel['id']}", {"enabled": enabled}))[0] == 200
        _status, log = await ask(user, "GET", "/api/audit")
        details = [entry["detail"] for entry in log["entries"] if entry["action"] == "channel_changed"]
        assert details == ["enabled", "paused", "name"]


async def test_channels_are_limited(open_server: RunningServer) -> None:
    async with open_server.user() as user:
        for number in range(MAX_CHANNELS):
            await add(user, f"https://example.org/{number}")
        body = {"kind": "webhook", "name": "x", "target": "https://example.org/more", "steps": ALL}
        status, answer = await ask(user, "POST", "/api/channels", body)
        assert (status, answer["error"]["code"]) == (409, "TOO_MANY_CHANNELS")


async def test_a_browser_is_a_channel(open_server: RunningServer, hook: Receiver) -> None:
    browser = Browser()
    async with open_server.user() as user:
        added = await add(user, f"{hook.url}/push/s3cret", kind="push", name="Chrome", keys=browser.keys)
        assert "s3cret" not in str(await ask(user, "GET", "/api/channels")), "whoever has it can push there"
        hook.answers.append(201)
        await ask(user, "POST", f"/api/channels/{added['channel']['id']}/test")
    assert browser.read(hook.got[0].body)["path"] == "/notifications"


async def test_the_worker_may_speak_for_the_whole_site(open_server: RunningServer) -> None:
    async with open_server.client() as stranger, stranger.http.get("/push-worker.js") as response:
        assert response.status == 200
        assert response.headers["Service-Worker-Allowed"] == "/"
        assert response.headers["Content-Type"].startswith("text/javascript")
        assert response.headers["Cache-Control"] == "no-cache"
        assert "showNotification" in await response.text()
