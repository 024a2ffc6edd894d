"""Row 19: a name is seen as it is: nothing in it turns, hides or steers what is shown around it."""

import base64
from typing import Any

import pytest

from server.api.http.field_rules import wrong_with_account
from server.core.names import text_problem
from tests.faults.figures import note
from tests.support.server import Client, RunningServer

HOSTILE = {
    "right to left override": "exit\u202egpj.etag",
    "embedding": "\u202aGate\u202c",
    "isolate": "\u2067Gate\u2069",
    "mark": "Gate\u200f",
    "Arabic mark": "Gate\u061c",
    "zero width alone": "\u200b",
    "joiners alone": "\u200d\u200c\ufe0f",
    "fillers alone": "\u3164\uffa0",
    "blank Braille alone": "\u2800\u2800",
    "accents alone": "\u0301\u0302",
    "NUL": "Gate\0",
    "ESC": "\x1b[2JGate",
    "C1": "Gate\x9b31m",
    "BEL": "Gate\a",
    "soft hyphen": "Ga\u00adte",
    "byte order mark": "\ufeffGate",
    "tags": "Gate\U000e0041",
    "annotation": "Gate\ufff9",
    "no character": "Gate\uffff",
    "accents without end": "Gate" + "\u0301" * 60,
}
GOOD = [
    *("Gate 1", "ворота", "入口", "بوابة", "דלת", "می\u200cخواهم", "ไม้"),
    *("👨\u200d👩\u200d👧", "❤\ufe0f", "e\u0301te\u0301", "葛\U000e0100"),
]
SQUARE = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9], [0.1, 0.1]]


def zones(name: str, id_: str = "z") -> dict[str, Any]:
    """A plan with one zone of this name."""
    geometry = {"type": "Polygon", "coordinates": [SQUARE]}
    feature = {"type": "Feature", "id": id_, "geometry": geometry, "properties": {"name": name}}
    return {"type": "FeatureCollection", "features": [feature]}


def attempts(camera: str, room: str, name: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Every way to give something a name, or to leave a text for others."""
    return [
        ("post", "/api/cameras", {"name": name}),
        ("patch", f"/api/cameras/{camera}", {"name": name}),
        ("put", f"/api/cameras/{camera}/plan", {"version": 0, "plan": zones(name)}),
        ("put", f"/api/cameras/{camera}/plan", {"version": 0, "plan": zones("Gate", name)}),
        ("post", "/api/rooms", {"name": name}),
        ("patch", f"/api/rooms/{room}", {"name": name}),
        ("post", f"/api/rooms/{room}/areas", {"name": name, "members": [{"camera": camera}]}),
        ("post", f"/api/rooms/{room}/log", {"text": name}),
        ("post", "/api/alerts/alr_x/acknowledge", {"note": name}),
        ("post", "/api/channels", {"kind": "webhook", "name": name, "target": "https://x.org/", "steps": ["warning"]}),
        ("patch", "/api/profile", {"place": name}),
        ("patch", "/api/profile", {"gender": name[:40]}),
    ]


async def refused(user: Client, path: str, method: str, body: dict[str, Any]) -> bool:
    async with user.http.request(method, path, json=body) as response:
        return response.status == 400


async def test_no_name_hides_or_turns_what_is_around_it(server: RunningServer) -> None:
    tried = 0
    async with server.client() as user, server.client() as device:
        await user.register()
        camera = await user.camera()
        room = await user.room("Hall", camera)
        invite = await user.post(f"/api/rooms/{room}/invites", {"role": "camera", "hours": 1, "uses": 100})
        join = "/api" + invite["url"].removeprefix(user.url)
        for kind, name in HOSTILE.items():
            for method, path, body in attempts(camera, room, name):
                assert await refused(user, path, method, body), f"{kind}: {method} {path} {body}"
                tried += 1
            assert await refused(device, join, "post", {"name": name}), kind
    note(19, f"{len(HOSTILE)} names that hide, turn or steer, {tried} attempts", "all refused", "refused")


async def test_names_of_every_script_are_taken(server: RunningServer) -> None:
    async with server.client() as user:
        await user.register()
        camera = await user.camera()
        for version, name in enumerate(GOOD):
            async with user.http.patch(f"/api/cameras/{camera}", json={"name": name}) as response:
                assert (response.status, (await response.json())["camera"]["name"]) == (200, name)
            body = {"version": version, "plan": zones(name)}
            async with user.http.put(f"/api/cameras/{camera}/plan", json=body) as response:
                assert response.status == 200, name
        room = await user.room()
        entry = await user.post(f"/api/rooms/{room}/log", {"text": "two\nlines"})
        assert entry["entry"]["text"] == "two\nlines"


@pytest.mark.parametrize("kind", HOSTILE)
def test_nor_does_a_user_name_or_an_address(kind: str) -> None:
    name = HOSTILE[kind]
    wrong = wrong_with_account(
        f"{name}xxx" if "alone" not in kind else name * 3, f"{name}@example.org", "a b c d e f g"
    )
    assert wrong.keys() == {"username", "email"}


@pytest.mark.parametrize("kind", HOSTILE)
def test_lines_of_a_note_hide_nothing_either(kind: str) -> None:
    assert text_problem("first\n" + HOSTILE[kind], lines=True) is None or text_problem(HOSTILE[kind]) is not None
    assert text_problem("\t\n", lines=True) is not None


async def test_json_of_a_token_that_nests_deep_is_no_fault(server: RunningServer) -> None:
    deep = base64.urlsafe_b64encode(b"[" * 1500).rstrip(b"=").decode()
    async with server.client() as user:
        headers = {"Authorization": f"Bearer {deep}.e30.x"}
        async with user.http.get("/api/cameras", headers=headers) as response:
            assert response.status == 401, await response.text()
        async with user.http.post("/api/tokens/refresh", json={"refresh_token": f"{deep}.e30.x"}) as response:
            assert response.status < 500, await response.text()


@pytest.mark.parametrize(
    "name", ["\uff41\uff44\uff41", "ad\u00aa", "ada\u00b2", "\u212bngstrom", "\u2170van", "o\ufb03ce"]
)
def test_an_account_is_not_called_like_another_in_other_letters(name: str) -> None:
    """As full width, small raised letters, ligatures and signs that are letters are."""
    assert wrong_with_account(name, f"{name}@example.org", "a b c d e f g").keys() == {"username", "email"}
    for good in ("ada", "\u00e5ngstr\u00f6m", "\u0432\u043e\u0440\u043e\u0442\u0430", "\u5165\u53e3\u5165"):
        assert not wrong_with_account(good, f"{good}@example.org", "a b c d e f g")
