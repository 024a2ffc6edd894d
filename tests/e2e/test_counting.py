"""The main job, as a person does it: register, choose this camera, see people counted."""

import time

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import Watch, open_studio, register, wait_state
from tests.e2e.film import READ_STAMP
from tests.e2e.process import ServerProcess
from tests.media import load_annotation

COMPLETE = 140
"""Up to this frame the annotation names everybody; later it leaves out two who talk far up the road."""
WARM_UP = 12
"""Identities are confirmed by a few sightings; frames before that are left out of the comparison."""
LEAST = 25
"""Frames that have to be compared."""

CAMERA = "() => document.querySelector('#preview').srcObject?.getVideoTracks()[0].label"
"""Name of the camera that plays."""

INK = """() => {
  const overlay = document.querySelector("#overlay");
  const { data } = overlay.getContext("2d").getImageData(0, 0, overlay.width, overlay.height);
  let drawn = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at] > 0) drawn += 1;
  return drawn;
}"""


def collect(page: Page, last: int, seconds: float = 60) -> dict[int, int]:
    """Frame number to the count shown with it, of frames that are shown until a later one than `last` is."""
    found: dict[int, int] = {}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        shown = page.evaluate(READ_STAMP)
        if shown["ok"] and shown["count"].isdigit():
            if shown["number"] > last:
                return found
            found.setdefault(shown["number"], int(shown["count"]))
        page.wait_for_timeout(20)
    raise AssertionError(f"frame {last} was not reached within {seconds} s")


@pytest.mark.alone
def test_register_choose_camera_and_count_as_annotated(page: Page) -> None:
    truth = load_annotation()
    register(page)
    page.get_by_role("button", name="This camera").click()
    page.wait_for_url("**/cameras/*")
    wait_state(page, "live", "slow", "full")
    found = collect(page, COMPLETE)
    numbers = list(found)[WARM_UP:]
    assert len(numbers) >= LEAST, found
    errors = [abs(found[number] - len(truth[number])) for number in numbers]
    error = sum(errors) / len(errors)
    assert error <= 1.0, {number: (found[number], len(truth[number])) for number in numbers}


def test_boxes_identities_and_figures_appear(studio: Page) -> None:
    studio.locator("#choose-camera").click()
    wait_state(studio, "live", "slow", "full")
    studio.wait_for_function("() => Number(document.querySelector('#count').textContent) > 0")
    assert studio.evaluate(INK) > 1000
    for layer in ("Boxes", "Identities", "Trails"):
        studio.keyboard.press(layer[0].lower())
    studio.wait_for_function(f"() => ({INK})() === 0")
    studio.keyboard.press("h")
    studio.wait_for_function(f"() => ({INK})() > 1000")
    for identity in ("peak", "unique", "fps"):
        shown = studio.locator(f"#{identity}").inner_text()
        # "at least 3" while people hide each other.
        assert float(shown.removeprefix("at least ")) > 0
    assert "ms" in studio.locator("#delay").inner_text() or "s" in studio.locator("#delay").inner_text()


def test_layers_are_remembered(studio: Page) -> None:
    studio.locator("#choose-camera").click()
    wait_state(studio, "live", "slow", "full")
    studio.locator("#layers-button").click()
    studio.get_by_label("Heatmap", exact=False).first.check()
    studio.get_by_label("Trails").uncheck()
    studio.reload()
    studio.locator("#choose-camera").click()
    wait_state(studio, "live", "slow", "full")
    studio.locator("#layers-button").click()
    assert studio.get_by_label("Heatmap", exact=False).first.is_checked()
    assert not studio.get_by_label("Trails").is_checked()
    assert studio.get_by_label("Heatmap opacity").is_visible()


def test_stop_shows_what_it_came_to_and_the_list_keeps_it(studio: Page) -> None:
    studio.locator("#choose-camera").click()
    wait_state(studio, "live", "slow", "full")
    studio.wait_for_function("() => Number(document.querySelector('#peak').textContent) > 1")
    studio.locator("#stop").click()
    wait_state(studio, "ended")
    peak = int(studio.locator("#summary-peak").inner_text())
    people = int(studio.locator("#summary-unique").inner_text())
    assert peak > 1
    assert people >= peak
    assert int(studio.locator("#summary-frames").inner_text()) > 1
    assert studio.locator("#studio").get_attribute("data-stale") is not None, "the last count is not current"
    studio.goto("/cameras")
    card = studio.locator(".card", has_text="North gate")
    card.get_by_text(f"Peak {peak} · {people} people").wait_for()


def test_the_list_shows_a_live_camera(studio: Page) -> None:
    studio.locator("#choose-camera").click()
    wait_state(studio, "live", "slow", "full")
    other = studio.context.new_page()
    other.goto("/cameras")
    other.locator(".card-live").wait_for()
    other.wait_for_function("() => Number(document.querySelector('.card-count strong').textContent) > 0")


def test_an_older_browser_counts_too(studio: Page) -> None:
    studio.add_init_script(
        """delete HTMLVideoElement.prototype.requestVideoFrameCallback;
        delete window.OffscreenCanvas;"""
    )
    studio.reload()
    assert (
        studio.evaluate("() => typeof OffscreenCanvas + typeof HTMLVideoElement.prototype.requestVideoFrameCallback")
        == "undefinedundefined"
    )
    studio.locator("#choose-camera").click()
    wait_state(studio, "live", "slow", "full")
    studio.wait_for_function("() => Number(document.querySelector('#count').textContent) > 0")


def test_another_camera_is_chosen_while_the_stream_goes_on(
    two_cameras: Browser, server: ServerProcess, watch: Watch
) -> None:
    context = two_cameras.new_context(base_url=server.url, permissions=["camera"])
    page = open_studio(context, watch)
    page.locator("#choose-camera").click()
    wait_state(page, "live", "slow", "full")
    page.locator("#tab-settings").click()
    names = page.locator("#device option").all_inner_texts()
    assert sum("fake_device" in name for name in names) == 2, names
    first = page.evaluate(CAMERA)
    page.locator("#device").select_option(label=next(name for name in names if "fake_device" in name and name != first))
    page.wait_for_function(f"first => ({CAMERA})() && ({CAMERA})() !== first", arg=first)
    page.locator("#switch").click()
    page.wait_for_function(f"first => ({CAMERA})() === first", arg=first)
    before = int(page.locator("#processed").text_content() or 0)
    page.wait_for_function(
        "before => Number(document.querySelector('#processed').textContent) > before + 3", arg=before
    )
    assert page.locator("#studio").get_attribute("data-state") in ("live", "slow", "full")
    context.close()


def test_the_mirror_turns_the_picture_and_its_boxes_only(studio: Page) -> None:
    studio.locator("#choose-camera").click()
    wait_state(studio, "live", "slow", "full")
    studio.locator("#tab-settings").click()
    studio.get_by_label("Mirror the picture").check()
    studio.locator("#stage.mirrored").wait_for()
    assert studio.evaluate(READ_STAMP)["ok"], "the picture itself is as it was sent"
    assert "-1" in studio.evaluate("() => getComputedStyle(document.querySelector('#picture')).transform")
    assert studio.evaluate("() => getComputedStyle(document.querySelector('#overlay')).transform") == "none"
