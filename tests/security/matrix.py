"""Who may do what: every route and every event, for every role. A new one has to be added here."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.support.server import PASSWORD


class Role(StrEnum):
    """Who asks, always about what belongs to the owner."""

    STRANGER = "stranger"
    OWNER = "owner"
    PROGRAM = "program"  # the owner, with an access token
    OPERATOR = "operator"  # of the room that the owner's camera is in
    VIEWER = "viewer"
    GUEST = "guest"  # a device that streams into that room as a camera of its own; over HTTP it is a stranger
    NEIGHBOUR = "neighbour"  # the owner of another room, whose own ids are of no use in this one
    OTHER = "other"
    ADMIN = "admin"  # administers the server; other people's cameras are none of it


@dataclass(frozen=True)
class Case:
    """A request about something of the owner.

    Attributes
    ----------
    stranger, owner, other, operator, viewer : int
        Expected status. A program is answered as its owner, an administrator as any other user, and so are the people
        of the room where nothing else is said.
    path : str
        With `{camera}`, `{session}`, `{room}` and so on, which are the owner's.
    """

    method: str
    rule: str
    stranger: int
    owner: int
    other: int
    path: str = ""
    json: dict[str, Any] | None = None
    form: dict[str, str] | None = None
    exempt: bool = False  # from the rate limit: health is asked for often, assets are cached
    programs: bool = True
    spends: bool = False  # a session, a camera or an account is gone after it
    operator: int | None = None
    viewer: int | None = None
    headers: dict[str, str] | None = None
    body: bytes | None = None

    def expected(self, role: Role) -> int:
        """The status for a role."""
        known = {
            Role.STRANGER: self.stranger,
            Role.GUEST: self.stranger,
            Role.OWNER: self.owner,
            Role.PROGRAM: self.owner,
            Role.OPERATOR: self.operator,
            Role.VIEWER: self.viewer,
        }.get(role)
        return self.other if known is None else known

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"


LOGIN = {"login": "nobody", "password": "wrong password"}
NEW_USER = {"username": "x", "email": "", "password": ""}
CHANGE = {"current_password": PASSWORD, "new_password": "another long password"}
DAY = "from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z"
PLAN = {"version": 0, "plan": {"type": "FeatureCollection", "features": []}}
HOOK = {"kind": "webhook", "name": "Hook", "target": "https://hooks.example.invalid/new", "steps": ["critical"]}
HOOK_FORM = {"kind": "webhook", "name": "Hook", "target": "https://hooks.example.invalid/form", "steps": "critical"}

TUS = {"Tus-Resumable": "1.0.0"}
RECORDING = "/api/recordings/{recording}"
UPLOAD = "/api/recordings/uploads/{upload}"

AREA = {"name": "Gate A", "members": [{"camera": "{camera}"}], "capacity": 10}
INVITE = {"role": "viewer", "hours": 1, "uses": 1}
STATUS = {"show": "counts", "areas": []}
ROOM = "/api/rooms/{room}"


def _owners(method: str, rule: str, done: int, path: str, **more: Any) -> Case:
    """Something for the room's owner alone."""
    return Case(method, rule, 401, done, 404, path=ROOM + path, operator=403, viewer=403, **more)


def _operators(method: str, rule: str, done: int, path: str, **more: Any) -> Case:
    """Something for its operators as well."""
    return Case(method, rule, 401, done, 404, path=ROOM + path, operator=done, viewer=403, **more)


def _members(method: str, rule: str, path: str) -> Case:
    """Something for everybody in the room to see."""
    return Case(method, rule, 401, 200, 404, path=ROOM + path, operator=200, viewer=200)


