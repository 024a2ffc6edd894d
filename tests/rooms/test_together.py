"""Several people in one room: who is here, who edits, who took what, and who may no longer."""

import asyncio
from typing import Any

from tests.rooms.conftest import Hall
from tests.support.engine import ScriptedEngine, person
from tests.support.server import PASSWORD, Client


def square(id_: str, name: str, left: float = 0.1) -> dict[str, Any]:
    """A zone as the editor sends it."""
    corners = [[left, 0.1], [left + 0.6, 0.1], [left + 0.6, 0.9], [left, 0.9]]
    geometry = {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}
    limits = {"people": {"critical": 2, "hold_s": 0}}
    return {"type": "Feature", "id": id_, "geometry": geometry, "properties": {"name": name, "limits": limits}}


def plan(*zones: dict[str, Any]) -> dict[str, Any]:
    """Zones as a document."""
    return {"type": "FeatureCollection", "features": list(zones)}


async def enter(client: Client, hall: Hall) -> dict[str, Any]:
    """Look at the room, figures alone."""
    return await client.call("room_enter", {"room": hall.id, "pictures": None})


async def event(client: Client, kind: str, **expected: object) -> dict[str, Any]:
    """The next `room_event` of this kind with these values."""
    async with asyncio.timeout(30):
        while True:
            found = await client.wait_for("room_event")
            if found["kind"] == kind and all(found.get(name) == value for name, value in expected.items()):
                return dict(found)


