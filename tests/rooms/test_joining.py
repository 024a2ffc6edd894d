"""Invitations: for whom they are, how long they hold, and how often they can be used."""

import time
from typing import Any

import pytest
from sqlalchemy import text

from server.api.rooms import join
from server.config import Settings
from server.storage.engine.database import Database
from tests.rooms.conftest import Hall
from tests.support.engine import ScriptedEngine
from tests.support.server import Client, run_server


async def new_invite(hall: Hall, role: str, uses: int = 1) -> tuple[str, str]:
    """The path to join by and the invitation's id."""
    invite = await hall.owner.post(f"{hall.path}/invites", {"role": role, "hours": 1, "uses": uses})
    return "/api" + invite["url"].removeprefix(hall.server.url), invite["invite"]["id"]


async def ask(client: Client, method: str, path: str, body: object = None) -> tuple[int, Any]:
    """Status, and the code of the error or the answer."""
    async with client.http.request(method, path, json=body) as response:
        answer = await response.json() if response.content_type == "application/json" else None
        return response.status, answer["error"]["code"] if answer and "error" in answer else answer


async def test_a_link_is_shown_once_and_as_a_code_to_scan(hall: Hall) -> None:
    made = await hall.owner.post(f"{hall.path}/invites", {"role": "viewer", "hours": 2, "uses": 3})
    assert made["qr"].startswith("<svg")
    code = made["url"].rpartition("/")[2]
    listed = (await hall.owner.get(f"{hall.path}/invites"))["invites"]
    assert listed[0] == made["invite"]
    assert code not in str(listed)
    database = Database(hall.server.settings.database)
    async with database.reading() as connection:
        stored = (await connection.execute(text("SELECT * FROM invites"))).all()
    await database.close()
    assert code not in str(stored)


async def test_members_join_once_and_are_what_the_link_says(hall: Hall) -> None:
    path, _ = await new_invite(hall, "operator", uses=2)
    assert (await hall.viewer.get(path))["room"] == {"name": "Hall"}
    assert await ask(hall.viewer, "POST", path, {}) == (200, {"room": {"id": hall.id}, "role": "operator"})
    assert (await ask(hall.viewer, "POST", path, {}))[0] == 200, "again changes nothing"
    assert (await ask(hall.owner, "POST", path, {}))[1]["role"] == "owner"
    uses = (await hall.owner.get(f"{hall.path}/invites"))["invites"][0]["uses"]
    assert uses == 1
    async with hall.server.client() as stranger:
        assert await ask(stranger, "POST", path, {}) == (401, "UNAUTHENTICATED")


async def test_a_used_up_link_still_leads_members_to_their_room(hall: Hall) -> None:
    path, _ = await new_invite(hall, "operator")
    assert (await ask(hall.viewer, "POST", path, {}))[1]["role"] == "operator"
    assert (await ask(hall.viewer, "POST", path, {}))[1]["role"] == "operator"
    async with hall.server.user("eve") as late:
        assert await ask(late, "POST", path, {}) == (404, "INVITE_NOT_FOUND")
        path, _ = await new_invite(hall, "viewer")
        assert (await ask(late, "POST", path, {}))[0] == 200
        more, _ = await new_invite(hall, "operator")
        assert (await ask(hall.operator, "POST", more, {}))[1]["role"] == "operator"
        assert (await ask(late, "POST", more, {}))[1]["role"] == "operator", "what an operator already was used nothing"
        used_up, _ = await new_invite(hall, "operator")
        async with hall.server.user("mallory") as other:
            assert (await ask(other, "POST", used_up, {}))[0] == 200
            path, _ = await new_invite(hall, "viewer")
    async with hall.server.user("trudy") as third:
        assert (await ask(third, "POST", path, {}))[1]["role"] == "viewer"
        assert await ask(third, "POST", used_up, {}) == (404, "INVITE_NOT_FOUND"), "no use is left to become more"
        assert (await third.get(hall.path))["room"]["role"] == "viewer"


async def test_a_lesser_link_takes_nothing_away(hall: Hall) -> None:
    path, _ = await new_invite(hall, "viewer")
    assert (await ask(hall.operator, "POST", path, {}))[1]["role"] == "operator"


