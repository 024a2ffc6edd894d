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
from tests.security.matrix import EVENTS, FOR_GUESTS, ROUTES, Case, Role
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
    """One client for each role, and the ids of what belongs to the owner."""

    clients: dict[Role, Client]
    ids: dict[str, str]

    def fill(self, value: Any, **more: str) -> Any:
        """Put the owner's ids into a payload."""
        if isinstance(value, str):
            return value.format(**self.ids, **more)
        if isinstance(value, dict):
            return {key: self.fill(one, **more) for key, one in value.items()}
        return [self.fill(one, **more) for one in value] if isinstance(value, list) else value


@pytest.fixture
async def open_server(settings: Settings, engine: ScriptedEngine) -> AsyncIterator[RunningServer]:
    """A server that lets many people in from here."""
    wide = settings.model_copy(update={"sign_ups_per_hour": 10_000, "sign_ins_per_minute": 10_000})
    async with run_server(wide, engine) as server:
        yield server


_names = iter(range(1_000_000))


async def gather_people(server: RunningServer, stack: AsyncExitStack, asker: Role = Role.OWNER) -> People:
    """Fresh accounts; the owner is signed in a second time elsewhere. Of the people of rooms, the one who asks."""
    clients = {role: await stack.enter_async_context(server.client()) for role in Role}
    owner = clients[Role.OWNER]
    name = f"owner{next(_names)}"
    await owner.register(name)
    for role in {Role.OPERATOR, Role.OTHER, Role.ADMIN, asker} - {Role.OWNER, Role.PROGRAM, Role.STRANGER, Role.GUEST}:
        await clients[role].register(f"{role}{next(_names)}")
    await make_admin(server.settings, clients[Role.ADMIN])
    elsewhere = await stack.enter_async_context(server.client())
    await elsewhere.sign_in(name)
    sessions = (await elsewhere.get("/api/sessions"))["sessions"]
    tokens = await clients[Role.PROGRAM].post("/api/tokens", {"login": name, "password": PASSWORD}, 200)
    clients[Role.PROGRAM].http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    hook = {"kind": "webhook", "name": "Private hook", "target": "https://hooks.example.invalid/", "steps": ["warning"]}
    ids = {
        "camera": await owner.camera("Private gate"),
        "session": next(one["id"] for one in sessions if one["current"]),
        "token": tokens["access_token"],
        "channel": (await owner.post("/api/channels", hook))["channel"]["id"],
    }
    return People(clients, ids | await furnish_room(clients, ids["camera"], asker))


async def furnish_room(clients: dict[Role, Client], camera: str, asker: Role) -> dict[str, str]:
    """A room with the camera, an area, a status page and an operator; whoever asks is let in as its role says."""
    owner = clients[Role.OWNER]
    room = await owner.room("Private room", camera)
    for role in {Role.OPERATOR, asker} & {Role.OPERATOR, Role.VIEWER}:
        await owner.invite(room, role.value, clients[role])
    if asker is Role.GUEST:
        await owner.invite(room, "camera", clients[Role.GUEST])
    if asker is Role.NEIGHBOUR:
        await clients[asker].room("Room next door", await clients[asker].camera("Next door"))
    members = (await owner.get(f"/api/rooms/{room}"))["room"]["members"]
    invite = await owner.post(f"/api/rooms/{room}/invites", {"role": "camera", "hours": 1, "uses": 10})
    area = {"name": "Private area", "members": [{"camera": camera}]}
    return {
        "room": room,
        "member": next(one["user"] for one in members if one["role"] == "operator"),
        "invite": invite["invite"]["id"],
        "code": invite["url"].rpartition("/")[2],
        "area": (await owner.post(f"/api/rooms/{room}/areas", area))["area"]["id"],
        "status": await owner.open_status_page(room, []),
    }


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
        return response.status, await response.text(errors="replace")  # a file may be binary


OUTSIDERS = frozenset({Role.STRANGER, Role.GUEST, Role.NEIGHBOUR, Role.OTHER, Role.ADMIN})


@pytest.mark.parametrize("role", list(Role))
async def test_routes(open_server: RunningServer, role: Role) -> None:
    async with AsyncExitStack() as stack:
        people = await gather_people(open_server, stack, role)
        for case in ROUTES:
            if role is Role.PROGRAM and not case.programs:
                continue
            status, body = await ask(people, role, case)
            assert status == case.expected(role), f"{case} as {role}: {body[:300]}"
            if role in OUTSIDERS:
                assert "Private gate" not in body, f"{case} as {role}"
                assert "Private room" not in body or "code" in case.rule, f"{case} as {role}"
            if case.spends and status < 400:
                people = await gather_people(open_server, stack, role)


async def test_others_leave_no_trace(open_server: RunningServer) -> None:
    """After every refused request the owner's things are as they were."""
    async with AsyncExitStack() as stack:
        people = await gather_people(open_server, stack)
        for role in (Role.STRANGER, Role.OTHER, Role.ADMIN, Role.OPERATOR):
            for case in ROUTES:
                if case.expected(role) in (302, 401, 403, 404):
                    await ask(people, role, case)
        owner = people.clients[Role.OWNER]
        camera = (await owner.get("/api/cameras/" + people.ids["camera"]))["camera"]
        assert (camera["name"], camera["room"]) == ("Private gate", people.ids["room"])
        assert people.ids["session"] in {one["id"] for one in (await owner.get("/api/sessions"))["sessions"]}
        room = (await owner.get("/api/rooms/" + people.ids["room"]))["room"]
        assert room["name"] == "Private room"
        assert {member["role"] for member in room["members"]} == {"owner", "operator"}
        assert [area["name"] for area in room["areas"]] == ["Private area"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.STRANGER])
async def test_events(open_server: RunningServer, role: Role) -> None:
    async with AsyncExitStack() as stack:
        people = await gather_people(open_server, stack, role)
        asker = people.clients[role]
        if role is not Role.PROGRAM:
            await asker.connect()
        for event in EVENTS:
            await check_event(people, role, event)


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
