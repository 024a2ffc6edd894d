"""The history page, with figures of a stream that really ran."""

import asyncio
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page

from server.storage.engine.database import Database
from server.storage.history.samples import Sample, add_samples
from tests.e2e.conftest import wait_state
from tests.e2e.process import ServerProcess
from tests.e2e.test_pages import overflow, violations
from tests.e2e.zone_tools import put_plan, rectangle, zone

PICTURES = os.environ.get("CROWDCOUNT_TEST_PICTURES")


def test_what_was_counted_is_found_again(studio: Page) -> None:
    put_plan(studio, zone("Hall", rectangle(0.01, 0.01, 0.99, 0.99)))
    studio.reload()
    studio.locator("#choose-camera").click()
    wait_state(studio, "live", "full", "slow")
    studio.wait_for_function("() => Number(document.querySelector('.zone-count')?.textContent) > 0")
    studio.wait_for_timeout(1500)
    studio.locator("#stop").click()
    wait_state(studio, "ended")
    camera = studio.url.rsplit("/", 1)[1].split("#")[0]
    studio.get_by_role("link", name="History").first.click()
    studio.wait_for_url("**/history")
    studio.get_by_label("1 hour").check()
    rows = studio.locator("#history-rows tr")
    rows.first.wait_for()
    assert rows.locator("th").all_inner_texts() == ["Whole picture", "Hall"]
    assert float(rows.nth(1).locator("td").first.inner_text()) > 0
    assert studio.locator("#history-busiest").inner_text() != "–"
    look_at_the_most(studio)
    assert studio.locator("#history-chart canvas").is_visible()
    for scheme in ("light", "dark"):
        studio.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert violations(studio) == [], scheme
    for width, height in ((360, 740), (1920, 1080)):
        studio.set_viewport_size({"width": width, "height": height})
        assert overflow(studio) == 0, f"{width}×{height}"
    for ending, part in (("csv", b"Hall"), ("json", b'"series"'), ("parquet", b"PAR1")):
        with studio.expect_download() as download:
            studio.locator(f"#history-{ending}").click()
        assert download.value.suggested_filename.startswith(f"crowdcount-{camera}")
        assert part in download.value.path().read_bytes()
    with studio.expect_download() as download:
        studio.locator("#history-png").click()
    assert download.value.suggested_filename == "history.png"
    look_at_the_day(studio)
    studio.locator("#history-from").fill("2020-01-01T00:00")
    studio.locator("#history-to").fill("2020-01-02T00:00")
    studio.locator("#history-to").blur()
    studio.get_by_text("Nothing was counted").wait_for()
    assert violations(studio) == [], "nothing"
    assert str(studio.locator("#history-open").get_attribute("href")).endswith(f"/cameras/{camera}")
    studio.locator("#history-wider").click()
    studio.locator("#history-rows tr").first.wait_for()
    assert studio.get_by_label("30 days").is_checked()
    studio.locator("#history-to").fill("2019-01-02T00:00")
    studio.locator("#history-to").blur()
    studio.get_by_text("ends before it begins").wait_for()
    assert studio.locator("#history-shown").is_hidden(), "no figures of another time than the one that is asked for"
    studio.get_by_label("1 hour").check()
    studio.locator("#history-rows tr").first.wait_for()
    assert studio.locator("#history-problem").is_hidden()


