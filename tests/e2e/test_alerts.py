"""An alert from the first sign to the note of whoever took it."""

from typing import Any

from playwright.sync_api import APIResponse, Locator, Page, Route

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
    assert "active" in card.inner_text()
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


def two_alerts(studio: Page) -> tuple[Locator, Locator]:
    """The camera streams, and both of its zones have too many people: the cards of their alerts."""
    limits: dict[str, Any] = {"people": {"warning": 1, **AT_ONCE, "clear_s": 60}}
    put_plan(studio, zone("Hall", WHOLE, limits=limits), zone("Yard", rectangle(0, 0, 1, 1), limits=limits))
    studio.reload()
    studio.locator("#choose-camera").click()
    wait_state(studio, "live", "full", "slow")
    studio.locator("#alert-banner").wait_for()
    studio.locator("#alert-show").click()
    hall, yard = (studio.locator(".alert-card", has_text=name) for name in ("Hall", "Yard"))
    hall.wait_for()
    yard.wait_for()
    return hall, yard


def test_a_note_and_its_button_stay_while_others_are_answered(studio: Page) -> None:
    hall, yard = two_alerts(studio)
    note, button = hall.get_by_label("Note on Hall"), hall.get_by_role("button", name="Acknowledge")
    note.fill("Gate B is open")
    button.evaluate("button => button.dataset.same = 'yes'")
    yard.get_by_role("button", name="Acknowledge").click()
    yard.locator(".alert-taken").wait_for()
    assert note.input_value() == "Gate B is open"
    assert button.get_attribute("data-same") == "yes", "whoever is pressing it, presses it"
    button.click()
    hall.locator(".alert-taken").wait_for()
    assert "Gate B is open" in hall.locator(".alert-taken").inner_text()


def test_a_list_that_comes_late_takes_no_answer_back(studio: Page) -> None:
    hall, _ = two_alerts(studio)
    held: list[tuple[Route, APIResponse]] = []

    def hold(route: Route) -> None:
        """The first list is read now, and comes later."""
        if held:
            route.fallback()
        else:
            held.append((route, route.fetch()))

    studio.route("**/api/cameras/*/alerts", hold)
    studio.locator("#tab-zones").click()
    studio.locator("#tab-alerts").click()
    for _ in range(150):
        if held:
            break
        studio.wait_for_timeout(100)
    [(route, before)] = held
    assert '"acknowledged_at":null' in before.text().replace(" ", "")
    hall.get_by_role("button", name="Acknowledge").click()
    hall.locator(".alert-taken").wait_for()
    with studio.expect_response("**/api/cameras/*/alerts"):
        route.fulfill(response=before)
    studio.wait_for_timeout(500)
    assert hall.locator(".alert-taken").is_visible()


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
