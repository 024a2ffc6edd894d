"""How much may be sent: by all connections of a user together, and across reconnecting."""

import asyncio

import pytest

from server.config import Settings
from server.live.connections import event_limits as budgets
from server.live.connections import namespace
from server.live.connections.event_limits import EventRateLimiter
from server.live.connections.event_rules import EventRule
from tests.support.engine import ScriptedEngine
from tests.support.server import run_server

SOCKET = "/socket.io/?EIO=4&transport=websocket"


def alone(settings: Settings) -> Settings:
    """For one connection with one stream, so that budgets are as in the table."""
    return settings.model_copy(update={"connections_per_user": 1, "streams_per_user": 1})


@pytest.mark.parametrize("event", sorted(namespace.EVENTS))
async def test_a_flood_of_one_event_is_refused(
    settings: Settings, engine: ScriptedEngine, event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(namespace.EVENTS, event, EventRule(rate=0.001, burst=5))
    async with run_server(alone(settings), engine) as server, server.user() as user:
        answers = await asyncio.gather(*(user.call(event, {}) for _ in range(12)))
        codes = [answer["error"]["code"] for answer in answers]
        assert codes.count("RATE_LIMITED") == 7
        other = "stream_close" if event == "frame" else "frame"
        answer = await user.call(other, {"stream": "str_1", "seq": 1})
        assert answer["error"]["code"] == "UNKNOWN_STREAM", "other events have budgets of their own"


async def test_unknown_events_cost_too(
    settings: Settings, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(namespace, "OVERALL", EventRule(rate=0.001, burst=10))
    async with run_server(alone(settings), engine) as server, server.user() as user:
        names = ["nonsense", "connect", "disconnect"] * 5
        answers = await asyncio.gather(*(user.call(name, {}) for name in names))
        codes = [answer["error"]["code"] for answer in answers]
        assert (codes.count("BAD_REQUEST"), codes.count("RATE_LIMITED")) == (10, 5)


async def test_budgets_outlive_connections(
    settings: Settings, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(namespace.EVENTS, "counters_reset", EventRule(rate=0.001, burst=5))
    async with run_server(settings, engine) as server, server.user() as user, server.client() as second:
        body = {"stream": "str_1"}
        codes = [(await user.call("counters_reset", body))["error"]["code"] for _ in range(4)]
        await second.sign_in()
        await second.connect()
        codes += [(await second.call("counters_reset", body))["error"]["code"] for _ in range(2)]
        await user.socket.disconnect()
        await user.connect()
        codes.append((await user.call("counters_reset", body))["error"]["code"])
        assert codes == ["UNKNOWN_STREAM"] * 5 + ["RATE_LIMITED"] * 2, "of all its connections together"
        async with server.user("eve") as eve:
            assert (await eve.call("counters_reset", body))["error"]["code"] == "UNKNOWN_STREAM", "nobody else pays"


async def test_coming_back_on_one_transport_has_a_budget(
    settings: Settings, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budgets, "CONNECT", EventRule(rate=0.001, burst=3))
    async with run_server(alone(settings), engine) as server, server.client() as user:
        await user.register()
        async with user.http.ws_connect(SOCKET) as socket:
            await socket.receive()
            answers = []
            for _ in range(4):
                await socket.send_str("40")
                answers.append(str((await socket.receive()).data))
                await socket.send_str("41")
        assert [answer[:2] for answer in answers] == ["40", "40", "40", "44"]
        assert "RATE_LIMITED" in answers[-1]


def test_budgets_grow_with_the_connections_that_come_back() -> None:
    now = 0.0
    rules = {"room_enter": EventRule(2, 20, coming_back=True), "counters_reset": EventRule(1, 10)}
    book = EventRateLimiter(rules, EventRule(10_000, 10_000), 1000, lambda: now)
    for _ in range(2):
        assert all(book.take_connect("ada") and book.take("ada", "room_enter") for _ in range(1000))
        assert not book.take_connect("ada")
        assert not book.take("ada", "room_enter")
        assert [book.take("ada", "counters_reset") for _ in range(11)] == [True] * 10 + [False]
        now += 40