def keep_picture(page: Page, name: str) -> None:
    """Where somebody wants to look at it."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


async def keep(where: Path, samples: list[Sample]) -> None:
    database = Database(where)
    async with database.writing() as connection:
        await add_samples(connection, samples)
    await database.close()


def test_a_crowd_is_an_estimate_and_what_was_unknown_is_no_gap(studio: Page, server: ServerProcess) -> None:
    camera = studio.url.rsplit("/", 1)[1].split("#")[0]
    now = time.time() // 60 * 60
    counted = Sample(camera, "", "", 10, now - 3000, 10.0, 1, 2.0, 4, 3, 0, 0, 0.0, 0)
    crowded = replace(counted, estimate=470.0, estimate_most=512.0, crowded_s=10.0)
    unknown = replace(counted, seconds=0.0, least=None, mean=None, most=None, last=None, unknown_s=10.0)
    course = [counted] * 60 + [crowded] * 60 + [unknown] * 90 + [counted] * 60
    fine = [replace(one, at=counted.at + 10 * step) for step, one in enumerate(course)]
    with ThreadPoolExecutor(1) as thread:  # this one has Playwright's loop
        thread.submit(asyncio.run, keep(server.data / "crowdcount.sqlite3", fine)).result()
    studio.goto(f"/history?camera={camera}")
    studio.get_by_label("1 hour").check()
    row = studio.locator("#history-rows tr").first
    studio.wait_for_function("() => document.querySelector('#history-rows')?.textContent.includes('512')")
    cells = row.locator("td").all_inner_texts()
    assert cells[0] == "≈ 158.0", "unknown time is in no average"
    assert cells[1].startswith("at least ≈ 512 at ")
    assert cells[6] == "10 min estimated · 15 min unknown"
    assert "≈" in studio.locator("#history-busiest-note").inner_text()
    assert "10 min" in studio.locator("#history-estimated").inner_text()
    assert "15 min" in studio.locator("#history-unknown").inner_text()
    assert studio.locator("#history-unknown-key").is_visible()
    summary = studio.locator("#history-unknown-table summary")
    summary.focus()
    studio.keyboard.press("Enter")
    assert studio.locator("#history-unknown-rows tr").count() == 1, "what follows each other is one stretch"
    assert studio.locator("#history-unknown-rows td").inner_text() == "15 min"
    look_at_days_without_heat(studio)
    for scheme in ("light", "dark"):
        studio.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert violations(studio) == [], scheme
        keep_picture(studio, f"history-crowd-{scheme}")
    for width, height in ((360, 740), (1920, 1080)):
        studio.set_viewport_size({"width": width, "height": height})
        assert overflow(studio) == 0, f"{width}×{height}"
        keep_picture(studio, f"history-crowd-{width}")


def look_at_days_without_heat(page: Page) -> None:
    """One of which there are figures and no heatmap, and one on which nothing was counted."""
    page.get_by_text("No heatmap is kept of this time.").wait_for()
    today = page.locator("#heat-date").input_value()
    page.locator("#heat-date").fill("2019-01-02")
    page.get_by_text("Not known: nothing was counted in this time.").wait_for()
    assert "Nobody" not in page.locator("#heat-day").inner_text()
    page.locator("#heat-date").fill(today)
    page.get_by_text("No heatmap is kept of this time.").wait_for()


def look_at_the_most(page: Page) -> None:
    """When most people were there: a moment, or the hour where only that is known."""
    most = page.locator("#history-rows tr").nth(1).locator("td").nth(1)
    assert "–" not in most.inner_text(), "a moment"
    page.get_by_label("7 days").check()
    page.wait_for_function("() => document.querySelectorAll('#history-rows td')[1].textContent.includes('–')")
    assert len(set(re.findall(r"\d+:\d+", most.inner_text()))) == 2, "of hours only the hour is known"
    page.get_by_label("1 hour").check()
    page.wait_for_function("() => !document.querySelectorAll('#history-rows td')[1].textContent.includes('–')")


def look_at_the_day(page: Page) -> None:
    """The heatmap of today, whole and by the hour, as a picture and as a table."""
    page.locator("#heat-canvas").wait_for()
    assert "of people altogether" in page.locator("#heat-sum").inner_text()
    whole = page.evaluate("() => document.querySelector('#heat-canvas').toDataURL()")
    page.get_by_label("By the hour").check()
    page.locator("#heat-hour").wait_for()
    assert page.locator("#heat-canvas").is_visible(), "the first hour with somebody is shown"
    page.locator("#heat-hour").evaluate(
        "slider => { slider.value = 23 - slider.value; slider.dispatchEvent(new Event('input')); }"
    )
    page.get_by_text("Not known: nothing was counted in this time.").wait_for()
    page.get_by_label("Whole day").check()
    assert page.evaluate("() => document.querySelector('#heat-canvas').toDataURL()") == whole
    page.locator("#heat-table summary").click()
    assert page.locator("#heat-rows tr").count() >= 1
    with page.expect_download() as download:
        page.locator("#heat-day-save").click()
    assert download.value.suggested_filename.endswith(".png")


def test_without_a_camera(user: Page) -> None:
    user.goto("/history")
    user.get_by_text("There is no camera yet").wait_for()
    assert violations(user) == []
