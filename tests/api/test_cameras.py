"""Cameras as JSON."""

import time
from datetime import datetime

import pytest

from tests.support.engine import ScriptedEngine, person
from tests.support.server import RunningServer


async def test_add_rename_list_delete(server: RunningServer) -> None:
    async with server.user() as user:
        gate, hall = await user.camera("  North   gate "), await user.camera("Hall")
        async with user.http.get("/api/cameras") as response:
            cameras = (await response.json())["cameras"]
        assert [(one["id"], one["name"], one["live"], one["last"]) for one in cameras] == [
            (hall, "Hall", None, None),
            (gate, "North gate", None, None),
        ]
        async with user.http.patch(f"/api/cameras/{gate}", json={"name": "<b>South</b>"}) as response:
            assert (await response.json())["camera"]["name"] == "<b>South</b>"
        async with user.http.get(f"/cameras/{gate}") as response:
            page = await response.text()
            assert "<b>South" not in page
            assert "&lt;b&gt;South" in page
        async with user.http.delete(f"/api/cameras/{gate}") as response:
            assert response.status == 204
        async with user.http.get(f"/api/cameras/{gate}") as response:
            assert response.status == 404


async def test_a_streaming_camera_shows_its_count(server: RunningServer, engine: ScriptedEngine) -> None:
    engine.script.append((person(1), person(2)))
    async with server.user() as user:
        camera = await user.camera()
        stream = (await user.open(camera))["stream"]
        await user.frame(stream, 1)
        async with user.http.get(f"/api/cameras/{camera}") as response:
            live = (await response.json())["camera"]["live"]
        assert (live["count"], live["peak"], live["unique"], live["source"]) == (2, 2, 2, "file")
        assert 0 <= live["seconds"] < 60


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, None, 7])
async def test_names_that_are_none(server: RunningServer, name: object) -> None:
    async with server.user() as user, user.http.post("/api/cameras", json={"name": name}) as response:
        assert response.status == 400
        assert "name" in (await response.json())["error"]["fields"]


async def test_anothers_camera_looks_unknown(server: RunningServer) -> None:
    async with server.user("ada") as ada, server.user("eve") as eve:
        camera = await ada.camera()
        answers = []
        for target in (camera, "cam_nobody"):
            for method, body in (("GET", None), ("PATCH", {"name": "x"}), ("DELETE", None)):
                async with eve.http.request(method, f"/api/cameras/{target}", json=body) as response:
                    answers.append((response.status, await response.json()))
            async with eve.http.get(f"/cameras/{target}") as response:
                assert response.status == 404
        assert len({str(answer) for answer in answers}) == 1
        async with ada.http.get(f"/api/cameras/{camera}") as response:
            assert (await response.json())["camera"]["name"] == "Gate"


async def test_models_are_listed(server: RunningServer) -> None:
    async with server.user() as user:
        async with user.http.get("/api/models") as response:
            body = await response.json()
        assert body["default"] == "yolo26n"
        assert "yolo26n" in [model["name"] for model in body["models"]]


@pytest.mark.parametrize("path", ["/api/cameras", "/api/cameras/cam_1", "/api/models", "/api/session"])
async def test_strangers_get_nothing(server: RunningServer, path: str) -> None:
    async with server.client() as stranger, stranger.http.get(path) as response:
        assert response.status == 401
        assert (await response.json())["error"]["code"] == "UNAUTHENTICATED"


async def test_figures_of_a_file_reach_ahead_of_the_clock(server: RunningServer, engine: ScriptedEngine) -> None:
    async with server.user() as user:
        camera = await user.camera()
        async with user.http.get(f"/api/cameras/{camera}") as response:
            assert (await response.json())["camera"]["counted_until"] is None
        begun = time.time()
        for t in (7_200_000.0, 1000.0):
            stream = (await user.open(camera))["stream"]
            await user.frame(stream, 1, t=t)
            await user.call("stream_close", {"stream": stream})
        async with user.http.get(f"/api/cameras/{camera}") as response:
            until = datetime.fromisoformat((await response.json())["camera"]["counted_until"]).timestamp()
        assert begun + 7199 <= until <= time.time() + 7201, "of the stream that reaches furthest, not the newest"
