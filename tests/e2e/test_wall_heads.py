"""The head of the wall on phones: whatever is known of the total, the first picture is there without scrolling."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from server.core import reading
from server.core.tracks import Tracks
from tests.e2e.conftest import Watch, new_user
from tests.e2e.room_tools import Phone, invite, make_room, send
from tests.e2e.scripted import ScriptedServer
from tests.e2e.test_account import photograph
from tests.e2e.test_pages import overflow, violations
from tests.media import encode_jpeg, read_vtest
from tests.support.crowds import crowd, crowded, saturated
from tests.support.engine import person

SIZES = ((390, 844, 0.4), (844, 390, 0.5), (932, 430, 0.5), (360, 640, 0.5))
"""Width, height, and at which share of it the first picture begins at most, as in `test_rooms`."""
BOXED = tuple(person(n, 0.1 * n, 0.2, 0.1 * n + 0.06, 0.6) for n in range(1, 5))
COUNTED = Tracks(0, 640, 480, BOXED)
STATES: dict[str, tuple[Tracks, Tracks]] = {
    "counted": (COUNTED, COUNTED),
    "estimated": (crowded(0, BOXED[:2], crowd(1470)), COUNTED),
    "unknown": (saturated(0, BOXED), crowded(0, BOXED[:2], crowd(1470))),
    "nothing": (saturated(0, ()), saturated(0, ())),
    "stale": (crowded(0, BOXED[:2], crowd(1470)), COUNTED),
}
"""What the two cameras see."""
AREAS = (("Festival ground", 5000), ("Main entrance", 5000), ("Underpass", 5000), ("Market square", 1000))
"""With their capacities: the last is full where there is a crowd."""
PLACES = ("North gate", "South gate")


@pytest.fixture(scope="module")
def owner(browser: Browser, scripted: ScriptedServer, phones: list[Phone]) -> Iterator[Page]:
    """The wall of a room with two phones."""
    with new_user(browser, scripted.url, 390, 844) as page:
        room = make_room(page, "City festival")
        _, code = invite(page, room, "camera")
        for place, name in enumerate(PLACES):
            phones.append(Phone(scripted.url, code, name, read_vtest(1, place * 200)).start())
        yield page


@pytest.fixture(params=[0, 1, 4], ids=lambda areas: f"{areas} areas", scope="module")
def wall(request: pytest.FixtureRequest, owner: Page, phones: list[Phone]) -> Page:
    """The same with areas of both cameras, which have a capacity."""
    room = owner.url.rsplit("/", 1)[1]
    members = [{"camera": phone.camera} for phone in phones]
    known = len(send(owner, "GET", f"/api/rooms/{room}")["room"]["areas"])
    for number in range(known, request.param):
        name, capacity = AREAS[number]
        send(owner, "POST", f"/api/rooms/{room}/areas", {"name": name, "members": members, "capacity": capacity})
    owner.reload()
    owner.wait_for_function("count => document.querySelectorAll('.area-card').length === count", arg=request.param)
    return owner


@pytest.mark.parametrize("state", STATES)
def test_the_first_picture_is_there_at_once(
    wall: Page, scripted: ScriptedServer, watch: Watch, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.follow(wall)
    for place, tracks in enumerate(STATES[state]):
        scripted.engine.shows[encode_jpeg(read_vtest(1, place * 200)[0])] = tracks
    if state == "stale":
        monkeypatch.setattr(reading, "SILENT_S", 0.0)
    look = "unknown" if state == "nothing" else state
    expect(wall.locator("#total-card")).to_have_attribute("data-look", look)
    for card in wall.locator(".area-card").all():
        expect(card).to_have_attribute("data-look", look)
    areas = wall.locator(".area-card").count()
    if areas == len(AREAS) and state == "estimated":
        expect(wall.locator(".area-card .level-critical")).to_be_visible()
    for width, height, most in SIZES:
        wall.set_viewport_size({"width": width, "height": height})
        wall.evaluate("() => scrollTo(0, 0)")
        assert overflow(wall) == 0
        photograph(wall, f"head-{state}-{areas}-{width}x{height}")
        first = wall.locator(".tile-picture").first.bounding_box()
        assert first is not None
        assert first["y"] <= most * height, f"{width}×{height}: {first}"
        words = wall.locator("#total-known")
        assert words.is_hidden() or words.evaluate("one => one.scrollWidth <= one.clientWidth"), f"{width}×{height}"
    assert violations(wall) == []
