"""An alert from the first sign to the note of whoever took it."""

from playwright.sync_api import Page

from tests.e2e.conftest import wait_state
from tests.e2e.test_pages import overflow, violations
from tests.e2e.zone_tools import put_plan, rectangle, zone

AT_ONCE = {"hold_s": 0, "clear_s": 0, "cooldown_s": 0}
WHOLE = rectangle(0.01, 0.01, 0.99, 0.99)


def test_raised_said_acknowledged_cleared(studio: Page) -> None:
    put_plan(studio, zone("Hall", WHOLE, limits={"people": {"warning": 1, "critical": 2, **AT_ONCE}}))
    studio.reload()
    title = studio.title()
    studio.locator("#choose-camera").click()
    wait_state(studio, "live", "full", "slow")
    studio.locator('#alert-banner[data-level="critical"]').wait_for()
    assert studio.title() == f"⬤ Critical: Hall · {title}"
    assert studio.locator("#alert-said").inner_text().startswith("Critical: Hall")
    assert studio.locator('.shape[data-level="critical"]').count() == 1
    assert "Critical" in studio.locator(".shape-label").inner_text(), "in a word, not by colour alone"
    assert violations(studio) == [], "banner and board"
    studio.set_viewport_size({"width": 390, "height": 844})
    banner, count = studio.locator("#alert-banner").bounding_box(), studio.locator("#count").bounding_box()
    assert banner is not None
    assert count is not None
    assert banner["y"] + banner["height"] <= count["y"], "on a phone it comes before the figures"
    studio.set_viewport_size({"width": 1280, "height": 800})
    studio.locator("#alert-show").click()
    card = studio.locator(".alert-card")
    card.wait_for()
    assert "going on" in card.inner_text()
    assert violations(studio) == [], "list"
    studio.set_viewport_size({"width": 360, "height": 740})
    assert overflow(studio) == 0
    card.get_by_label("Note on Hall").fill("<i>On my way</i>")
    card.get_by_role("button", name="Acknowledge").click()
    taken = studio.locator(".alert-taken")
    taken.wait_for()
    assert "<i>On my way</i>" in taken.inner_text()
    assert "Acknowledged by ada" in taken.inner_text()
    put_plan(studio, zone("Hall", WHOLE, limits={"people": {"warning": 100, **AT_ONCE}}))
    studio.wait_for_function("title => document.title === title", arg=title)
    assert studio.locator("#tab-alerts-count").is_hidden()
    studio.get_by_text("· for").wait_for()
    studio.locator("#tab-zones").click()
    put_plan(studio, zone("Hall", WHOLE), zone("Yard", rectangle(0.1, 0.1, 0.3, 0.3)))
    studio.locator("[data-choose-shape=yard]").wait_for()


def test_a_picture_only_for_those_who_want_it(studio: Page) -> None:
    put_plan(studio, zone("Hall", WHOLE, limits={"people": {"warning": 1, **AT_ONCE}}))
    studio.reload()
    studio.locator("#tab-alerts").click()
    stills = studio.locator("#alert-stills")
    stills.wait_for()
    assert not stills.is_checked()
    assert "Kept for 7 days" in studio.locator("#alert-stills-note").inner_text()
    stills.check()
    studio.locator("#choose-camera").click()
    wait_state(studio, "live", "full", "slow")
    picture = studio.locator(".alert-still img")
    picture.wait_for()
    studio.wait_for_function("() => document.querySelector('.alert-still img').naturalWidth > 300")
    assert "Hall" in (picture.get_attribute("alt") or "")
    assert violations(studio) == []
    studio.set_viewport_size({"width": 360, "height": 740})
    assert overflow(studio) == 0
    studio.get_by_role("button", name="Delete the picture").click()
    picture.wait_for(state="detached")
    studio.reload()
    studio.locator("#tab-alerts").click()
    studio.locator("#alert-stills-row").wait_for()
    assert studio.locator("#alert-stills").is_checked()
    assert studio.locator(".alert-still").count() == 0


def test_nothing_goes_on_after_the_end(studio: Page) -> None:
    put_plan(studio, zone("Hall", WHOLE, limits={"people": {"warning": 1, **AT_ONCE}}))
    studio.reload()
    title = studio.title()
    studio.locator("#choose-camera").click()
    wait_state(studio, "live", "full", "slow")
    studio.locator("#alert-banner").wait_for()
    assert studio.title().startswith("▲ Warning: Hall")
    studio.locator("#stop").click()
    wait_state(studio, "ended")
    studio.wait_for_function("title => document.title === title", arg=title)
    assert studio.locator("#alert-banner").is_hidden()


def test_sound_and_notifications_are_off_until_chosen(studio: Page) -> None:
    studio.locator("#tab-alerts").click()
    assert "None so far" in studio.locator("#panel-alerts").inner_text()
    sound, notify = studio.locator("#alert-sound"), studio.locator("#alert-notify")
    assert not sound.is_checked()
    assert not notify.is_checked()
    sound.check()
    notify.click()
    studio.get_by_text("does not allow notifications").wait_for()
    assert not notify.is_checked()
    studio.reload()
    assert studio.locator("#alert-sound").is_checked()