@pytest.mark.parametrize("end", ["expired", "used", "revoked", "never was"])
async def test_links_that_do_not_hold_look_all_the_same(hall: Hall, end: str) -> None:
    path, invite = await new_invite(hall, "camera")
    if end == "expired":
        database = Database(hall.server.settings.database)
        async with database.writing() as connection:
            await connection.execute(text("UPDATE invites SET expires_at = :now"), {"now": time.time()})
        await database.close()
    elif end == "used":
        async with hall.server.client() as other:
            await other.post(path, {})
    elif end == "revoked":
        assert (await ask(hall.owner, "DELETE", f"{hall.path}/invites/{invite}"))[0] == 204
    else:
        path = "/api/join/" + "x" * 22
    async with hall.server.client() as phone:
        for method in ("GET", "POST"):
            assert await ask(phone, method, path, {} if method == "POST" else None) == (404, "INVITE_NOT_FOUND")
    names = [camera["name"] for camera in (await hall.owner.get(hall.path))["room"]["cameras"]]
    assert len(names) == (2 if end == "used" else 1), "nothing is left of those who were refused"


async def test_a_device_that_comes_back_is_the_same_camera(hall: Hall) -> None:
    path, _ = await new_invite(hall, "camera")
    async with hall.server.client() as phone:
        first = await phone.post(path, {"name": "  South   gate "})
        assert first["camera"]["name"] == "South gate"
        again = await phone.post(path, {"name": "Another"})
        assert again["camera"] == first["camera"]
        assert again["token"] == first["token"]
        renewed, _ = await new_invite(hall, "camera")
        assert (await phone.post(renewed, {}))["camera"] == first["camera"], "also by a newer link"
        cookie = next(one for one in phone.http.cookie_jar if one.key == "crowdcount_camera")
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    cameras = (await hall.owner.get(hall.path))["room"]["cameras"]
    assert [(one["name"], one["guest"], one["mine"]) for one in cameras] == [
        ("North", False, True),
        ("South gate", True, True),
    ]
    uses = [one["uses"] for one in (await hall.owner.get(f"{hall.path}/invites"))["invites"][:2]]
    assert uses == [1, 1]


async def test_a_full_room_makes_place_by_those_whose_invitation_has_ended(settings: Settings) -> None:
    small = settings.model_copy(update={"cameras_per_room": 2})
    async with run_server(small, ScriptedEngine()) as server, server.client() as owner:
        await owner.register()
        room = await owner.room("Hall")
        async with server.client() as first, server.client() as second, server.client() as third:
            ended = (await owner.invite(room, "camera", first))["invite"]
            await owner.invite(room, "camera", second)
            made = await owner.post(f"/api/rooms/{room}/invites", {"role": "camera", "hours": 1, "uses": 1})
            path = "/api" + made["url"].removeprefix(server.url)
            assert await ask(third, "POST", path, {}) == (409, "ROOM_FULL")
            assert (await ask(owner, "DELETE", f"/api/rooms/{room}/invites/{ended}"))[0] == 204
            assert (await ask(third, "POST", path, {}))[0] == 201
        assert len((await owner.get(f"/api/rooms/{room}"))["room"]["cameras"]) == 2
        assert len((await owner.get("/api/cameras"))["cameras"]) == 3, "nothing that was counted is lost"


