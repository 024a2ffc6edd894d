"""Every route and event × every role (row 10), and that none is without a rule and a limit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from quart import Quart
from quart_rate_limiter import QUART_RATE_LIMITER_EXEMPT_ATTRIBUTE
from socketio.exceptions import ConnectionError as SocketConnectionError

from server.api.http.access import Access, rule_of
from server.app import create_app
from server.config import Settings
from server.live.connections import event_rules
from server.live.connections.event_rules import EVENTS as EVENT_RULES
from server.process.serve import prepare
from tests.faults.figures import note
from tests.security.matrix import EVENTS, FOR_GUESTS, RESERVED, ROUTES, Case, Role
from tests.security.people import People, gather_people
from tests.support.engine import ScriptedEngine
from tests.support.server import RunningServer, run_server

BY_RULE = {(case.method, case.rule): case for case in ROUTES}
PROTOCOL = Path(__file__).resolve().parents[2] / "docs" / "protocol-reference.md"


@pytest.fixture
def app(settings: Settings, engine: ScriptedEngine) -> Quart:
    """The application, not serving."""
    prepare(settings)
    return create_app(settings, engine).quart


def routes(app: Quart) -> set[tuple[str, str]]:
    """Method and rule of every route."""
    automatic = {"HEAD", "OPTIONS"}  # but where a route is for nothing else
    rules = app.url_map.iter_rules()
    return {(method, rule.rule) for rule in rules for method in rule.methods - automatic or rule.methods}


def test_every_route_is_in_the_matrix(app: Quart) -> None:
    assert routes(app) == BY_RULE.keys()


def test_every_route_has_a_rule_and_a_limit(app: Quart) -> None:
    for rule in app.url_map.iter_rules():
        case = next(case for case in ROUTES if case.rule == rule.rule and case.method in rule.methods)
        view = app.view_functions[rule.endpoint]
        who = rule_of(app.view_functions, rule.endpoint)
        assert who is (Access.USER if case.stranger in (302, 401) and not _public(case) else Access.EVERYBODY), rule
        assert getattr(view, QUART_RATE_LIMITER_EXEMPT_ATTRIBUTE, False) == case.exempt, rule


def _public(case: Case) -> bool:
    """Refuses strangers for what they send, not for who they are."""
    return case.rule in ("/login", "/api/session", "/api/tokens", "/api/tokens/refresh") and case.method == "POST"


async def test_a_route_without_a_rule_is_closed(settings: Settings, engine: ScriptedEngine) -> None:
    await asyncio.to_thread(prepare, settings)
    app = create_app(settings, engine).quart

    @app.get("/forgotten")
    async def forgotten() -> str:
        return "secret"

    answer = await app.test_client().get("/forgotten", scope_base={"client": ("127.0.0.1", 1)})
    assert answer.status_code == 403
    assert "secret" not in await answer.get_data(as_text=True)


def test_every_event_has_a_budget_and_is_documented() -> None:
    assert EVENT_RULES.keys() == EVENTS.keys()
    assert RESERVED == event_rules.RESERVED
    page = PROTOCOL.read_text()
    for name, rule in EVENT_RULES.items():
        assert 0 < rule.rate <= rule.burst
        assert f"### `{name}`" in page, name


@pytest.fixture
async def open_server(settings: Settings, engine: ScriptedEngine) -> AsyncIterator[RunningServer]:
    """A server that lets many people in from here."""
    wide = settings.model_copy(update={"sign_ups_per_hour": 10_000, "sign_ins_per_minute": 10_000})
    async with run_server(wide, engine) as server:
        yield server


async def ask(people: People, role: Role, case: Case) -> tuple[int, str]:
    """Send the request of a case. Returns the status and the body, and checks that a limit was counted."""
    path = people.fill(case.path or case.rule)
    data = people.fill(case.form) if case.body is None else case.body
    options = {"json": people.fill(case.json), "data": data, "headers": case.headers, "allow_redirects": False}
    async with people.clients[role].http.request(case.method, path, **options) as response:
        limited = "ratelimit-limit" in {name.lower() for name in response.headers}
        assert limited != case.exempt, f"{case}: limit"
        return response.status, await response.text(errors="replace")  # a file may be binary


OUTSIDERS = frozenset({Role.STRANGER, Role.GUEST, Role.NEIGHBOUR, Role.OTHER, Role.ADMIN})


@pytest.mark.parametrize("role", list(Role))
async def test_routes(open_server: RunningServer, role: Role) -> None:
    async with AsyncExitStack() as stack:
        people = await gather_people(open_server, stack, role)
        cases = [case for case in ROUTES if role is not Role.PROGRAM or case.programs]
        for case in cases:
            status, body = await ask(people, role, case)
            assert status == case.expected(role), f"{case} as {role}: {body[:300]}"
            if role in OUTSIDERS:
                assert "Private gate" not in body, f"{case} as {role}"
                assert "Private room" not in body or "code" in case.rule, f"{case} as {role}"
            if case.spends and status < 400:
                people = await gather_people(open_server, stack, role)
    note(10, f"routes as {role.value}", f"{len(cases)} asked, each answered as the matrix says", "all")


REFUSED = (302, 401, 403, 404)
ALIKE = frozenset({"/profile/sessions/end"})
"""Answered alike whether there was something to do or not."""
MAY_NOT = sorted(OUTSIDERS | {Role.OPERATOR, Role.VIEWER})


async def belongings(people: People) -> dict[str, Any]:
    """What the owner has, without what changes by itself."""
    owner, ids = people.clients[Role.OWNER], people.ids
    camera = (await owner.get(f"/api/cameras/{ids['camera']}"))["camera"]
    room = (await owner.get(f"/api/rooms/{ids['room']}"))["room"]
    (alert,) = (await owner.get(f"/api/cameras/{ids['camera']}/alerts"))["alerts"]
    return {
        "camera": (camera["name"], camera["room"]),
        "plan": await owner.get(f"/api/cameras/{ids['camera']}/plan"),
        "quality": await owner.get(f"/api/cameras/{ids['camera']}/quality"),
        "stills": await owner.get(f"/api/cameras/{ids['camera']}/stills"),
        "alert": alert,
        "sessions": {one["id"] for one in (await owner.get("/api/sessions"))["sessions"]},
        "profile": await owner.get("/api/profile"),
        "channels": await owner.get("/api/channels"),
        "room": (room["name"], room["members"], room["areas"]),
        "recordings": await owner.get("/api/recordings"),
        "invites": await owner.get(f"/api/rooms/{ids['room']}/invites"),
        "status": await owner.get(f"/api/rooms/{ids['room']}/status-page"),
    }


@pytest.mark.parametrize("role", MAY_NOT)
async def test_others_leave_no_trace(open_server: RunningServer, role: Role) -> None:
    """After every refused request the owner's things are as they were."""
    async with AsyncExitStack() as stack:
        people = await gather_people(open_server, stack, role)
        before = await belongings(people)
        cases = [case for case in ROUTES if case.expected(role) in REFUSED or case.rule in ALIKE]
        for case in cases:
            await ask(people, role, case)
        assert await belongings(people) == before
    note(10, f"refused requests as {role.value} that left a trace", f"0 of {len(cases)}", "0")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.STRANGER])
