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
    OTHER = "other"
    ADMIN = "admin"  # administers the server; other people's cameras are none of it


@dataclass(frozen=True)
class Case:
    """A request about something of the owner.

    Attributes
    ----------
    stranger, owner, other : int
        Expected status. A program is answered as its owner, an administrator as any other user.
    path : str
        With `{camera}`, `{session}` and `{channel}`, which are the owner's.
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

    def expected(self, role: Role) -> int:
        """The status for a role."""
        return {Role.STRANGER: self.stranger, Role.OWNER: self.owner, Role.PROGRAM: self.owner}.get(role, self.other)

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"


LOGIN = {"login": "nobody", "password": "wrong password"}
NEW_USER = {"username": "x", "email": "", "password": ""}
CHANGE = {"current_password": PASSWORD, "new_password": "another long password"}
DAY = "from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z"
PLAN = {"version": 0, "plan": {"type": "FeatureCollection", "features": []}}
HOOK = {"kind": "webhook", "name": "Hook", "target": "https://hooks.example.invalid/new", "steps": ["critical"]}
HOOK_FORM = {"kind": "webhook", "name": "Hook", "target": "https://hooks.example.invalid/form", "steps": "critical"}

ROUTES = [
    Case("GET", "/", 200, 302, 302, programs=False),
    Case("GET", "/register", 200, 302, 302, programs=False),
    Case("POST", "/register", 400, 400, 400, form=NEW_USER),
    Case("GET", "/login", 200, 302, 302, programs=False),
    Case("POST", "/login", 401, 401, 401, form=LOGIN),
    Case("POST", "/logout", 303, 303, 303, spends=True),
    Case("POST", "/language", 303, 303, 303, form={"language": "en"}),
    Case("GET", "/cameras", 302, 200, 200),
    Case("GET", "/cameras/<camera_id>", 302, 200, 404, path="/cameras/{camera}"),
    Case("GET", "/profile", 302, 200, 200),
    Case("POST", "/profile", 401, 303, 303, form={"place": "Bern"}),
    Case("POST", "/profile/password", 401, 303, 303, form=CHANGE, spends=True),
    Case("GET", "/profile/sessions", 302, 200, 200),
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
    Case("GET", "/api/cameras/<camera_id>", 401, 200, 404, path="/api/cameras/{camera}"),
    Case("PATCH", "/api/cameras/<camera_id>", 401, 200, 404, path="/api/cameras/{camera}", json={"name": "Taken"}),
    Case("DELETE", "/api/cameras/<camera_id>", 401, 204, 404, path="/api/cameras/{camera}", spends=True),
    Case("GET", "/api/cameras/<camera_id>/plan", 401, 200, 404, path="/api/cameras/{camera}/plan"),
    Case("PUT", "/api/cameras/<camera_id>/plan", 401, 200, 404, path="/api/cameras/{camera}/plan", json=PLAN),
    Case("GET", "/api/cameras/<camera_id>/alerts", 401, 200, 404, path="/api/cameras/{camera}/alerts"),
    Case("GET", "/api/cameras/<camera_id>/history", 401, 200, 404, path="/api/cameras/{camera}/history?" + DAY),
    Case("GET", "/api/cameras/<camera_id>/history.csv", 401, 200, 404, path="/api/cameras/{camera}/history.csv?" + DAY),
    Case(
        "GET", "/api/cameras/<camera_id>/history.json", 401, 200, 404, path="/api/cameras/{camera}/history.json?" + DAY
    ),
    # 501 where pyarrow is not installed; the tests have it.
    Case(
        "GET",
        "/api/cameras/<camera_id>/history.parquet",
        401,
        200,
        404,
        path="/api/cameras/{camera}/history.parquet?" + DAY,
    ),
    Case("GET", "/api/cameras/<camera_id>/heatmap", 401, 200, 404, path="/api/cameras/{camera}/heatmap?" + DAY),
    Case("GET", "/history", 302, 200, 200),
    # An alert of the owner's: tests/api/test_history.py. Here it is unknown to everybody.
    Case("POST", "/api/alerts/<alert_id>/acknowledge", 401, 404, 404, path="/api/alerts/alr_1/acknowledge", json={}),
    Case("GET", "/notifications", 302, 200, 200),
    Case("POST", "/notifications/add", 401, 201, 201, form=HOOK_FORM, spends=True),
    Case("POST", "/notifications/<channel_id>/pause", 401, 303, 404, path="/notifications/{channel}/pause", form={}),
    Case("POST", "/notifications/<channel_id>/test", 401, 303, 404, path="/notifications/{channel}/test"),
    Case(
        "POST", "/notifications/<channel_id>/confirm", 401, 303, 404, path="/notifications/{channel}/confirm", form={}
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
    Case("GET", "/healthz", 200, 200, 200, exempt=True),
    Case("GET", "/readyz", 200, 200, 200, exempt=True),
    Case("GET", "/metrics", 200, 200, 200, exempt=True),
    Case("GET", "/openapi.json", 200, 200, 200),
    Case("GET", "/assets/<path:name>", 200, 200, 200, path="/assets/manifest.json", exempt=True),
    Case("GET", "/static/<path:filename>", 200, 200, 200, path="/static/icons/favicon.svg"),
]

# Event -> the payload about the owner's things, and what others are answered. The owner is never answered so.
EVENTS = {
    "stream_open": ({"camera": "{camera}", "source": "camera", "mode": "live"}, "UNKNOWN_CAMERA"),
    "frame": ({"stream": "{stream}", "seq": 1, "t": 1.0, "jpeg": b"jpeg"}, "UNKNOWN_STREAM"),
    "stream_close": ({"stream": "{stream}"}, "UNKNOWN_STREAM"),
    "heatmap_window": ({"stream": "{stream}", "window": "session"}, "UNKNOWN_STREAM"),
    "counters_reset": ({"stream": "{stream}"}, "UNKNOWN_STREAM"),
    "renew": ({"token": "{token}"}, "INVALID_TOKEN"),
}
