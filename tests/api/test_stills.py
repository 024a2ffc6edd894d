"""Pictures of alerts: only where the owner asked for them, for those who may operate the camera, and gone with it."""

import asyncio
from typing import Any

import pytest
from aiohttp import ClientResponse

from server.core.alarm import Limits
from server.core.plan import Plan, ZoneLimits
from server.core.plan_json import encode_plan
from server.core.zone import Zone
from tests.support.engine import ScriptedEngine, person
from tests.support.server import Client, RunningServer

ALL = Zone("all", "All", ((0, 0), (1, 0), (1, 1), (0, 1)), entry_s=0, exit_s=0)
AT_ONCE = ZoneLimits(people=Limits(warning=1, hold_s=0))


async def send(user: Client, method: str, path: str, json: Any = None) -> ClientResponse:
    response = await user.http.request(method, path, json=json, headers={"Origin": user.url})
    await response.read()
    return response


async def raise_alert(
    user: Client, engine: ScriptedEngine, *, keep: bool | None, known: bool = False
) -> tuple[str, Any]:
    """A camera with an alert: its id, and the alert as it is listed."""
    camera = await user.camera()
    await send(
        user,
        "PUT",
        f"/api/cameras/{camera}/plan",
        {"version": 0, "plan": encode_plan(Plan((ALL,), limits={"all": AT_ONCE}))},
    )
    if keep is not None:
        response = await send(user, "PUT", f"/api/cameras/{camera}/stills", {"keep": keep})
        assert (response.status, await response.json()) == (200, {"keep": keep, "days": 7, "mine": True})
    engine.script.extend([()] * 2 + [(person(1),)] * 3)
    stream = (await user.open(camera))["stream"]
    for seq in range(1, 6):
        if known and seq == 3:
            await asyncio.sleep(1.5)  # the recorder has looked what the owner chose
        await user.frame(stream, seq, jpeg=b"frame %d" % seq)
    await user.call("stream_close", {"stream": stream})
    response = await send(user, "GET", f"/api/cameras/{camera}/alerts")
    (alert,) = (await response.json())["alerts"]
    return camera, alert


@pytest.mark.parametrize("known", [False, True])
async def test_the_frame_of_the_beginning_is_kept_and_shown(
    server: RunningServer, engine: ScriptedEngine, known: bool
) -> None:
    async with server.user() as user, server.user("eve") as eve:
        _, alert = await raise_alert(user, engine, keep=True, known=known)
        path = f"/api/alerts/{alert['id']}/still"
        assert alert["still"] is True
        response = await send(user, "GET", path)
        assert (response.status, response.content_type) == (200, "image/jpeg")
        assert response.headers["Cache-Control"] == "no-store"
        assert await response.read() == b"frame 3", "the one in which the alert began"
        for method in ("GET", "DELETE"):
            assert (await send(eve, method, path)).status == 404
        assert (await send(user, "DELETE", path)).status == 204
        assert (await send(user, "GET", path)).status == 404


@pytest.mark.parametrize("keep", [None, False])
async def test_nothing_is_kept_unless_asked(server: RunningServer, engine: ScriptedEngine, keep: bool | None) -> None:
    async with server.user() as user:
        camera, alert = await raise_alert(user, engine, keep=keep)
        assert alert["still"] is False
        assert (await send(user, "GET", f"/api/alerts/{alert['id']}/still")).status == 404
        assert await (await send(user, "GET", f"/api/cameras/{camera}/stills")).json() == {
            "keep": False,
            "days": 7,
            "mine": True,
        }


async def test_it_goes_with_the_camera(server: RunningServer, engine: ScriptedEngine) -> None:
    async with server.user() as user:
        camera, alert = await raise_alert(user, engine, keep=True)
        assert (await send(user, "DELETE", f"/api/cameras/{camera}")).status == 204
        assert (await send(user, "GET", f"/api/alerts/{alert['id']}/still")).status == 404


async def test_it_is_written_to_the_log(server: RunningServer, engine: ScriptedEngine) -> None:
    async with server.user() as user:
        camera, alert = await raise_alert(user, engine, keep=True)
        await send(user, "PUT", f"/api/cameras/{camera}/stills", {"keep": False})
        await send(user, "DELETE", f"/api/alerts/{alert['id']}/still")
        entries = (await (await send(user, "GET", "/api/audit")).json())["entries"]
        actions = [entry["action"] for entry in entries if entry["action"].startswith("still")]
        assert sorted(actions) == ["still_deleted", "stills_off", "stills_on"]


async def test_guests_are_not_pictured(server: RunningServer) -> None:
    """They are told so before they stream; an owner who asks for pictures anyway is refused."""
    async with server.user() as user, server.client() as phone:
        room = await user.room("Hall", await user.camera())
        joined = await user.invite(room, "camera", phone)
        camera = joined["camera"]["id"]
        response = await send(user, "PUT", f"/api/cameras/{camera}/stills", {"keep": True})
        assert (response.status, (await response.json())["error"]["code"]) == (409, "GUEST_CAMERA")
        answer = await (await send(user, "GET", f"/api/cameras/{camera}/stills")).json()
        assert (answer["keep"], answer["mine"]) == (False, False)
