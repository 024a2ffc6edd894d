"""The heatmap: how far it looks back, as a picture, as a plan; and counters that start again."""

from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Page

from tests.e2e.conftest import wait_state
from tests.e2e.test_pages import overflow, violations
from tests.e2e.zone_tools import becomes, get_plan, plan_url, rectangle, zone

PATH = {"points": [[0.3, 0.45], [0.62, 0.45], [0.85, 0.95], [0.1, 0.95]], "metres": [[0, 0], [8, 0], [8, 12], [0, 12]]}


def counting(page: Page) -> Page:
    """Stream a camera with a zone and a known ground."""
    features = [zone("Hall", rectangle(0.1, 0.5, 0.9, 0.98))]
    plan = {"type": "FeatureCollection", "features": features, "calibration": PATH}
    body = {"version": get_plan(page)["version"], "plan": plan}
    answer = page.request.put(plan_url(page), data=body, headers={"Origin": page.url.split("/cameras")[0]})
    assert answer.ok, answer.text()
    page.reload()
    page.locator("#choose-camera").click()
    wait_state(page, "live", "full", "slow")
    page.locator("#heat-panel").wait_for()
    return page


def save(page: Page, button: str, path: Path) -> np.ndarray:
    """Take a picture along; (height, width, 3)."""
    with page.expect_download() as download:
        page.locator(button).click()
    assert download.value.suggested_filename.startswith("North-gate-")
    download.value.save_as(path)
    image = cv2.imread(str(path))
    assert image is not None
    return np.asarray(image)


def test_windows_pictures_plan_and_reset(studio: Page, tmp_path: Path) -> None:
    counting(studio)
    studio.locator("#heat-window label", has_text="1 min").click()
    assert studio.evaluate("() => document.querySelector('[name=heatmap]').checked"), "who chooses wants to see it"
    studio.wait_for_timeout(1500)  # people stand somewhere
    picture = save(studio, "#heat-save", tmp_path / "heatmap.png")
    size = studio.evaluate("() => [picture.height, picture.width]")
    assert picture.shape[:2] == (size[0] + 44, size[1])
    assert np.ptp(picture[: size[0]].reshape(-1, 3), axis=0).min() > 100, "the frame itself is under it"

    studio.locator("#heat-plan").click()
    studio.wait_for_function("() => document.querySelector('#plan-canvas').width > 300")
    plan = save(studio, "#plan-save", tmp_path / "plan.png")
    warm = (plan[:, :, 2].astype(int) - plan[:, :, 0] > 60).mean()
    assert 0.001 < warm < 0.8, f"{warm:.3f} of the plan is warm: people leave their traces on a part of it"
    assert violations(studio) == []
    for width, height in ((360, 740), (740, 360)):
        studio.set_viewport_size({"width": width, "height": height})
        assert becomes(lambda: overflow(studio) == 0), (
            f"{width}×{height}: the plan fits itself to the page in its next frame"
        )
    studio.set_viewport_size({"width": 1280, "height": 800})
    studio.locator("#plan-close").click()

    studio.wait_for_function("() => Number(document.querySelector('#unique').textContent) > 0")
    reset_and_check(studio)


def reset_and_check(page: Page) -> None:
    """Cancelling loses nothing; resetting begins with those who are there and is written down."""
    page.locator("#counters-reset").click()
    assert "figures up to now are lost" in page.locator("#reset-dialog").inner_text()
    assert violations(page) == []
    page.get_by_role("button", name="Cancel").click()
    assert page.locator("#heat-note").inner_text() == ""
    page.locator("#counters-reset").click()
    page.get_by_role("button", name="Reset", exact=True).click()
    page.get_by_text("The counters began again").wait_for()
    page.goto("/profile/log")
    assert "reset" in page.locator("main").inner_text().lower()
