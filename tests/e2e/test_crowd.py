"""Crowded scenes in the studio and on a phone: estimates, lower bounds, what is not known, and advice."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from server.core import stillness
from server.core.certainty import Certainty
from server.core.crowd import Crowd, CrowdFigure, Method
from server.core.quality import Advice, Quality
from server.core.tracks import Track, Tracks
from tests.e2e.conftest import Watch, enter_studio, open_studio, register, wait_state
from tests.e2e.room_tools import invite, make_room, send
from tests.e2e.scripted import ScriptedServer
from tests.e2e.test_counting import INK
from tests.e2e.test_pages import overflow, violations
from tests.e2e.zone_tools import get_plan, plan_url, rectangle, zone
from tests.support.engine import person

PEOPLE = tuple(person(n + 1, 0.05 + n * 0.075, 0.55, 0.1 + n * 0.075, 0.85) for n in range(12))
GRID = np.linspace(0, 1, 48 * 64, dtype=np.float32).reshape(48, 64) ** 2
COUNTED = Tracks(0, 640, 480, PEOPLE, certainty=Certainty(11, 14))
CROWDED = Tracks(
    0,
    640,
    480,
    PEOPLE,
    certainty=Certainty(380, 560, saturated=True),
    crowd=Crowd(CrowdFigure(470.0, 380, 560, Method.MIXED), 1, GRID * np.float32(470 / GRID.sum())),
)
SATURATED = Tracks(0, 640, 480, PEOPLE, certainty=Certainty(12, None, saturated=True))
FIRST = Tracks(0, 640, 480, (), certainty=Certainty(0, None, known=False))
SMALL = Tracks(0, 640, 480, PEOPLE, certainty=Certainty(11, 14), advice=Advice(Quality.ACCURATE, 20.4))
PICTURES = os.environ.get("CROWDCOUNT_TEST_PICTURES", "")


@pytest.fixture
def near(browser: Browser, scripted: ScriptedServer) -> Iterator[BrowserContext]:
    """A browser profile beside that server."""
    scripted.show(COUNTED)
    context = browser.new_context(
        base_url=scripted.url, permissions=["camera"], viewport={"width": 1440, "height": 900}
    )
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def counting(near: BrowserContext, watch: Watch) -> Page:
    """A studio that streams, with a zone in the lower half and a limit."""
    page = open_studio(near, watch)
    hall = zone("Hall", rectangle(0.02, 0.5, 0.98, 0.98))
    body = {"version": get_plan(page)["version"], "plan": {"type": "FeatureCollection", "features": [hall]}}
    assert page.request.put(plan_url(page), data=body, headers={"Origin": page.url.split("/cameras")[0]}).ok
    page.reload()
    page.locator("#choose-camera").click()
    wait_state(page, "live", "full", "slow")
    return page


def says(page: Page, people: str, count: str) -> None:
    """Wait until the page shows this state and this number."""
    page.wait_for_function(
        "([people, count]) => document.querySelector('#studio').dataset.people === people"
        " && document.querySelector('#count').textContent === count",
        arg=[people, count],
    )


def shoot(page: Page, name: str) -> None:
    """Keep pictures where somebody wants to look at them."""
    if not PICTURES:
        return
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        for width, height in ((1440, 900), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(900)
            page.screenshot(path=Path(PICTURES) / f"{name}-{theme}-{width}.png", full_page=width < 900)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})


def test_an_estimate_has_its_range_and_says_that_it_is_one(counting: Page, scripted: ScriptedServer) -> None:
    says(counting, "counted", "12")
    assert counting.locator("#count-range").inner_text() == "probably 11 to 14"
    assert counting.locator("#count-note").is_hidden()
    scripted.show(CROWDED)
    says(counting, "estimated", "≈\u00a0470")
    counting.get_by_text("380–560, estimated", exact=True).first.wait_for()
    note = "Crowded: identities, visitors and dwell time mean little here."
    assert counting.locator("#count-note").inner_text() == note
    assert counting.locator("#peak").inner_text() == "≈\u00a0470"
    counting.wait_for_function("() => document.querySelector('#announcer').textContent.includes('About 470 people')")
    label = counting.locator(".shape-label", has_text="Hall")
    counting.wait_for_function("() => document.querySelector('.shape-label .label-figure').textContent.startsWith('≈')")
    assert "–" in label.inner_text(), "with its range"
    assert counting.locator(".zone-card .zone-count").inner_text().startswith("≈")
    assert "estimated" in counting.locator(".zone-card .zone-range").inner_text()
    assert counting.locator("#unique").inner_text() == "–"
    facts = counting.locator(".zone-card .zone-facts dd .digits").all_inner_texts()
    assert facts[2].startswith("≈\u00a0"), "the peak is that of the figure shown"
    assert [facts[0], facts[1], facts[3], facts[4]] == ["–"] * 4
    assert counting.locator("#board-note").is_visible()
    counting.wait_for_timeout(2500)
    assert counting.locator("#chart-key-estimated").is_visible()
    assert counting.locator("#zone-chart-key-estimated").is_visible()
    assert violations(counting) == []
    shoot(counting, "estimated")
    for width, height in ((360, 740), (740, 360)):
        counting.set_viewport_size({"width": width, "height": height})
        assert overflow(counting) == 0, f"{width}×{height}"
    counting.set_viewport_size({"width": 1440, "height": 900})
    counting.locator("#table-details summary").click()
    assert "≈" in counting.locator("#table").inner_text()
    counting.locator("#stop").click()
    wait_state(counting, "ended")
    assert counting.locator("#summary-peak").inner_text() == "≈\u00a0470"
    assert "crowded" in counting.locator("#summary-note").inner_text()
    busiest = re.compile(r"^Busiest zone: Hall, ≈\s\d{2,3} people at most$")
    expect(counting.locator("#summary-zone"), "the estimate's peak").to_have_text(busiest)


def test_the_density_of_a_crowd_is_a_layer(counting: Page, scripted: ScriptedServer) -> None:
    says(counting, "counted", "12")
    for layer in "bit":
        counting.keyboard.press(layer)
    counting.wait_for_function(f"() => ({INK})() === 0")
    assert counting.locator("#density-key").is_hidden()
    scripted.show(CROWDED)
    counting.wait_for_function(f"() => ({INK})() > 50000")
    assert "people in a spot" in counting.locator("#density-key").inner_text()
    counting.keyboard.press("d")
    counting.wait_for_function(f"() => ({INK})() === 0")
    assert counting.locator("#density-key").is_hidden()
    counting.locator("#layers-button").click()
    assert not counting.get_by_label("Density").is_checked()
    counting.get_by_label("Density").check()
    counting.wait_for_function(f"() => ({INK})() > 50000")
    scripted.show(COUNTED)
    counting.wait_for_function(f"() => ({INK})() === 0")
    assert counting.locator("#density-key").is_hidden(), "there is no crowd any more"


def test_a_lower_bound_is_not_a_count(counting: Page, scripted: ScriptedServer) -> None:
    says(counting, "counted", "12")
    scripted.show(SATURATED)
    says(counting, "least", "At least 12")
    note = counting.locator("#count-note").inner_text()
    assert note == (
        "Too crowded to count, and there is no estimate now. If this lasts, the machine is too busy, "
        "or an administrator has to install the density model: “crowdcount models pull csrnet”."
    )
    counting.wait_for_function("() => document.querySelector('#announcer').textContent.startsWith('At least 12')")
    counting.wait_for_function("() => document.querySelector('.label-figure').textContent === 'at least 12'")
    assert counting.locator(".zone-card .zone-count").inner_text() == "at least 12"
    assert counting.locator(".zone-card .zone-facts dd .digits").all_inner_texts() == [
        "–",
        "–",
        "at least 12",
        "–",
        "–",
    ]
    assert counting.locator("#peak").inner_text() == "at least 12"
    assert counting.locator("#board-note").is_visible()
    counting.wait_for_timeout(2500)
    assert counting.locator("#chart-key-unknown").is_visible()
    assert violations(counting) == []
    shoot(counting, "least")
    with counting.expect_download() as download:
        counting.locator("#chart-csv").click()
    rows = [row.split(",") for row in download.value.path().read_text().split()]
    unknown = [row for row in rows if row[4] == "unknown"]
    assert unknown, rows
    assert {tuple(row[1:4] + row[5:]) for row in unknown} == {("",) * 5}, "never a number, least of all 0"


def test_the_first_frame_is_not_zero(near: BrowserContext, watch: Watch, scripted: ScriptedServer) -> None:
    scripted.show(FIRST)
    page = open_studio(near, watch)
    page.locator("#choose-camera").click()
    says(page, "unknown", "–")
    assert page.locator("#count-range").inner_text() == "Not yet known"
    assert page.locator("#peak").inner_text() == "–"
    page.wait_for_function("() => document.querySelector('#announcer').textContent.includes('not yet known')")
    assert violations(page) == []
    shoot(page, "unknown")
    scripted.show(COUNTED)
    says(page, "counted", "12")


def test_advice_switches_the_quality_while_the_stream_goes_on(counting: Page, scripted: ScriptedServer) -> None:
    says(counting, "counted", "12")
    assert counting.locator("#advice").is_hidden()
    scripted.show(SMALL)
    sentence = "People are about 20 pixels tall. Choose Accurate to find more of them."
    counting.get_by_text(sentence).wait_for()
    take = counting.get_by_role("button", name="Choose Accurate")
    for width in (1440, 390):
        counting.set_viewport_size({"width": width, "height": 844})
        box = take.bounding_box()
        assert box is not None
        assert box["height"] >= 44
    counting.set_viewport_size({"width": 1440, "height": 900})
    assert violations(counting) == []
    shoot(counting, "advice")
    stream = counting.evaluate("() => document.querySelector('#processed').textContent")
    take.focus()
    counting.keyboard.press("Enter")
    counting.locator("#advice").wait_for(state="hidden")
    camera = counting.url.rsplit("/", 1)[1].partition("#")[0]
    assert send(counting, "GET", f"/api/cameras/{camera}/quality") == {"quality": "accurate", "max_side": 1280}
    assert [*scripted.engine.opened.values()][-1].quality is Quality.ACCURATE, "of the newest stream"
    counting.wait_for_function(
        "before => Number(document.querySelector('#processed').textContent) > before", arg=int(stream)
    )
    assert "Accurate is in use" in counting.locator("#status-text").inner_text()


def test_advice_that_was_dismissed_stays_away_from_its_camera(counting: Page, scripted: ScriptedServer) -> None:
    scripted.show(SMALL)
    card = counting.locator("#advice")
    card.wait_for()
    card.get_by_role("button", name="Not now").click()
    card.wait_for(state="hidden")
    counting.reload()
    counting.locator("#choose-camera").click()
    says(counting, "counted", "12")
    counting.wait_for_timeout(800)
    assert card.is_hidden()
    counting.goto("/cameras")
    enter_studio(counting)
    counting.locator("#choose-camera").click()
    card.wait_for()


def test_a_place_where_nobody_moves_can_be_left_out(
    counting: Page, scripted: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty minutes are a second here."""
    monkeypatch.setattr(stillness, "STILL_MS", 1000.0)
    monkeypatch.setattr(stillness, "MIN_OBSERVATIONS", 2)
    monkeypatch.setattr(stillness, "UPDATE_MS", 100.0)
    poster = replace(COUNTED, people=(Track(7, (0.4, 0.2, 0.5, 0.8), 0.9),), certainty=Certainty(1, 1))
    scripted.show(poster)
    card = counting.locator("#still")
    card.wait_for()
    assert "without moving. Exclude this place?" in card.inner_text()
    assert violations(counting) == []
    shoot(counting, "still")
    card.get_by_role("button", name="Exclude this place").click()
    card.wait_for(state="hidden")
    says(counting, "counted", "0")
    *_, feature = get_plan(counting)["plan"]["features"]
    assert (feature["properties"]["name"], feature["properties"]["counts"]) == ("Excluded 1", False)
    counting.locator("#tab-zones").click()
    assert counting.locator(".shape[data-excluded]").count() == 1
    assert counting.locator(".list-row .digits").last.inner_text() == "Not counted"
    counting.locator("#zone-undo").click()
    counting.locator("#tab-live").click()
    says(counting, "counted", "1")
    assert card.is_hidden(), "it was answered"


