"""Every route and event × every role (row 10), and that none is without a rule and a limit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from quart import Quart
from quart_rate_limiter import QUART_RATE_LIMITER_EXEMPT_ATTRIBUTE
from socketio.exceptions import ConnectionError as SocketConnectionError
from sqlalchemy import text

from server.api.access import Access, rule_of
from server.app import create_app
from server.config import Settings
from server.live.namespace import EVENTS as EVENT_RULES
from server.serve import prepare
from server.storage.database import Database
from tests.security.matrix import EVENTS, ROUTES, Case, Role
from tests.support.engine import ScriptedEngine
from tests.support.server import PASSWORD, Client, RunningServer, run_server

BY_RULE = {(case.method, case.rule): case for case in ROUTES}
PROTOCOL = Path(__file__).resolve().parents[2] / "docs" / "protocol.md"


@pytest.fixture
def app(settings: Settings, engine: ScriptedEngine) -> Quart:
    """The application, not serving."""
    prepare(settings)
    return create_app(settings, engine).quart


def routes(app: Quart) -> set[tuple[str, str]]:
    """Method and rule of every route."""
    return {(method, rule.rule) for rule in app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}}


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
    page = PROTOCOL.read_text()
    for name, rule in EVENT_RULES.items():
        assert 0 < rule.rate <= rule.burst
        assert f"### `{name}`" in page, name


@dataclass
class People:
    """One client for each role, and what belongs to the owner."""

    clients: dict[Role, Client]
    camera: str
    session: str
    token: str
    channel: str

    def fill(self, value: Any, **more: str) -> Any:
        """Put the owner's ids into a payload."""
        owned = {"camera": self.camera, "session": self.session, "token": self.token, "channel": self.channel}
        names = {**owned, **more}
        if isinstance(value, str):
            return value.format(**names)
        if isinstance(value, dict):
            return {key: self.fill(one, **more) for key, one in value.items()}
        return value


@pytest.fixture
async def open_server(settings: Settings, engine: ScriptedEngine) -> AsyncIterator[RunningServer]:
    """A server that lets many people in from here."""
    wide = settings.model_copy(update={"sign_ups_per_hour": 10_000, "sign_ins_per_minute": 10_000})
    async with run_server(wide, engine) as server:
        yield server


_names = iter(range(1_000_000))


async def gather_people(server: RunningServer, stack: AsyncExitStack) -> People:
    """Fresh accounts; the owner is signed in a second time elsewhere."""
    clients = {role: await stack.enter_async_context(server.client()) for role in Role}
    name = f"owner{next(_names)}"
    await clients[Role.OWNER].register(name)
    for role in (Role.OTHER, Role.ADMIN):
        await clients[role].register(f"{role}{next(_names)}")
    await make_admin(server.settings, clients[Role.ADMIN])
    elsewhere = await stack.enter_async_context(server.client())
    await elsewhere.sign_in(name)
    async with elsewhere.http.get("/api/sessions") as response:
        session = next(one["id"] for one in (await response.json())["sessions"] if one["current"])
    body = {"login": name, "password": PASSWORD}
    async with clients[Role.PROGRAM].http.post("/api/tokens", json=body) as response:
        token = (await response.json())["access_token"]
    clients[Role.PROGRAM].http.headers["Authorization"] = f"Bearer {token}"
    camera = await clients[Role.OWNER].camera("Private gate")
    hook = {"kind": "webhook", "name": "Private hook", "target": "https://hooks.example.invalid/", "steps": ["warning"]}
    async with clients[Role.OWNER].http.post("/api/channels", json=hook) as response:
        channel = (await response.json())["channel"]["id"]
    return People(clients, camera, session, token, channel)


async def make_admin(settings: Settings, client: Client) -> None:
    """Give the role to who is signed in."""
    async with client.http.get("/api/session") as response:
        name = (await response.json())["user"]["username"]
    database = Database(settings.database_path)
    async with database.writing() as connection:
        await connection.execute(text("UPDATE users SET is_admin = 1 WHERE username = :name"), {"name": name})
    await database.close()


async def ask(people: People, role: Role, case: Case) -> tuple[int, str]:
    """Send the request of a case. Returns the status and the body, and checks that a limit was counted."""
    path = people.fill(case.path or case.rule)
    options = {"json": people.fill(case.json), "data": people.fill(case.form), "allow_redirects": False}
    async with people.clients[role].http.request(case.method, path, **options) as response:
        limited = "ratelimit-limit" in {name.lower() for name in response.headers}
        assert limited != case.exempt, f"{case}: limit"
        return response.status, await response.text()


@pytest.mark.parametrize("role", [Role.STRANGER, Role.OTHER, Role.ADMIN, Role.OWNER, Role.PROGRAM])
async def test_routes(open_server: RunningServer, role: Role) -> None:
    async with AsyncExitStack() as stack:
        people = await gather_people(open_server, stack)
        for case in ROUTES:
            if role is Role.PROGRAM and not case.programs:
                continue
            status, body = await ask(people, role, case)
            assert status == case.expected(role), f"{case} as {role}: {body[:300]}"
            if role not in (Role.OWNER, Role.PROGRAM):
                assert "Private gate" not in body, f"{case} as {role}"
            if case.spends and role is not Role.STRANGER:
                people = await gather_people(open_server, stack)


async def test_others_leave_no_trace(open_server: RunningServer) -> None:
    """After every refused request the owner's things are as they were."""
    async with AsyncExitStack() as stack:
        people = await gather_people(open_server, stack)
        for role in (Role.STRANGER, Role.OTHER, Role.ADMIN):
            for case in ROUTES:
                if case.expected(role) in (302, 401, 404):
                    await ask(people, role, case)
        owner = people.clients[Role.OWNER].http
        async with owner.get(f"/api/cameras/{people.camera}") as response:
            assert (await response.json())["camera"]["name"] == "Private gate"
        async with owner.get("/api/sessions") as response:
            assert people.session in {one["id"] for one in (await response.json())["sessions"]}


@pytest.mark.parametrize("role", [Role.OTHER, Role.ADMIN, Role.OWNER, Role.PROGRAM])
async def test_events(open_server: RunningServer, role: Role) -> None:
    for event in EVENTS:
        async with AsyncExitStack() as stack:
            await check_event(await gather_people(open_server, stack), role, event)


async def check_event(people: People, role: Role, event: str) -> None:
    """The owner streams by a program; somebody sends an event about that stream."""
    owner = people.clients[Role.PROGRAM]
    await owner.socket.connect(owner.url, auth={"token": people.token}, transports=["websocket"])
    stream = (await owner.open(people.camera))["stream"]
    asker = people.clients[role]
    if role is not Role.PROGRAM:
        await asker.connect()
    payload, refusal = EVENTS[event]
    answer = await asker.call(event, people.fill(payload, stream=stream))
    code = answer.get("error", {}).get("code")
    if role is Role.PROGRAM:
        assert code is None, f"{event}: {answer}"
    elif role is Role.OWNER and event == "stream_open":
        assert answer["stream"] != stream, "the owner may stream a camera from another device"
    else:
        # A stream belongs to its connection, a token to its session: the owner's second device is no exception.
        assert code == refusal, f"{event} as {role}"
    if not (role in (Role.OWNER, Role.PROGRAM) and event in ("stream_open", "stream_close")):
        assert (await owner.frame(stream, 2))["status"] == "processed", "the stream goes on"


async def test_strangers_send_no_events(open_server: RunningServer) -> None:
    async with open_server.client() as stranger:
        with pytest.raises(SocketConnectionError):
            await stranger.connect()
