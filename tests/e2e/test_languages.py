"""Every page in every language: nothing stays English, nothing is too long, nothing breaks from right to left."""

import os
import re
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import Watch, enter_studio, register, wait_state
from tests.e2e.room_tools import invite, make_room, open_status, send
from tests.e2e.test_pages import overflow, violations
from tests.e2e.zone_tools import put_plan, rectangle, zone

PICTURES = os.environ.get("CROWDCOUNT_TEST_PICTURES")
SIGNED_OUT = ("/", "/login", "/register")
SIGNED_IN = (
    "/cameras",
    "/rooms",
    "/offline",
    "/history",
    "/recordings",
    "/notifications",
    "/profile",
    "/profile/sessions",
    "/profile/log",
)
LANGUAGES = ("de", "es")
"""Two are enough: what is English in both stayed English."""
LONGEST = os.environ.get("CROWDCOUNT_TEST_LANGUAGE", "de")
"""The language whose words have to fit."""

# The same in both, and rightly so.
SAME = {"crowdcount", "Live", "Tab", "Esc", "Rosa", "Webhook", "CSV", "JSON", "Parquet", "1 min", "10 min", "15 min"}

SETTLED = "() => !document.querySelector('main [data-state=loading], main [aria-busy=true]')"
TEXTS = """() => {
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.parentElement.closest("script, style, noscript, time, #device, [lang]:not(html)")) found.add(node.data);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt"]) {
    for (const one of document.querySelectorAll(`body [${name}]:not(time)`)) found.add(one.getAttribute(name));
  }
  return [...found];
}"""


def speak(page: Page, language: str) -> None:
    """Choose a language, as the menu does."""
    origin = page.url.split("/", 3)
    answer = page.request.post(
        "/language",
        form={"language": language},
        headers={"Origin": "/".join(origin[:3])},
        max_redirects=0,
    )
    assert answer.status == 303


def photograph(page: Page, name: str) -> None:
    """A picture to look at, where one is asked for."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def words(page: Page, own: set[str]) -> set[str]:
    """Everything the page says, shown or not yet, but for what people typed."""
    said = {" ".join(text.split()) for text in page.evaluate(TEXTS)}
    long = {text for text in said if sum(letter.isalpha() for letter in text) > 2}
    return {text for text in long - SAME if not any(name in text for name in own)}


def stay_the_same(page: Page, path: str, own: set[str]) -> set[str]:
    """Texts of a page that are one and the same in both languages."""
    common: set[str] | None = None
    for language in LANGUAGES:
        speak(page, language)
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("lang", language)
        page.wait_for_function(SETTLED)
        said = words(page, own)
        common = said if common is None else common & said
    return common or set()


def places(page: Page) -> list[str]:
    """Pages of what somebody has: a studio, a room, an invitation to it, what everybody may see of it."""
    studio = enter_studio(page).url
    camera = studio.rsplit("/", 1)[1]
    room = make_room(page, "City festival")
    send(page, "PUT", f"/api/rooms/{room}/cameras/{camera}")
    _, code = invite(page, room, "camera")
    return [studio, f"/rooms/{room}", f"/join/{code}", open_status(page, room, camera)]


def test_nothing_stays_english_after_it(context: BrowserContext, watch: Watch) -> None:
    page = context.new_page()
    watch.follow(page)
    name = register(page)
    own = {name, f"{name}@example.org", "North gate", "City festival", "All gates"}
    for path in (*SIGNED_IN, *places(page)):
        assert stay_the_same(page, path, own) == set(), path


def test_a_language_is_chosen_in_the_menu_and_stays(user: Page) -> None:
    user.goto("/history")
    user.get_by_role("button", name="Account of").click()
    user.get_by_role("button", name="Deutsch").click()
    expect(user).to_have_url(user.url.split("/history")[0] + "/history")
    expect(user.get_by_role("heading", level=1)).to_have_text("Verlauf")
    user.goto("/cameras")
    expect(user.get_by_role("heading", name="Personen zählen")).to_be_visible()
    user.get_by_role("button", name="Konto von").click()
    expect(user.get_by_role("button", name="Deutsch")).to_have_attribute("aria-current", "true")


def named(path: str) -> str:
    """A path without ids, for the name of a picture."""
    parts = path.split("//")[-1].split("/")[1:]
    return "-".join(part if part.isalpha() else "one" for part in parts)


def fits(page: Page, name: str) -> None:
    """Nothing is cut off, on a phone and on a desk, whichever way the language runs."""
    for direction in ("ltr", "rtl"):
        page.evaluate("direction => (document.documentElement.dir = direction)", direction)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            photograph(page, f"{name}-{direction}-{width}")
            assert overflow(page) == 0, (name, direction, width)


def test_signed_out_pages_speak_every_language_and_fit(page: Page) -> None:
    for path in SIGNED_OUT:
        page.goto("/login")
        assert stay_the_same(page, path, set()) == set(), path
        speak(page, LONGEST)
        page.goto(path)
        fits(page, named(path))


def test_long_words_fit_and_numbers_follow(context: BrowserContext, watch: Watch) -> None:
    """German has the longest words. From right to left the page turns, the picture does not."""
    page = context.new_page()
    watch.follow(page)
    register(page)
    studio, *others = places(page)
    speak(page, LONGEST)
    for path in (*SIGNED_IN, "/profile/delete", *others, studio):
        page.goto(path)
        page.wait_for_function(SETTLED)
        fits(page, named(path))
        page.evaluate("document.documentElement.dir = 'ltr'")
        for tab in page.get_by_role("tab").all():
            tab.click()
            photograph(page, f"{named(path)}-{tab.inner_text()}-360")
            assert overflow(page) == 0, (path, tab.inner_text())
    assert violations(page) == []
    page.locator("#tab-live").click()
    page.locator("#choose-camera").click()
    wait_state(page, "live", "slow", "full")
    expect(page.locator("#fps")).to_have_text(re.compile(r"^\d+(,\d)?$"))
    fits(page, "live")
    for part in ("#picture", "#overlay", "#zones"):
        style = page.locator(part).evaluate("one => [getComputedStyle(one).direction, getComputedStyle(one).transform]")
        assert style == ["ltr", "none"], part
    page.set_viewport_size({"width": 1280, "height": 800})
    panel, stage = page.locator(".panel").bounding_box(), page.locator("#stage").bounding_box()
    assert panel
    assert stage
    assert panel["x"] < stage["x"]
    put_plan(page, zone("Hall", rectangle(0.1, 0.1, 0.9, 0.9)))
    page.locator("#tab-zones").click()
    page.locator("[data-choose-shape]").click()
    for details in page.locator("#panel-zones details").all():
        details.evaluate("details => (details.open = true)")
    fits(page, "zone")
