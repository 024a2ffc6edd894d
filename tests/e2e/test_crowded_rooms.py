"""A room of which not every number is known: what the wall, the list of cameras and the page for everybody show."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from server.core.tracks import Tracks
from tests.e2e.conftest import Watch, new_user
from tests.e2e.room_tools import Phone, invite, make_room, send, wait_live
from tests.e2e.scripted import ScriptedServer
from tests.e2e.test_account import photograph
from tests.e2e.test_pages import overflow, violations
from tests.e2e.test_rooms import names, tile
from tests.media import encode_jpeg, read_vtest
from tests.support.crowds import crowd, crowded, saturated
from tests.support.engine import person

BOXED = tuple(person(n, 0.1 * n, 0.2, 0.1 * n + 0.06, 0.6) for n in range(1, 5))
SEES: dict[str, Tracks] = {
    "Square": crowded(0, BOXED[:2], crowd(470)),
    "Tunnel": saturated(0, BOXED),
    "Door": Tracks(0, 640, 480, BOXED[:3]),
}
"""A crowd that is estimated, one that is not, and three people."""
AREAS = {"Festival": ("Square",), "Underpass": ("Tunnel",), "Entrance": ("Door",), "All": ("Square", "Tunnel", "Door")}
GREEN = "rgb(20, 112, 58)"


@pytest.fixture(scope="module")
def owner(browser: Browser, scripted: ScriptedServer, phones: list[Phone]) -> Iterator[Page]:
    """The wall of a room with a phone at each place and an area of each."""
    with new_user(browser, scripted.url, 1440, 900) as page:
        room = make_room(page, "City festival")
        _, code = invite(page, room, "camera")
        for place, (name, tracks) in enumerate(SEES.items()):
            frames = read_vtest(1, place * 200)
            scripted.engine.shows[encode_jpeg(frames[0])] = tracks
            phones.append(Phone(scripted.url, code, name, frames).start())
        ids = {name: phone.camera for name, phone in zip(SEES, phones, strict=True)}
        for area, places in AREAS.items():
            body = {"name": area, "members": [{"camera": ids[place]} for place in places], "capacity": 1000}
            send(page, "POST", f"/api/rooms/{room}/areas", body)
        yield page


@pytest.fixture
def wall(owner: Page, watch: Watch) -> Page:
    """The wall with everything live."""
    watch.follow(owner)
    owner.set_viewport_size({"width": 1440, "height": 900})
    owner.reload()
    wait_live(owner, len(SEES))
    owner.wait_for_function("() => document.querySelectorAll('.area-card').length === 4")
    return owner


def area(page: Page, name: str) -> Locator:
    """The card of this area."""
    return page.locator(".area-card", has=page.get_by_role("heading", name=name, exact=True))


def test_the_wall_tells_counts_estimates_and_what_is_not_known(wall: Page) -> None:
    for name, number, words in (
        ("Square", "≈ 470", "376–564, estimated"),
        ("Tunnel", "≥ 4", "Unknown: at least 4"),
        ("Door", "3", "people"),
    ):
        figures = wall.locator(f"{tile(wall, name)} .tile-figures")
        expect(figures.locator("strong")).to_have_text(number)
        expect(figures.locator(".tile-word")).to_have_text(words)
    for name, look, number in (
        ("Festival", "estimated", "≈ 470"),
        ("Underpass", "unknown", "≥ 4"),
        ("Entrance", "counted", "3"),
        ("All", "unknown", "≥ 383"),
    ):
        expect(area(wall, name)).to_have_attribute("data-look", look)
        expect(area(wall, name).locator("strong")).to_have_text(number)
    expect(area(wall, "All")).to_contain_text("1 camera sees too many people to count")
    expect(wall.locator("#total")).to_have_text("≥ 383")
    expect(wall.locator("#total-known")).to_have_text("Unknown: at least 383")
    assert names(wall)[0] == "Tunnel", "what cannot be counted comes before what is calm"


def test_each_state_has_a_shape_of_its_own(wall: Page) -> None:
    """Not colour alone: words, signs, a dotted line and a hatched ground."""
    look = "card => [getComputedStyle(card).outlineStyle, /repeating/.test(getComputedStyle(card).backgroundImage)]"
    styles = {name: area(wall, name).evaluate(look) for name in AREAS}
    assert styles == {
        "Festival": ["none", False],
        "Underpass": ["dotted", True],
        "Entrance": ["none", False],
        "All": ["dotted", True],
    }
    assert wall.locator(tile(wall, "Tunnel")).evaluate("one => getComputedStyle(one).outlineStyle") == "dotted"
    assert wall.locator(tile(wall, "Door")).evaluate("one => getComputedStyle(one).outlineStyle") == "none"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_read_on_every_screen(wall: Page, scheme: str) -> None:
    wall.get_by_role("button", name="Theme").click()
    wall.get_by_label("Light" if scheme == "light" else "Dark", exact=True).check()
    wall.keyboard.press("Escape")
    assert violations(wall) == []
    for width, height in ((1440, 900), (390, 844), (844, 390)):
        wall.set_viewport_size({"width": width, "height": height})
        assert overflow(wall) == 0, f"{width}×{height}"
        for text in wall.locator(".tile-figures, .tile-life").all():
            assert text.evaluate("one => one.scrollWidth <= one.clientWidth + 6"), text.inner_text()
        assert not wall.evaluate(OVERLAPS), f"{width}×{height}: plates lie on each other"
        photograph(wall, f"crowded-wall-{scheme}-{width}")


OVERLAPS = """() => [...document.querySelectorAll('.tile-stage')].some((stage) => {
  const [a, b] = ['.tile-figures', '.tile-life'].map((name) => stage.querySelector(name).getBoundingClientRect());
  return a.right > b.left && b.right > a.left && a.bottom > b.top && b.bottom > a.top;
})"""


def test_the_page_for_everybody_never_says_go_of_what_is_not_known(wall: Page, browser: Browser, watch: Watch) -> None:
    room = wall.url.rsplit("/", 1)[1]
    areas = {one["name"]: one["id"] for one in send(wall, "GET", f"/api/rooms/{room}")["room"]["areas"]}
    opened = send(wall, "PUT", f"/api/rooms/{room}/status-page", {"show": "counts", "areas": list(areas.values())})
    everybody = browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page = everybody.new_page()
    watch.follow(page)
    page.goto(opened["url"].replace("127.0.0.1", "localhost"))
    shown = {
        name: page.locator(".public-area", has=page.get_by_role("heading", name=name, exact=True)) for name in areas
    }
    for name, state in {"Festival": "go", "Underpass": "unknown", "Entrance": "go", "All": "unknown"}.items():
        expect(shown[name]).to_have_attribute("data-state", state)
    expect(shown["Festival"]).to_contain_text("≈ 470 of 1,000")
    expect(shown["Festival"]).to_contain_text("376–564, estimated")
    for name in ("Underpass", "All"):
        expect(shown[name].locator(".public-state")).to_have_text("Unknown")
        expect(shown[name].locator(".public-numbers")).to_have_text("")
        style = shown[name].evaluate("one => [getComputedStyle(one).borderStyle, getComputedStyle(one).borderColor]")
        assert style[0] == "dotted"
        assert style[1] != GREEN
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert violations(page) == [], scheme
        assert overflow(page) == 0
        photograph(page, f"crowded-status-{scheme}")
    everybody.close()


def test_the_list_of_cameras_says_the_same(wall: Page) -> None:
    room = wall.url
    wall.goto("/cameras")
    for name, number, words in (
        ("Square", "≈ 470", "376–564, estimated"),
        ("Tunnel", "≥ 4", "Unknown: at least 4"),
        ("Door", "3", "people now"),
    ):
        figure = wall.locator(".card", has=wall.get_by_role("link", name=name, exact=True)).locator(".card-count")
        expect(figure.locator("strong")).to_have_text(number)
        expect(figure).to_contain_text(words)
    expect(wall.locator(".card", has=wall.get_by_role("link", name="Square", exact=True))).to_contain_text("Peak ≈ 470")
    assert violations(wall) == []
    photograph(wall, "crowded-cameras")
    wall.goto(room)


def test_a_room_without_cameras_has_not_nobody(wall: Page) -> None:
    room = wall.url
    bare = make_room(wall, "Empty room")
    expect(wall.locator("#total-known")).to_have_text("Unknown")
    expect(wall.locator("#total")).to_have_text("–")
    body = {"name": "Field", "members": [], "capacity": 10}
    made = send(wall, "POST", f"/api/rooms/{bare}/areas", body)["area"]["id"]
    opened = send(wall, "PUT", f"/api/rooms/{bare}/status-page", {"show": "counts", "areas": [made]})
    expect(area(wall, "Field")).to_have_attribute("data-look", "unknown")
    wall.goto("/status/" + opened["url"].rsplit("/", 1)[1])
    expect(wall.locator(".public-area")).to_have_attribute("data-state", "unknown")
    wall.goto(room)