RECORDING_ROUTES = [
    Case("GET", "/recordings", 302, 200, 200),
    Case("OPTIONS", "/api/recordings/uploads", 204, 204, 204),
    Case("POST", "/api/recordings/uploads", 401, 201, 201, headers=TUS | {"Upload-Length": "100"}),
    Case("HEAD", "/api/recordings/uploads/<upload_id>", 401, 200, 404, path=UPLOAD, headers=TUS),
    Case(
        "PATCH",
        "/api/recordings/uploads/<upload_id>",
        401,
        204,
        404,
        path=UPLOAD,
        headers=TUS | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"},
        body=b"RIFF\0\0\0\0AVI ",
        spends=True,
    ),
    Case("DELETE", "/api/recordings/uploads/<upload_id>", 401, 204, 404, path=UPLOAD, headers=TUS, spends=True),
    Case("GET", "/api/recordings", 401, 200, 200),
    Case("GET", "/api/recordings/<recording_id>", 401, 200, 404, path=RECORDING),
    Case("PATCH", "/api/recordings/<recording_id>", 401, 200, 404, path=RECORDING, json={"name": "Taken"}),
    Case("DELETE", "/api/recordings/<recording_id>", 401, 204, 404, path=RECORDING, spends=True),
    # Its file is gone.
    Case("POST", "/api/recordings/<recording_id>/runs", 401, 409, 404, path=RECORDING + "/runs", json={}),
    Case(
        "DELETE",
        "/api/recordings/<recording_id>/runs/<run_id>",
        401,
        204,
        404,
        path=RECORDING + "/runs/{run}",
        spends=True,
    ),
]

ROOM_ROUTES = [
    # First, not last: who leaves while a file is sent has it closed later.
    Case("GET", "/assets/<path:name>", 200, 200, 200, path="/assets/manifest.json", exempt=True),
    Case("GET", "/static/<path:filename>", 200, 200, 200, path="/static/icons/favicon.svg"),
    Case("GET", "/rooms", 302, 200, 200),
    Case("GET", "/rooms/<room_id>", 302, 200, 404, path="/rooms/{room}", operator=200, viewer=200),
    Case("GET", "/join/<code>", 200, 200, 200, path="/join/{code}"),
    Case("GET", "/join/<code>/app.webmanifest", 200, 200, 200, path="/join/{code}/app.webmanifest"),
    Case("GET", "/status/<code>", 200, 200, 200, path="/status/{status}"),
    Case("GET", "/api/rooms", 401, 200, 200),
    Case("POST", "/api/rooms", 401, 201, 201, json={"name": "Hall"}),
    _members("GET", "/api/rooms/<room_id>", ""),
    _owners("PATCH", "/api/rooms/<room_id>", 200, "", json={"name": "Taken"}),
    _owners("DELETE", "/api/rooms/<room_id>", 204, "", spends=True),
    # Who is no owner of the camera may not place it, whatever the role in the room.
    _owners("PUT", "/api/rooms/<room_id>/cameras/<camera_id>", 200, "/cameras/{camera}"),
    _owners("DELETE", "/api/rooms/<room_id>/cameras/<camera_id>", 204, "/cameras/{camera}", spends=True),
    _owners("PATCH", "/api/rooms/<room_id>/members/<user_id>", 200, "/members/{member}", json={"role": "operator"}),
    # The member is the operator, who may leave.
    Case(
        "DELETE",
        "/api/rooms/<room_id>/members/<user_id>",
        401,
        204,
        404,
        path=ROOM + "/members/{member}",
        operator=204,
        viewer=403,
        spends=True,
    ),
    _owners("GET", "/api/rooms/<room_id>/invites", 200, "/invites"),
    _owners("POST", "/api/rooms/<room_id>/invites", 201, "/invites", json=INVITE),
    _owners("DELETE", "/api/rooms/<room_id>/invites/<invite_id>", 204, "/invites/{invite}", spends=True),
    Case("GET", "/api/join/<code>", 200, 200, 200, path="/api/join/{code}"),
    # A device needs no account. For the other roles of an invitation: tests/rooms/test_joining.py.
    Case("POST", "/api/join/<code>", 201, 201, 201, path="/api/join/{code}", json={}),
    _members("GET", "/api/rooms/<room_id>/areas", "/areas"),
    _operators("POST", "/api/rooms/<room_id>/areas", 201, "/areas", json=AREA),
    _operators("PATCH", "/api/rooms/<room_id>/areas/<area_id>", 200, "/areas/{area}", json={"capacity": 5}),
    _operators("DELETE", "/api/rooms/<room_id>/areas/<area_id>", 204, "/areas/{area}", spends=True),
    _members("GET", "/api/rooms/<room_id>/log", "/log"),
    _operators("POST", "/api/rooms/<room_id>/log", 201, "/log", json={"text": "Gate closed"}),
    _members("GET", "/api/rooms/<room_id>/alerts", "/alerts"),
    _owners("GET", "/api/rooms/<room_id>/status-page", 200, "/status-page"),
    _owners("PUT", "/api/rooms/<room_id>/status-page", 200, "/status-page", json=STATUS),
    _owners("DELETE", "/api/rooms/<room_id>/status-page", 204, "/status-page", spends=True),
    Case("GET", "/api/status/<code>", 200, 200, 200, path="/api/status/{status}"),
    Case(
        "POST",
        "/api/alerts/<alert_id>/claim",
        401,
        200,
        404,
        path="/api/alerts/{alert}/claim",
        operator=200,
        viewer=403,
    ),
]