async def test_a_full_room_still_lets_in_who_is_in_it(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(join, "MOST_MEMBERS", 2)
    path, _ = await new_invite(hall, "operator", uses=2)
    async with hall.server.user("eve") as late:
        assert await ask(late, "POST", path, {}) == (409, "ROOM_FULL")
    assert (await ask(hall.viewer, "POST", path, {}))[1]["role"] == "operator"
    assert (await ask(hall.owner, "POST", path, {}))[1]["role"] == "owner"


async def test_what_a_phone_installs_opens_its_invitation_and_no_account(hall: Hall) -> None:
    path, _ = await new_invite(hall, "camera")
    page = path.removeprefix("/api")
    async with hall.server.client() as phone:
        async with phone.http.get(f"{page}/app.webmanifest") as response:
            assert response.content_type == "application/manifest+json"
            manifest = await response.json(content_type=None)
        assert (manifest["start_url"], manifest["id"]) == (page, page)
        async with phone.http.get(manifest["start_url"]) as response:
            text = await response.text()
        assert 'rel="manifest"' not in text, "the page is kept for every code, and names none"
        assert page.rpartition("/")[2] not in text
        for icon in manifest["icons"]:
            async with phone.http.get(icon["src"]) as response:
                assert (response.status, response.content_type) == (200, icon["type"])
                assert await response.read()


async def test_phones_of_guests_take_no_place_among_ones_own_cameras(settings: Settings) -> None:
    small = settings.model_copy(update={"cameras_per_user": 2})
    async with run_server(small, ScriptedEngine()) as server, server.client() as owner:
        await owner.register()
        room = await owner.room("Hall")
        for _ in range(3):
            async with server.client() as phone:
                invite = (await owner.invite(room, "camera", phone))["invite"]
        assert (await ask(owner, "DELETE", f"/api/rooms/{room}/invites/{invite}"))[0] == 204
        await owner.camera("One")
        database = Database(small.database)
        async with database.writing() as connection:
            await connection.execute(text("UPDATE invites SET expires_at = 1, revoked_at = 1"))
        await database.close()
        await new_room_invite(owner, room)
        assert len((await owner.get(f"/api/rooms/{room}/invites"))["invites"]) == 1, "old ones are told no more"
        cameras = (await owner.get(f"/api/rooms/{room}"))["room"]["cameras"]
        assert [one["guest"] for one in cameras] == [True] * 3, "years later they are what they were"
        await owner.camera("Two")
        assert await ask(owner, "POST", "/api/cameras", {"name": "Three"}) == (409, "TOO_MANY_CAMERAS")


async def new_room_invite(owner: Client, room: str) -> None:
    """Another invitation, which lets old ones be forgotten."""
    await owner.post(f"/api/rooms/{room}/invites", {"role": "camera", "hours": 1, "uses": 1})


async def test_a_devices_cookie_is_no_use_elsewhere(hall: Hall) -> None:
    async with hall.server.client() as phone:
        camera = (await hall.owner.invite(hall.id, "camera", phone))["camera"]["id"]
        assert (await ask(phone, "GET", f"/api/cameras/{camera}"))[0] == 401
        other = await hall.owner.room("Next door")
        path = (await hall.owner.post(f"/api/rooms/{other}/invites", {"role": "camera", "hours": 1, "uses": 1}))["url"]
        path = "/api" + path.removeprefix(hall.server.url)
        assert (await phone.post(path, {}))["camera"]["id"] != camera, "another room, another camera"
        del phone.http.headers["Origin"]
        assert (await ask(phone, "POST", path, {})) == (403, "WRONG_ORIGIN")


async def test_leaving_takes_ones_cameras_along(hall: Hall) -> None:
    own = await hall.operator.camera("Mine")
    async with hall.operator.http.put(f"{hall.path}/cameras/{own}") as response:
        assert response.status == 200
    you = next(one for one in (await hall.operator.get(hall.path))["room"]["members"] if one["you"])
    assert (await ask(hall.operator, "DELETE", f"{hall.path}/members/{you['user']}"))[0] == 204
    assert await ask(hall.operator, "GET", hall.path) == (404, "UNKNOWN_ROOM")
    assert [one["name"] for one in (await hall.owner.get(hall.path))["room"]["cameras"]] == ["North"]
    assert (await hall.operator.get(f"/api/cameras/{own}"))["camera"]["room"] is None


async def test_deleting_a_room_gives_cameras_back_and_ends_guests(hall: Hall) -> None:
    own = await hall.operator.camera("Mine")
    async with hall.operator.http.put(f"{hall.path}/cameras/{own}") as response:
        assert response.status == 200
    async with hall.server.client() as phone:
        token = (await hall.owner.invite(hall.id, "camera", phone))["token"]
        await phone.socket.connect(phone.url, auth={"camera_token": token}, transports=["websocket"])
        assert (await ask(hall.owner, "DELETE", hall.path))[0] == 204
        assert (await phone.wait_for("session_ended"))["reason"] == "camera_removed"
    assert (await hall.operator.get(f"/api/cameras/{own}"))["camera"]["room"] is None
    assert [one["name"] for one in (await hall.owner.get("/api/cameras"))["cameras"]] == ["North"]


async def test_a_device_without_cookies_is_one_camera_however_often_it_joins(hall: Hall) -> None:
    path, _ = await new_invite(hall, "camera", uses=50)
    made = []
    for _ in range(5):
        async with hall.server.client() as phone:
            made.append(await phone.post(path, {}))
    assert len({one["camera"]["id"] for one in made}) == 1
    assert len({one["token"] for one in made}) == 5, "the newest is the one that holds"
    async with hall.server.client() as phone:
        last = await phone.post(path, {})
        await phone.connect()
        opened = await phone.open(last["camera"]["id"])
        async with hall.server.client() as other:
            assert await ask(other, "POST", path, {}) == (409, "DEVICE_IS_CAMERA"), "whoever streams keeps the camera"
        assert (await phone.frame(opened["stream"], 1))["status"] == "processed"
    cameras = (await hall.owner.get(hall.path))["room"]["cameras"]
    assert len(cameras) == 2
    uses = (await hall.owner.get(f"{hall.path}/invites"))["invites"][0]["uses"]
    assert uses == 1


async def test_programs_at_one_address_that_name_their_cameras_are_several_devices(hall: Hall) -> None:
    path, _ = await new_invite(hall, "camera", uses=50)
    made = []
    for place in ("South gate", "Stage", "South gate"):
        async with hall.server.client() as phone:
            made.append((await phone.post(path, {"name": place}))["camera"])
    assert [one["name"] for one in made] == ["South gate", "Stage", "South gate"]
    assert made[0] == made[2] != made[1]


async def test_browsers_at_one_address_are_told_apart_up_to_a_limit(settings: Settings) -> None:
    """As phones of one kind are in the network of a venue; each looks at the page first."""
    few = settings.model_copy(update={"cameras_per_address": 3})
    async with run_server(few, ScriptedEngine()) as server, server.client() as owner:
        await owner.register()
        room = await owner.room("Hall")
        made = await owner.post(f"/api/rooms/{room}/invites", {"role": "camera", "hours": 1, "uses": 50})
        path = made["url"].removeprefix(server.url)
        found = []
        for _ in range(5):
            async with server.client() as phone:
                async with phone.http.get(path) as page:
                    assert page.status == 200
                found.append(await ask(phone, "POST", "/api" + path, {}))
        assert [status for status, _ in found] == [201, 201, 201, 409, 409]
        assert found[-1][1] == "TOO_MANY_FROM_ADDRESS"
        assert len({answer["camera"]["id"] for _, answer in found[:3]}) == 3
        more = await owner.post(f"/api/rooms/{room}/invites", {"role": "camera", "hours": 1, "uses": 1})
        async with server.client() as phone:
            async with phone.http.get(path):
                pass
            assert (await ask(phone, "POST", "/api" + more["url"].removeprefix(server.url), {}))[0] == 201


async def test_a_mark_that_is_not_ours_is_none(settings: Settings) -> None:
    async with run_server(settings, ScriptedEngine()) as server, server.client() as owner:
        await owner.register()
        room = await owner.room("Hall")
        made = await owner.post(f"/api/rooms/{room}/invites", {"role": "camera", "hours": 1, "uses": 50})
        path = "/api" + made["url"].removeprefix(server.url)
        cameras = set()
        for number in range(4):
            async with server.client() as phone:
                phone.http.cookie_jar.update_cookies({"crowdcount_device": f"made-up-{number}"})
                cameras.add((await phone.post(path, {}))["camera"]["id"])
        assert len(cameras) == 1


async def test_guests_leave_room_for_those_who_have_a_part_in_it(settings: Settings) -> None:
    small = settings.model_copy(update={"cameras_per_room": 4})
    async with run_server(small, ScriptedEngine()) as server, server.client() as owner:
        await owner.register()
        room = await owner.room("Hall")
        for _ in range(3):
            async with server.client() as phone:
                await owner.invite(room, "camera", phone)
        made = await owner.post(f"/api/rooms/{room}/invites", {"role": "camera", "hours": 1, "uses": 1})
        async with server.client() as phone:
            path = "/api" + made["url"].removeprefix(server.url)
            assert await ask(phone, "POST", path, {}) == (409, "ROOM_FULL")
        async with owner.http.put(f"/api/rooms/{room}/cameras/{await owner.camera()}") as response:
            assert response.status == 200


async def test_accounts_that_were_made_at_one_address_share(settings: Settings) -> None:
    engine = ScriptedEngine()
    async with run_server(settings, engine) as server, server.user("ada") as ada, server.user("eve") as eve:
        for user in (ada, eve):
            await user.open(await user.camera())
        shares = [one.share for one in engine.opened.values()]
        assert len({one.group for one in shares}) == 1
        assert len({one.owner for one in shares}) == 2
        assert "127.0.0.1" in shares[0].group
        database = Database(settings.database)
        async with database.writing() as connection:
            await connection.execute(text("UPDATE audit SET at = at - 90000"))
        await database.close()
        await eve.open(await eve.camera("Second"))
        assert list(engine.opened.values())[-1].share.group == "", "after a day each is an owner of its own"