async def test_events(open_server: RunningServer, role: Role) -> None:
    async with AsyncExitStack() as stack:
        people = await gather_people(open_server, stack, role)
        asker = people.clients[role]
        if role is not Role.PROGRAM:
            await asker.connect()
        for event in EVENTS:
            await check_event(people, role, event)
        for event in RESERVED:
            assert (await asker.call(event, {}))["error"]["code"] == "BAD_REQUEST", f"{event} as {role}"
            assert (await asker.call("frame", {"stream": "str_1", "seq": 1}))["error"]["code"] == "UNKNOWN_STREAM"


async def check_event(people: People, role: Role, event: str) -> None:
    """The owner streams by a program; somebody sends an event about that stream or the room that it is in."""
    owner, asker = people.clients[Role.PROGRAM], people.clients[role]
    if not owner.socket.connected:
        await owner.socket.connect(owner.url, auth={"token": people.ids["token"]}, transports=["websocket"])
    stream = (await owner.open(people.ids["camera"]))["stream"]
    about = EVENTS[event]
    if role in about.allowed and event.startswith("room_"):
        await asker.call("room_enter", {"room": people.ids["room"]})
    answer = await asker.call(event, people.fill(about.payload, stream=stream))
    code = answer.get("error", {}).get("code")
    if role in about.allowed:
        assert code is None, f"{event} as {role}: {answer}"
    elif role is Role.GUEST and event not in FOR_GUESTS:
        assert code == "BAD_REQUEST", f"{event} as {role}"
    else:
        refusal = about.viewer if role is Role.VIEWER and about.viewer else about.refusal
        assert code == refusal, f"{event} as {role}"
    if not (role in about.allowed and event in ("stream_open", "stream_close")):
        assert (await owner.frame(stream, 2))["status"] == "processed", "the stream goes on"


async def test_strangers_send_no_events(open_server: RunningServer) -> None:
    async with open_server.client() as stranger:
        with pytest.raises(SocketConnectionError):
            await stranger.connect()
