"""What is drawn on a camera's frame: stored, checked, and followed by the running stream."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from server.core.plan import Plan
from server.core.plan_json import encode_plan
from server.core.zone import Line, Zone
from server.storage.cameras.plans import StoredPlan, select_plan
from tests.support.engine import ScriptedEngine, person
from tests.support.server import Client, RunningServer

LEFT = Zone("left", "Left", ((0, 0), (0.5, 0), (0.5, 1), (0, 1)), entry_s=0.1)
PLAN = encode_plan(Plan((LEFT,), (Line("door", "Door", ((0.5, 1.0), (0.5, 0.0))),)))
EMPTY = {"type": "FeatureCollection", "features": []}


async def put(user: Client, camera: str, version: int, plan: object) -> tuple[int, dict[str, Any]]:
    body = {"version": version, "plan": plan}
    async with user.http.put(f"/api/cameras/{camera}/plan", json=body, headers={"Origin": user.url}) as response:
        return response.status, await response.json()


async def get(user: Client, camera: str) -> dict[str, Any]:
    async with user.http.get(f"/api/cameras/{camera}/plan") as response:
        assert response.status == 200
        found: dict[str, Any] = await response.json()
        return found


async def test_a_plan_is_stored_and_comes_back(server: RunningServer) -> None:
    async with server.user() as user:
        camera = await user.camera()
        assert await get(user, camera) == {"version": 0, "plan": EMPTY}
        assert await put(user, camera, 0, PLAN) == (200, {"version": 1, "plan": PLAN})
        assert await get(user, camera) == {"version": 1, "plan": PLAN}
        assert (await put(user, camera, 1, EMPTY))[1]["version"] == 2
        async with user.http.get("/api/audit") as response:
            actions = [entry["action"] for entry in (await response.json())["entries"]]
        assert actions.count("plan_changed") == 2


async def test_whoever_was_slower_does_not_overwrite(server: RunningServer) -> None:
    async with server.user() as user:
        camera = await user.camera()
        await put(user, camera, 0, PLAN)
        status, answer = await put(user, camera, 0, EMPTY)
        assert (status, answer["error"]["code"]) == (409, "PLAN_CHANGED")
        assert (await get(user, camera))["plan"] == PLAN


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        ({}, "BAD_PLAN"),
        ({"type": "FeatureCollection", "features": PLAN["features"] * 2}, "BAD_SHAPE"),
        ({"type": "FeatureCollection", "features": [{}]}, "BAD_PLAN"),
    ],
)
async def test_what_is_no_plan_is_refused_and_nothing_changes(server: RunningServer, plan: object, code: str) -> None:
    async with server.user() as user:
        camera = await user.camera()
        await put(user, camera, 0, PLAN)
        status, answer = await put(user, camera, 1, plan)
        assert (status, answer["error"]["code"]) == (400, code)
        assert await get(user, camera) == {"version": 1, "plan": PLAN}


async def test_anothers_plan_looks_unknown(server: RunningServer) -> None:
    async with server.user("ada") as ada, server.user("eve") as eve:
        camera = await ada.camera()
        await put(ada, camera, 0, PLAN)
        assert (await put(eve, camera, 1, EMPTY))[0] == 404
        async with eve.http.get(f"/api/cameras/{camera}/plan") as response:
            assert response.status == 404
        assert (await get(ada, camera))["plan"] == PLAN


async def test_a_stream_counts_by_the_plan_and_follows_its_changes(
    server: RunningServer, engine: ScriptedEngine
) -> None:
    left, right = person(1, left=0.1, right=0.3), person(1, left=0.7, right=0.9)
    between = [(person(1, left=x, right=x + 0.2),) for x in (0.25, 0.4, 0.55)]
    engine.script.extend([(left,)] * 4 + between + [(right,)] * 17)
    async with server.user() as user:
        camera = await user.camera()
        await put(user, camera, 0, PLAN)
        stream = (await user.open(camera))["stream"]
        for seq in range(1, 5):
            result = (await user.frame(stream, seq))["result"]
        assert [(zone["id"], zone["occupancy"], zone["people"]) for zone in result["zones"]] == [("left", 1, [1])]
        for seq in range(5, 15):
            result = (await user.frame(stream, seq))["result"]
        assert (result["zones"][0]["occupancy"], result["zones"][0]["exits"]) == (0, 1)
        assert result["lines"] == [{"id": "door", "in": 1, "out": 0}]
        await put(user, camera, 1, EMPTY)
        result = (await user.frame(stream, 15))["result"]
        assert (result["zones"], result["lines"]) == ([], [])


async def test_a_plan_that_is_stored_while_a_stream_opens_counts_in_it(
    server: RunningServer, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with server.user() as user:
        camera = await user.camera()

        async def read_and_then_somebody_stores(connection: AsyncConnection, owner: str, camera_id: str) -> StoredPlan:
            found = await select_plan(connection, owner, camera_id)
            assert (await put(user, camera, 0, PLAN))[0] == 200
            return found

        monkeypatch.setattr("server.live.streams.stream_events.select_plan", read_and_then_somebody_stores)
        engine.script.append((person(1),))
        stream = (await user.open(camera))["stream"]
        result = (await user.frame(stream, 1))["result"]
        assert [zone["id"] for zone in result["zones"]] == ["left"]
