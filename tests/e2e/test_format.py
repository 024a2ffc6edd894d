"""The picture's format changes while it is counted, and frames become too rare to follow people."""

from dataclasses import replace

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from server.core import frame_gaps
from server.core.view import IDENTITY, View
from tests.e2e.scripted import ScriptedServer
from tests.e2e.test_crowd import COUNTED, counting, near
from tests.e2e.test_pages import violations
from tests.e2e.zone_tools import get_plan

__all__ = ["counting", "near"]

WIDE = replace(COUNTED, width=854, height=480)
CROPPED = View(854, 480, (4 / 3, 0.0, -1 / 6, 0.0, 1.0, 0.0), fits=True)
"""4:3, as the browser's test camera sends it, that shows the middle of 16:9."""
CHANGED = replace(COUNTED, view=CROPPED)
LOST = replace(COUNTED, view=replace(CROPPED, affine=IDENTITY, fits=False))


@pytest.fixture
def changed(near: BrowserContext, scripted: ScriptedServer, request: pytest.FixtureRequest) -> Page:
    """A studio whose stream began in another format, and changes now."""
    scripted.show(WIDE)
    page: Page = request.getfixturevalue("counting")
    expect(page.locator("#count")).to_have_text("12")
    expect(page.locator("#format")).to_be_hidden()
    scripted.show(CHANGED)
    page.locator("#format").wait_for()
    return page


def left_of(page: Page) -> float:
    """Where the zone begins, 0..1 of the picture."""
    return float(
        page.evaluate(
            """() => {
              const path = document.querySelector('.zone-canvas [data-shape] path').getAttribute('d');
              const xs = [...path.matchAll(/[ML]\\s*(-?[\\d.]+)/g)].map(([, x]) => Number(x));
              const empty = document.querySelector('#zone-empty');
              return (Math.min(...xs) - parseFloat(empty.style.left)) / parseFloat(empty.style.width);
            }"""
        )
    )


def test_the_page_says_it_once_and_leads_to_the_zones(changed: Page, scripted: ScriptedServer) -> None:
    page, before = changed, get_plan(changed)
    expect(page.locator("#format-text")).to_contain_text("format changed; check your zones")
    assert not violations(page)
    page.locator("#format-check").click()
    expect(page.locator("#panel-zones")).to_be_visible()
    expect(page.locator("#zone-format")).to_be_visible()
    assert left_of(page) == pytest.approx(0.02 * 4 / 3 - 1 / 6, abs=0.01)
    page.locator("#tab-live").click()
    page.wait_for_timeout(1000)
    expect(page.locator("#format")).to_be_hidden()
    assert get_plan(page) == before, "what is stored stays as it is"
    # Back in the old format everything is as it was; the next change is said again.
    scripted.show(WIDE)
    expect(page.locator("#zone-format")).to_have_attribute("hidden", "")  # its tab is not shown
    scripted.show(CHANGED)
    page.locator("#format").wait_for()


def test_zones_are_kept_for_the_format_that_is_there_now(changed: Page) -> None:
    page = changed
    page.locator("#format-check").click()
    page.locator("#zone-format-keep").click()
    expect(page.locator("#zone-format")).to_be_hidden()
    page.locator("#zone-save[data-save=saved]").wait_for(state="attached")
    plan = get_plan(page)["plan"]
    assert plan["aspect"] == pytest.approx(4 / 3, abs=1e-4)
    xs = [x for x, _ in plan["features"][0]["geometry"]["coordinates"][0]]
    assert (min(xs), max(xs)) == (0, 1), "cut off at the picture"
    page.locator("#zone-undo").click()
    page.locator("#zone-format").wait_for()


def test_zones_whose_place_is_not_known_are_said(changed: Page, scripted: ScriptedServer) -> None:
    scripted.show(LOST)
    expect(changed.locator("#format-text")).to_contain_text("not known")


@pytest.fixture
def rare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every frame counts as far from the one before."""
    monkeypatch.setattr(frame_gaps, "FOLLOWED_MS", -1.0)


def test_rare_frames_say_nothing_of_identities(rare: None, counting: Page) -> None:
    page = counting
    expect(page.locator("#count")).to_have_text("12")
    expect(page.locator("#unique")).to_have_text("–")
    expect(page.locator("#count-note")).to_contain_text("too far apart to follow people")
    for fact in (0, 1):  # visitors, in and out
        expect(page.locator(".zone-facts dd").nth(fact)).to_have_text("–")
    assert not violations(page)