ROUTES = [
    Case("GET", "/", 200, 302, 302, programs=False),
    Case("GET", "/register", 200, 302, 302, programs=False),
    Case("POST", "/register", 400, 400, 400, form=NEW_USER),
    Case("GET", "/login", 200, 302, 302, programs=False),
    Case("POST", "/login", 401, 401, 401, form=LOGIN),
    Case("POST", "/logout", 303, 303, 303, spends=True),
    Case("POST", "/language", 303, 303, 303, form={"language": "en"}),
    Case("GET", "/cameras", 302, 200, 200),
    Case("GET", "/cameras/<camera_id>", 302, 200, 404, path="/cameras/{camera}", operator=200, viewer=403),
    Case("GET", "/profile", 302, 200, 200),
    Case("POST", "/profile", 401, 303, 303, form={"place": "Bern"}),
    Case("POST", "/profile/password", 401, 303, 303, form=CHANGE, spends=True),
    Case("GET", "/profile/sessions", 302, 200, 200),
    # One that is not there is answered alike: that another's stays is looked at in test_others_leave_no_trace.
    Case("POST", "/profile/sessions/end", 401, 303, 303, form={"session": "{session}"}, spends=True),
    Case("GET", "/profile/log", 302, 200, 200),
    Case("GET", "/profile/delete", 302, 200, 200),
    Case("POST", "/profile/delete", 401, 303, 303, form={"password": PASSWORD}, spends=True),
    Case("POST", "/api/users", 400, 400, 400, json=NEW_USER),
    Case("POST", "/api/session", 401, 401, 401, json=LOGIN),
    Case("GET", "/api/session", 401, 200, 200),
    Case("DELETE", "/api/session", 401, 204, 204, spends=True),
    Case("GET", "/api/sessions", 401, 200, 200),
    Case("DELETE", "/api/sessions", 401, 204, 204, spends=True),
    Case("DELETE", "/api/sessions/<session_id>", 401, 204, 404, path="/api/sessions/{session}", spends=True),
    Case("POST", "/api/tokens", 401, 401, 401, json=LOGIN),
    Case("POST", "/api/tokens/refresh", 401, 401, 401, json={"refresh_token": "x"}),
    Case("DELETE", "/api/tokens", 401, 204, 204, spends=True),
    Case("GET", "/api/profile", 401, 200, 200),
    Case("PATCH", "/api/profile", 401, 200, 200, json={"place": "Bern"}),
    Case("GET", "/api/account/holdings", 401, 200, 200),
    Case("POST", "/api/account/password", 401, 204, 204, json=CHANGE, spends=True),
    Case("POST", "/api/account/delete", 401, 204, 204, json={"password": PASSWORD}, spends=True),
    Case("GET", "/api/audit", 401, 200, 200),
    Case("GET", "/api/audit/export", 401, 200, 200),
    Case("GET", "/api/cameras", 401, 200, 200),
    Case("POST", "/api/cameras", 401, 201, 201, json={"name": "Gate"}),
    Case("GET", "/api/cameras/<camera_id>", 401, 200, 404, path="/api/cameras/{camera}", operator=200, viewer=200),
    Case(
        "PATCH",
        "/api/cameras/<camera_id>",
        401,
        200,
        404,
        path="/api/cameras/{camera}",
        json={"name": "Taken"},
        operator=403,
        viewer=403,
    ),
    Case(
        "DELETE",
        "/api/cameras/<camera_id>",
        401,
        204,
        404,
        path="/api/cameras/{camera}",
        spends=True,
        operator=403,
        viewer=403,
    ),
    Case(
        "GET",
        "/api/cameras/<camera_id>/plan",
        401,
        200,
        404,
        path="/api/cameras/{camera}/plan",
        operator=200,
        viewer=200,
    ),
    Case(
        "PUT",
        "/api/cameras/<camera_id>/plan",
        401,
        200,
        404,
        path="/api/cameras/{camera}/plan",
        json=PLAN,
        operator=200,
        viewer=403,
    ),
    Case(
        "GET",
        "/api/cameras/<camera_id>/alerts",
        401,
        200,
        404,
        path="/api/cameras/{camera}/alerts",
        operator=200,
        viewer=200,
    ),
    Case(
        "GET",
        "/api/cameras/<camera_id>/history",
        401,
        200,
        404,
        path="/api/cameras/{camera}/history?" + DAY,
        operator=200,
        viewer=200,
    ),
    Case(
        "GET",
        "/api/cameras/<camera_id>/history.csv",
        401,
        200,
        404,
        path="/api/cameras/{camera}/history.csv?" + DAY,
        operator=200,
        viewer=200,
    ),
    Case(
        "GET",
        "/api/cameras/<camera_id>/history.json",
        401,
        200,
        404,
        path="/api/cameras/{camera}/history.json?" + DAY,
        operator=200,
        viewer=200,
    ),
    # 501 where pyarrow is not installed; the tests have it.
    Case(
        "GET",
        "/api/cameras/<camera_id>/history.parquet",
        401,
        200,
        404,
        path="/api/cameras/{camera}/history.parquet?" + DAY,
        operator=200,
        viewer=200,
    ),
    Case(
        "GET",
        "/api/cameras/<camera_id>/heatmap",
        401,
        200,
        404,
        path="/api/cameras/{camera}/heatmap?" + DAY,
        operator=200,
        viewer=200,
    ),
    Case("GET", "/history", 302, 200, 200),
    *ROOM_ROUTES,
    *RECORDING_ROUTES,
    Case(
        "POST",
        "/api/alerts/<alert_id>/acknowledge",
        401,
        200,
        404,
        path="/api/alerts/{alert}/acknowledge",
        json={"note": "Taken"},
        operator=200,
        viewer=403,
    ),
    Case(
        "GET",
        "/api/cameras/<camera_id>/stills",
        401,
        200,
        404,
        path="/api/cameras/{camera}/stills",
        operator=200,
        viewer=200,
    ),
    Case(
        "PUT",
        "/api/cameras/<camera_id>/stills",
        401,
        200,
        404,
        path="/api/cameras/{camera}/stills",
        json={"keep": False},
        operator=403,
        viewer=403,
    ),
    # Unlike the alert, its picture does not exist for who may not see it.
    Case("GET", "/api/alerts/<alert_id>/still", 401, 200, 404, path="/api/alerts/{alert}/still", operator=200),
    Case("DELETE", "/api/alerts/<alert_id>/still", 401, 204, 404, path="/api/alerts/{alert}/still", spends=True),
    Case("GET", "/notifications", 302, 200, 200),
    Case("POST", "/notifications/add", 401, 201, 201, form=HOOK_FORM, spends=True),
    Case("POST", "/notifications/<channel_id>/pause", 401, 303, 404, path="/notifications/{channel}/pause", form={}),
    Case("POST", "/notifications/<channel_id>/test", 401, 303, 404, path="/notifications/{channel}/test"),
    Case(
        "POST", "/notifications/<channel_id>/confirm", 401, 303, 404, path="/notifications/{channel}/confirm", form={}
    ),
    Case("GET", "/notifications/<channel_id>/edit", 302, 200, 404, path="/notifications/{channel}/edit"),
    Case(
        "POST",
        "/notifications/<channel_id>/edit",
        401,
        303,
        404,
        path="/notifications/{channel}/edit",
        form={"name": "Hook", "steps": "critical"},
    ),
    Case("GET", "/notifications/<channel_id>/delete", 302, 200, 404, path="/notifications/{channel}/delete"),
    Case(
        "POST", "/notifications/<channel_id>/delete", 401, 303, 404, path="/notifications/{channel}/delete", spends=True
    ),
    Case("GET", "/push-worker.js", 200, 200, 200),
    Case("GET", "/shell-worker.js", 200, 200, 200),
    Case("GET", "/offline", 200, 200, 200),
    Case("GET", "/api/channels", 401, 200, 200),
    Case("POST", "/api/channels", 401, 201, 201, json=HOOK, spends=True),
    Case("PATCH", "/api/channels/<channel_id>", 401, 200, 404, path="/api/channels/{channel}", json={"name": "Taken"}),
    Case("DELETE", "/api/channels/<channel_id>", 401, 204, 404, path="/api/channels/{channel}", spends=True),
    Case("POST", "/api/channels/<channel_id>/test", 401, 200, 404, path="/api/channels/{channel}/test"),
    Case(
        "POST",
        "/api/channels/<channel_id>/confirmation",
        401,
        200,
        404,
        path="/api/channels/{channel}/confirmation",
        json={"code": "12345678"},
    ),
    Case("GET", "/api/models", 401, 200, 200),
    Case("GET", "/api/qualities", 401, 200, 200),
    Case(
        "GET",
        "/api/cameras/<camera_id>/quality",
        401,
        200,
        404,
        "/api/cameras/{camera}/quality",
        viewer=200,
        operator=200,
    ),
    Case(
        "PUT",
        "/api/cameras/<camera_id>/quality",
        401,
        200,
        404,
        "/api/cameras/{camera}/quality",
        {"quality": "fast"},
        viewer=403,
        operator=403,
    ),
    Case("GET", "/healthz", 200, 200, 200, exempt=True),
    Case("GET", "/readyz", 200, 200, 200, exempt=True),
    Case("GET", "/metrics", 200, 200, 200, exempt=True),
    Case("GET", "/openapi.json", 200, 200, 200),
]


