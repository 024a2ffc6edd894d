"""A packed square before the camera of a room: real networks, and nothing says that nobody is there."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.crowd_picture import crowd_picture
from tests.e2e.conftest import Watch, enter_studio, find_chromium, register, wait_state
from tests.e2e.process import ServerProcess
from tests.e2e.room_tools import make_room, send
from tests.e2e.zone_tools import put_plan, rectangle, zone
from tests.media import encode_jpeg

LOOK_MS = 150_000
"""Until the first look at everything is over, on a machine that has much else to do; an idle one needs seconds."""
CAPACITY = 100
AT_ONCE = {"hold_s": 0, "clear_s": 60, "cooldown_s": 0}

REMEMBER = """(() => {
  const text = (node) => node?.textContent.trim() ?? "";
  const seen = (window.seen = []);
  const look = () => {
    const studio = document.querySelector("#studio");
    if (studio) note(["studio", studio.dataset.people ?? "", text(document.querySelector("#count"))]);
    for (const tile of document.querySelectorAll(".tile"))
      note(["tile", tile.dataset.people ?? "", text(tile.querySelector(".tile-figures strong"))]);
    const total = document.querySelector("#total");
    if (total) note(["total", "", text(total)]);
    for (const card of document.querySelectorAll(".area-card"))
      note(["area", card.dataset.look ?? "", text(card.querySelector("strong"))]);
    for (const area of document.querySelectorAll(".public-area"))
      note(["public", area.dataset.state, text(area.querySelector(".public-numbers"))]);
  };
  const note = (one) => {
    if (!seen.some((other) => other.join() === one.join())) seen.push(one);
  };
  const everything = { subtree: true, childList: true, characterData: true, attributes: true };
  new MutationObserver(look).observe(document, everything);
})()"""
"""Keeps everything that the page has shown as a number of people: what it is of, the state, the text."""


@pytest.fixture(scope="module")
def square(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium whose camera sees a packed square."""
    image, _ = crowd_picture()
    film = tmp_path_factory.mktemp("square") / "camera.mjpeg"
    film.write_bytes(encode_jpeg(image, 90) * 30)
    flags = ["--no-sandbox", "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=flags)
    yield browser
    browser.close()


@pytest.fixture
def place(square: Browser, server: ServerProcess) -> Iterator[BrowserContext]:
    """A fresh profile that may use that camera."""
    context = square.new_context(base_url=server.url, permissions=["camera"], viewport={"width": 1280, "height": 800})
    context.set_default_timeout(20_000)
    context.add_init_script(REMEMBER)
    yield context
    context.close()


def shown(page: Page, kind: str) -> list[tuple[str, str]]:
    """Every state and number that the page has shown of this kind."""
    return [(state, text) for name, state, text in page.evaluate("() => window.seen") if name == kind]


def looks_on(context: BrowserContext, watch: Watch, path: str) -> Page:
    """Another tab."""
    page = context.new_page()
    watch.follow(page)
    page.goto(path)
    return page


def prepare(page: Page, camera: str) -> tuple[str, str]:
    """Put the camera into a room with an area that everybody may see; return the paths of the wall and of that page."""
    room = make_room(page, "City festival")
    send(page, "PUT", f"/api/rooms/{room}/cameras/{camera}")
    body: dict[str, Any] = {"name": "Square", "members": [{"camera": camera}], "capacity": CAPACITY}
    area = send(page, "POST", f"/api/rooms/{room}/areas", body)["area"]["id"]
    opened = send(page, "PUT", f"/api/rooms/{room}/status-page", {"show": "counts", "areas": [area]})
    return f"/rooms/{room}", "/status/" + str(opened["url"]).rsplit("/", 1)[1]


@pytest.mark.timeout(600)
def test_a_packed_square_is_an_estimate_everywhere_and_never_0(place: BrowserContext, watch: Watch) -> None:
    studio = place.new_page()
    watch.follow(studio)
    register(studio)
    home = enter_studio(studio).url
    limits = {"people": {"warning": CAPACITY / 2, "critical": CAPACITY, **AT_ONCE}}
    put_plan(studio, zone("Whole", rectangle(0, 0, 1, 1), limits=limits))
    wall_path, public_path = prepare(studio, home.rsplit("/", 1)[1])
    wall, public = looks_on(place, watch, wall_path), looks_on(place, watch, public_path)
    studio.goto(home)
    studio.locator("#choose-camera").click()
    wait_state(studio, "live", "full", "slow", seconds=60)
    studio.wait_for_function("() => document.querySelector('#studio').dataset.people === 'estimated'", timeout=LOOK_MS)
    expect(studio.locator("#count")).to_contain_text("≈")
    expect(studio.locator("#count-range")).to_contain_text("estimated")
    studio.locator('#alert-banner[data-level="critical"]').wait_for()
    expect(studio.locator("#alert-said")).to_contain_text("Critical: Whole")

    expect(wall.locator(".tile-figures strong")).to_contain_text("≈")
    expect(wall.locator("#total")).to_contain_text("≈")
    expect(wall.locator(".area-card")).to_have_attribute("data-look", "estimated")
    wall.locator(".alert-card", has_text="Whole").wait_for()
    expect(public.locator(".public-area")).to_have_attribute("data-state", "full")
    expect(public.locator(".public-area")).to_contain_text("≈")

    for page, kind in ((studio, "studio"), (wall, "tile"), (wall, "total"), (wall, "area"), (public, "public")):
        numbers = shown(page, kind)
        assert any("≈" in text for _, text in numbers), (kind, numbers)
        assert not [one for one in numbers if one[0] in ("counted", "go", "busy")], (kind, numbers)
        assert not [one for one in numbers if one[1].split(" of ")[0] == "0"], (kind, numbers)
        assert all("≈" in text or not text.strip("–") or text.startswith(("≥", "At least")) for _, text in numbers), (
            kind,
            numbers,
        )
