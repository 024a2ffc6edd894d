"""Every page: readable by everyone, on every screen, light as promised."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import Watch, wait_state
from tests.e2e.process import ServerProcess

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {"small phone": (360, 740), "phone on its side": (740, 360), "laptop": (1280, 800), "wide": (1920, 1080)}


def violations(page: Page) -> list[str]:
    """What axe-core finds, best practices included, each as one line. It is injected past the page's own policy."""
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": AXE.read_text("utf-8")})
    answer = session.send(
        "Runtime.evaluate",
        {
            "expression": "axe.run(document).then(found => JSON.stringify(found.violations))",
            "awaitPromise": True,
            "returnByValue": True,
        },
    )
    found: list[dict[str, Any]] = json.loads(answer["result"]["value"])
    return [f"{one['id']}: {one['help']}: {[node['html'][:120] for node in one['nodes']][:3]}" for one in found]


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the window, or what a panel holds is wider than the panel."""
    found = page.evaluate(
        # Charts follow the window in the draw after it changed.
        "async () => {"
        " await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));"
        " return [document.documentElement, ...document.querySelectorAll('[role=tabpanel]')]"
        ".map((part) => part.scrollWidth - part.clientWidth); }"
    )
    return max(map(int, found))


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_signed_out_pages_are_accessible(
    browser: Browser, server: ServerProcess, watch: Watch, scheme: str, width: int
) -> None:
    watch.expected = ("404", "status of 4")
    context = browser.new_context(
        base_url=server.url,
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 740},
    )
    page = context.new_page()
    watch.follow(page)
    for path in ("/", "/register", "/login", "/nowhere"):
        page.goto(path)
        assert violations(page) == [], path
        assert overflow(page) == 0, path
    page.goto("/register")
    page.get_by_role("button", name="Create the account").click()
    page.get_by_role("alert").wait_for()
    assert violations(page) == [], "register with errors"
    assert overflow(page) == 0
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_studio_is_accessible_in_its_states(studio: Page, scheme: str, tmp_path: Path) -> None:
    studio.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    assert violations(studio) == [], "idle"
    studio.locator("#choose-camera").click()
    wait_state(studio, "live", "full", "slow")
    studio.locator("#table-details summary").click()
    studio.locator("#counters summary").click()
    assert violations(studio) == [], "live"
    studio.locator("#tab-settings").click()
    assert studio.locator("#device-note").is_hidden(), "the names are there"
    studio.locator("#layers-button").click()
    assert violations(studio) == [], "settings and layers"
    studio.keyboard.press("Escape")
    studio.keyboard.press("?")
    assert violations(studio) == [], "shortcuts"
    studio.keyboard.press("Escape")
    studio.locator("#stop").click()
    wait_state(studio, "ended")
    assert violations(studio) == [], "ended"
    studio.get_by_role("button", name="Something else").click()
    broken = tmp_path / "holiday.mp4"
    broken.write_bytes(b"no video")
    studio.locator("#file").set_input_files(broken)
    wait_state(studio, "error")
    assert violations(studio) == [], "error"
    studio.goto("/cameras")
    studio.locator(".card").wait_for()
    for width in (1280, 360, 320):
        studio.set_viewport_size({"width": width, "height": 740})
        assert violations(studio) == [], f"cameras, {width} wide"
        assert overflow(studio) == 0, f"cameras, {width} wide"


def test_no_page_scrolls_sideways_on_any_screen(studio: Page) -> None:
    studio.locator("#choose-camera").click()
    wait_state(studio, "live", "full", "slow")
    for name, (width, height) in SIZES.items():
        studio.set_viewport_size({"width": width, "height": height})
        studio.wait_for_timeout(150)
        assert overflow(studio) == 0, f"live on a {name}"
        stop = studio.locator("#stop").bounding_box()
        assert stop is not None
        assert 0 <= stop["x"] <= width - stop["width"], name
        assert 0 <= stop["y"] <= height - stop["height"], name
        assert min(stop["width"], stop["height"]) >= 44, name
        brand = studio.locator(".brand").bounding_box()
        assert brand is None or brand["width"] >= 44, name
        count = studio.locator("#count").bounding_box()
        assert count is not None
        assert count["y"] + count["height"] <= height, f"the count is on the screen of a {name}"
    studio.locator("#stop").click()
    wait_state(studio, "ended")
    for name, (width, height) in SIZES.items():
        studio.set_viewport_size({"width": width, "height": height})
        assert overflow(studio) == 0, f"ended on a {name}"


def test_everything_is_reached_by_keyboard(studio: Page) -> None:
    studio.locator("#choose-camera").focus()
    studio.keyboard.press("Enter")
    wait_state(studio, "live", "full", "slow")
    studio.locator("#tab-live").focus()
    studio.keyboard.press("ArrowRight")
    assert studio.locator("#panel-zones").is_visible()
    studio.keyboard.press("End")
    assert studio.locator("#panel-settings").is_visible()
    studio.keyboard.press("Home")
    assert studio.locator("#panel-live").is_visible()
    studio.keyboard.press("?")
    assert studio.get_by_role("dialog").is_visible()
    studio.keyboard.press("Escape")
    studio.keyboard.press("s")
    wait_state(studio, "ended")


def test_the_theme_is_chosen_and_remembered(page: Page) -> None:
    page.goto("/login")
    page.get_by_role("button", name="Theme").click()
    page.get_by_label("Dark").check()
    dark = page.evaluate("() => getComputedStyle(document.body.parentElement).backgroundColor")
    page.reload()
    assert page.evaluate("() => getComputedStyle(document.body.parentElement).backgroundColor") == dark
    assert page.locator("html").get_attribute("data-theme") == "dark"


@pytest.mark.parametrize(("path", "limit"), [("/", 150_000), ("studio", 250_000)])
def test_pages_are_light(studio: Page, watch: Watch, path: str, limit: int) -> None:
    watch.expected = ("404",)
    sizes: dict[str, int] = {}
    page = studio.context.new_page() if path == "studio" else _fresh(studio)

    def weigh(response: Any) -> None:
        body = response.body()
        packed = response.headers.get("content-encoding") == "gzip" or response.url.endswith((".webp", ".png", ".jpg"))
        sizes[response.url] = len(gzip.compress(body)) if packed or len(body) < 1000 else len(body)

    page.on("requestfinished", lambda request: weigh(request.response()))
    page.goto(studio.url if path == "studio" else path)
    page.wait_for_load_state("networkidle")
    assert sizes
    assert sum(sizes.values()) <= limit, sizes
    page.close()


def _fresh(page: Page) -> Page:
    """A signed-out page with an empty cache."""
    assert page.context.browser is not None
    return page.context.browser.new_context(base_url=page.url.split("/cameras")[0]).new_page()