@dataclass(frozen=True)
class Event:
    """An event about something of the owner.

    Attributes
    ----------
    refusal : str
        What those are answered who may not send it; never those who may.
    allowed : frozenset of Role
        A stream belongs to its connection, a token to its session: the owner's second device is no exception.
    """

    payload: dict[str, Any]
    refusal: str
    allowed: frozenset[Role] = frozenset({Role.PROGRAM})
    viewer: str | None = None  # the refusal of one who looks at the room, where it is another


MEMBERS = frozenset({Role.OWNER, Role.PROGRAM, Role.OPERATOR, Role.VIEWER})
EVENTS = {
    "stream_open": Event(
        {"camera": "{camera}", "source": "camera", "mode": "live"},
        "UNKNOWN_CAMERA",
        frozenset({Role.OWNER, Role.PROGRAM}),  # may stream a camera from another device
    ),
    "frame": Event({"stream": "{stream}", "seq": 1, "t": 1.0, "jpeg": b"jpeg"}, "UNKNOWN_STREAM"),
    "stream_close": Event({"stream": "{stream}"}, "UNKNOWN_STREAM"),
    "heatmap_window": Event({"stream": "{stream}", "window": "session"}, "UNKNOWN_STREAM"),
    "counters_reset": Event({"stream": "{stream}"}, "UNKNOWN_STREAM"),
    "room_enter": Event({"room": "{room}", "pictures": None}, "UNKNOWN_ROOM", MEMBERS),
    "room_view": Event({"room": "{room}", "pictures": None}, "UNKNOWN_ROOM", MEMBERS),
    "room_editing": Event(
        {"room": "{room}", "camera": "{camera}"}, "UNKNOWN_ROOM", MEMBERS - {Role.VIEWER}, "NOT_ALLOWED"
    ),
    "room_leave": Event({"room": "{room}"}, "UNKNOWN_ROOM", MEMBERS),
    "renew": Event({"token": "{token}"}, "INVALID_TOKEN"),
}
FOR_GUESTS = frozenset({"stream_open", "frame", "stream_close"})
"""Every other event does not exist for a device that is a guest."""
RESERVED = frozenset({"connect", "disconnect"})
"""The library's own: as events of a client they do not exist, for nobody."""