async def put_plan(client: Client, hall: Hall, version: int, *zones: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Store zones."""
    body = {"version": version, "plan": plan(*zones)}
    async with client.http.put(f"/api/cameras/{hall.camera}/plan", json=body) as response:
        return response.status, await response.json()


async def test_everybody_sees_who_is_here_and_what_they_edit(hall: Hall) -> None:
    await enter(hall.viewer, hall)
    await enter(hall.operator, hall)
    here = (await event(hall.viewer, "presence"))["people"]
    while len(here) < 2:
        here = (await event(hall.viewer, "presence"))["people"]
    assert [(one["name"], one["editing"]) for one in here] == [("vera", None), ("olga", None)]
    await hall.operator.call("room_editing", {"room": hall.id, "camera": hall.camera})
    people = (await event(hall.viewer, "presence"))["people"]
    assert people[1]["editing"] == hall.camera
    answer = await hall.operator.call("room_editing", {"room": hall.id, "camera": "cam_elsewhere"})
    assert answer["error"]["code"] == "UNKNOWN_CAMERA"
    answer = await hall.viewer.call("room_editing", {"room": hall.id, "camera": hall.camera})
    assert answer["error"]["code"] == "NOT_ALLOWED", "who may only look edits nothing"
    assert await hall.viewer.call("room_editing", {"room": hall.id, "camera": None}) == {}
    await hall.operator.socket.disconnect()
    while len(here) != 1:
        here = (await event(hall.viewer, "presence"))["people"]
    assert [one["name"] for one in here] == ["vera"]


async def test_two_who_edit_one_zone_lose_nothing(hall: Hall) -> None:
    """Whoever comes second is told, sees the other's zones, and adds the own change to them."""
    await enter(hall.owner, hall)
    status, answer = await put_plan(hall.operator, hall, 0, square("gate", "Gate"))
    assert (status, answer["version"]) == (200, 1)
    changed = await event(hall.owner, "plan_changed")
    assert (changed["camera"], changed["version"], changed["by"]) == (hall.camera, 1, "olga")
    status, answer = await put_plan(hall.owner, hall, 0, square("gate", "Entrance"))
    assert (status, answer["error"]["code"]) == (409, "PLAN_CHANGED")
    theirs = await hall.owner.get(f"/api/cameras/{hall.camera}/plan")
    assert [zone["properties"]["name"] for zone in theirs["plan"]["features"]] == ["Gate"], "nothing was overwritten"
    both = [*theirs["plan"]["features"], square("hall", "Hall", 0.2)]
    status, answer = await put_plan(hall.owner, hall, theirs["version"], *both)
    assert (status, answer["version"]) == (200, 2)
    # At the same moment: one of them is stored, the other is told.
    attempts = [
        put_plan(client, hall, 2, square("gate", name)) for client, name in ((hall.owner, "A"), (hall.operator, "B"))
    ]
    results = await asyncio.gather(*attempts)
    assert sorted(status for status, _ in results) == [200, 409]
    assert (await hall.viewer.get(f"/api/cameras/{hall.camera}/plan"))["version"] == 3


async def test_an_alert_is_told_claimed_and_acknowledged_once_for_all(hall: Hall, engine: ScriptedEngine) -> None:
    await put_plan(hall.operator, hall, 0, square("gate", "Gate"))
    await enter(hall.viewer, hall)
    stream = (await hall.owner.open(hall.camera))["stream"]
    engine.script.extend([(person(1), person(2))] * 12)
    for seq in range(1, 8):
        await hall.owner.frame(stream, seq)
    alert = (await event(hall.viewer, "alert", step="began"))["alert"]
    assert (alert["camera"]["name"], alert["zone"]["name"], alert["level"]) == ("North", "Gate", "critical")
    await hall.stored_alerts()
    path = f"/api/alerts/{alert['id']}"
    claims = await asyncio.gather(*(_take(client, f"{path}/claim") for client in (hall.owner, hall.operator)))
    assert sorted(status for status, _ in claims) == [200, 409]
    winner = next(answer["alert"]["claimed_by"] for status, answer in claims if status == 200)
    assert next(answer["error"]["fields"]["who"] for status, answer in claims if status == 409) == winner
    assert (await event(hall.viewer, "alert", step="taken"))["alert"]["claimed_by"] == winner
    assert (await _take(hall.viewer, f"{path}/acknowledge"))[0] == 403
    assert (await _take(hall.operator, f"{path}/acknowledge", "extra staff"))[0] == 200
    status, answer = await _take(hall.owner, f"{path}/acknowledge", "me too")
    assert (status, answer["error"]["fields"]["who"]) == (409, "olga")
    assert (await _take(hall.operator, f"{path}/acknowledge", "they are there"))[1]["alert"]["note"] == "they are there"
    kinds = [entry["kind"] for entry in (await hall.viewer.get(f"{hall.path}/log"))["entries"]]
    assert [kinds.count(kind) for kind in ("alert", "claimed", "acknowledged", "camera_on")] == [1, 1, 2, 1]


async def test_a_peak_that_grows_is_told_and_not_logged(hall: Hall, engine: ScriptedEngine) -> None:
    await put_plan(hall.operator, hall, 0, square("gate", "Gate"))
    await enter(hall.viewer, hall)
    stream = (await hall.owner.open(hall.camera))["stream"]
    engine.script.extend([(person(1), person(2))] * 8 + [(person(1), person(2), person(3))] * 22)
    for seq in range(1, 31):
        await hall.owner.frame(stream, seq)
    began = (await event(hall.viewer, "alert", step="began"))["alert"]
    grown = (await event(hall.viewer, "alert", step="peak"))["alert"]
    assert (grown["id"], began["peak"], grown["peak"]) == (began["id"], 2, 3)
    await hall.stored_alerts()
    kinds = [entry["kind"] for entry in (await hall.viewer.get(f"{hall.path}/log"))["entries"]]
    assert kinds.count("alert") == 1


async def test_an_alert_that_becomes_worse_or_ends_still_says_who_took_it(hall: Hall, engine: ScriptedEngine) -> None:
    limits = {"people": {"warning": 2, "critical": 3, "hold_s": 0, "clear_s": 0, "hysteresis": 0}}
    gate = square("gate", "Gate")
    gate["properties"]["limits"] = limits
    await put_plan(hall.operator, hall, 0, gate)
    await enter(hall.viewer, hall)
    stream = (await hall.owner.open(hall.camera))["stream"]
    engine.script.extend([(person(1), person(2))] * 8)
    for seq in range(1, 9):
        await hall.owner.frame(stream, seq)
    alert = (await event(hall.viewer, "alert", step="began"))["alert"]
    await hall.stored_alerts()
    await _take(hall.operator, f"/api/alerts/{alert['id']}/claim")
    engine.script.extend([tuple(person(n) for n in range(1, 5))] * 8)
    for seq in range(9, 17):
        await hall.owner.frame(stream, seq)
    worse = (await event(hall.viewer, "alert", step="level"))["alert"]
    assert (worse["level"], worse["claimed_by"]) == ("critical", "olga"), "nobody is called again"
    assert (await _take(hall.operator, f"/api/alerts/{alert['id']}/acknowledge", "seen"))[0] == 200
    await hall.owner.call("stream_close", {"stream": stream})
    ended = (await event(hall.viewer, "alert", step="ended"))["alert"]
    assert ended["ended_at"], "it is over"
    assert ended["interrupted"], "the stream ended, nobody saw them go"
    assert (ended["claimed_by"], ended["acknowledged_by"], ended["note"]) == ("olga", "olga", "seen")


async def test_alerts_of_what_leaves_the_room_are_over_for_it(hall: Hall, engine: ScriptedEngine) -> None:
    await put_plan(hall.operator, hall, 0, square("gate", "Gate"))
    body = {"name": "Gate A", "members": [{"camera": hall.camera}], "limits": {"critical": 2}}
    area = (await hall.operator.post(f"{hall.path}/areas", body))["area"]
    await enter(hall.viewer, hall)
    stream = (await hall.owner.open(hall.camera))["stream"]
    going_on: dict[str, str] = {}
    engine.script.extend([(person(1), person(2))] * 500)
    async with asyncio.timeout(30):
        for seq in range(1, 400):
            await hall.owner.frame(stream, seq)
            told = [payload for name, payload in hall.viewer.events if name == "room_event"]
            alerts = [one["alert"] for one in told if one["kind"] == "alert"]
            going_on = {"area" if alert["area"] else "zone": alert["id"] for alert in alerts}
            if len(going_on) == 2:
                break
            await asyncio.sleep(0.05)
    again = (await enter(hall.operator, hall))["snapshot"]["alerts"]
    assert {alert["id"] for alert in again} == set(going_on.values()), "what is not written yet is there as well"
    hall.viewer.events.clear()
    async with hall.owner.http.delete(f"{hall.path}/areas/{area['id']}") as response:
        assert response.status == 204
    ended = await event(hall.viewer, "alert", step="ended")
    assert (ended["alert"]["id"], ended["alert"]["ended_at"] is None) == (going_on["area"], False)
    await event(hall.viewer, "room_changed")
    async with hall.owner.http.delete(f"{hall.path}/cameras/{hall.camera}") as response:
        assert response.status == 204
    assert (await event(hall.viewer, "alert", step="ended"))["alert"]["id"] == going_on["zone"]
    stored = (await hall.owner.get(f"/api/cameras/{hall.camera}/alerts"))["alerts"]
    assert [alert["ended_at"] for alert in stored] == [None], "for its owner it goes on"


async def _take(client: Client, path: str, note: str = "") -> tuple[int, dict[str, Any]]:
    async with client.http.post(path, json={"note": note} if path.endswith("acknowledge") else None) as response:
        return response.status, await response.json()


async def test_the_log_is_for_whoever_comes_next(hall: Hall) -> None:
    await enter(hall.viewer, hall)
    hostile = '<img src=x onerror=alert(1)> "Gate"'
    await hall.operator.post(f"{hall.path}/log", {"text": f"  {hostile} \n second line "})
    entry = (await event(hall.viewer, "log"))["entry"]
    assert (entry["who"], entry["text"]) == ("olga", f"{hostile} \n second line")
    for number in range(3):
        await hall.operator.post(f"{hall.path}/log", {"text": f"note {number}"})
    page = await hall.viewer.get(f"{hall.path}/log?limit=2")
    assert [one["text"] for one in page["entries"]] == ["note 2", "note 1"]
    following = await hall.viewer.get(f"{hall.path}/log?limit=2&before={page['next']}")
    assert [one["text"] for one in following["entries"]] == ["note 0", f"{hostile} \n second line"]


async def test_whoever_is_removed_sees_nothing_more(hall: Hall, engine: ScriptedEngine) -> None:
    for client in (hall.viewer, hall.operator):
        await enter(client, hall)
    stream = (await hall.owner.open(hall.camera))["stream"]
    members = {one["name"]: one["user"] for one in (await hall.owner.get(hall.path))["room"]["members"]}
    async with hall.owner.http.delete(f"{hall.path}/members/{members['vera']}") as response:
        assert response.status == 204
    assert (await hall.viewer.wait_for("room_closed"))["reason"] == "removed"
    hall.viewer.events.clear()
    await hall.owner.frame(stream, 1)
    update = await hall.operator.wait_for("room_update")
    while "count" not in update["cameras"].get(hall.camera, {}):
        update = await hall.operator.wait_for("room_update")
    await asyncio.sleep(0.2)
    assert hall.viewer.events == []
    assert (await enter(hall.viewer, hall))["error"]["code"] == "UNKNOWN_ROOM"
    async with hall.owner.http.delete(hall.path) as response:
        assert response.status == 204
    assert (await hall.operator.wait_for("room_closed"))["reason"] == "deleted"


async def test_an_account_that_is_deleted_leaves_its_notes_without_its_name(hall: Hall) -> None:
    await hall.operator.post(f"{hall.path}/log", {"text": "Gate B is stuck"})
    async with hall.operator.http.post("/api/account/delete", json={"password": PASSWORD}) as response:
        assert response.status == 204
    entries = (await hall.viewer.get(f"{hall.path}/log"))["entries"]
    assert ("deleted account", "Gate B is stuck") in [(one["who"], one["text"]) for one in entries]
    assert "olga" not in str(entries)


async def test_nor_does_the_log_of_the_rooms_owner_keep_its_name(hall: Hall) -> None:
    members = {one["name"]: one["user"] for one in (await hall.owner.get(hall.path))["room"]["members"]}
    async with hall.owner.http.patch(f"{hall.path}/members/{members['olga']}", json={"role": "viewer"}) as response:
        assert response.status == 200
    for name in ("olga", "vera"):
        async with hall.owner.http.delete(f"{hall.path}/members/{members[name]}") as response:
            assert response.status == 204
    async with hall.operator.http.post("/api/account/delete", json={"password": PASSWORD}) as response:
        assert response.status == 204
    entries = (await hall.owner.get("/api/audit"))["entries"]
    assert [(one["action"], one["detail"]) for one in entries[:3]] == [
        ("member_removed", "vera"),
        ("member_removed", "deleted account"),
        ("member_changed", "deleted account, viewer"),
    ]


async def test_a_new_role_holds_at_once(hall: Hall) -> None:
    members = {one["name"]: one["user"] for one in (await hall.owner.get(hall.path))["room"]["members"]}
    await enter(hall.operator, hall)
    async with hall.owner.http.patch(f"{hall.path}/members/{members['olga']}", json={"role": "viewer"}) as response:
        assert response.status == 200
    await event(hall.operator, "room_changed")
    assert (await hall.operator.get(hall.path))["room"]["role"] == "viewer"
    status, answer = await put_plan(hall.operator, hall, 0, square("gate", "Gate"))
    assert (status, answer["error"]["code"]) == (403, "NOT_ALLOWED")