def test_a_phone_and_those_who_look_on_see_the_same(
    browser: Browser, near: BrowserContext, watch: Watch, scripted: ScriptedServer
) -> None:
    owner = near.new_page()
    watch.follow(owner)
    register(owner)
    room = make_room(owner, "Fair")
    _, code = invite(owner, room, "camera")
    context = browser.new_context(base_url=scripted.url, permissions=["camera"], viewport={"width": 390, "height": 844})
    phone = context.new_page()
    watch.follow(phone)
    phone.goto(f"/join/{code}")
    phone.get_by_role("button", name="Start the camera").click()
    says(phone, "counted", "12")
    camera = send(owner, "GET", f"/api/rooms/{room}")["room"]["cameras"][0]["id"]
    owner.goto(f"/cameras/{camera}")
    wait_state(owner, "watching")
    says(owner, "counted", "12")
    scripted.show(CROWDED)
    for page in (phone, owner):
        says(page, "estimated", "≈\u00a0470")
        page.get_by_text("380–560, estimated", exact=True).first.wait_for()
    phone_pictures(phone, "phone-estimated")
    owner.wait_for_function(f"() => ({INK})() > 50000")
    assert "people in a spot" in owner.locator("#density-key").inner_text()
    scripted.show(SATURATED)
    for page in (phone, owner):
        says(page, "least", "At least 12")
        assert "no estimate now" in page.locator("#count-note").inner_text()
    owner.locator("#density-key").wait_for(state="hidden")
    assert overflow(phone) == 0
    assert violations(phone) == []
    phone_pictures(phone, "phone-least")
    context.close()


def phone_pictures(page: Page, name: str) -> None:
    """Keep pictures of a phone's page."""
    if not PICTURES:
        return
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.wait_for_timeout(500)
        page.screenshot(path=Path(PICTURES) / f"{name}-{theme}.png")
