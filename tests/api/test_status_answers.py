"""Many look at one page for everybody, from one address."""

import asyncio

from server.api.rooms.status_answers import FRESH_S, MOST, StatusAnswers
from server.config import Settings
from tests.support.engine import ScriptedEngine
from tests.support.server import run_server


def test_an_answer_is_given_again_for_a_moment_and_never_after_a_change() -> None:
    now = [0.0]
    answers = StatusAnswers(lambda: now[0])
    answers.keep("a", {"name": "Hall"}, answers.version)
    assert answers.get("a") == {"name": "Hall"}
    assert answers.get("b") is None
    now[0] = FRESH_S
    assert answers.get("a") is None
    began = answers.version
    answers.forget()
    answers.keep("a", {"name": "closed meanwhile"}, began)
    assert answers.get("a") is None
    for number in range(2 * MOST):
        answers.keep(str(number), {}, answers.version)
    assert sum(answers.get(str(number)) is not None for number in range(2 * MOST)) <= MOST


async def test_more_may_look_than_an_address_may_otherwise_ask(settings: Settings) -> None:
    narrow = settings.model_copy(update={"requests_per_minute": 30})
    async with run_server(narrow, ScriptedEngine()) as server, server.client() as owner:
        await owner.register()
        room = await owner.room("Hall")
        code = await owner.open_status_page(room, [])
        async with server.client() as crowd:
            for _ in range(4):
                found = await asyncio.gather(*(crowd.get(f"/api/status/{code}") for _ in range(20)))
                assert {one["name"] for one in found} == {"Hall"}
            async with owner.http.delete(f"/api/rooms/{room}/status-page") as response:
                assert response.status == 204
            async with crowd.http.get(f"/api/status/{code}") as response:
                assert response.status == 404, "at once, whatever was told a moment ago"
            async with crowd.http.get("/status/x") as response:
                assert response.status == 200
            statuses = []
            for _ in range(40):
                async with crowd.http.get("/api/join/x") as response:
                    statuses.append(response.status)
            assert 429 in statuses, "other routes are as they were"
