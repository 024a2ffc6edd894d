"""The history of a file that reaches ahead of the clock, and devices whose own clock is wrong."""

import re
import time
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e import odd_films
from tests.e2e.conftest import wait_state
from tests.e2e.test_files import choose

GAP_S = 7200
DAYS_AHEAD = 3
POINTS = "series => series.find(({ zone }) => zone === null).points.map(({ t }) => Date.parse(t))"
RANGE = ("#history-from", "#history-to")


def shown_points(page: Page) -> list[float]:
    """Choose the last hour on the history page; returns when the figures are from that it gets, Unix milliseconds."""
    page.locator("#history[data-state=shown]").wait_for()  # of the last day
    with page.expect_response(lambda answer: "/history?" in answer.url and "step=auto" in answer.url) as got:
        page.get_by_label("1 hour").check()
    page.locator("#history[data-state=shown]").wait_for()
    return list(page.evaluate(POINTS, got.value.json()["series"]))


def test_both_halves_are_in_the_history_whatever_the_clock_of_the_device(studio: Page, tmp_path: Path) -> None:
    choose(studio, "Every frame", odd_films.with_gap(tmp_path / "gap.mp4", 10, GAP_S))
    wait_state(studio, "ended", seconds=90)
    opened = time.time()
    studio.wait_for_timeout(1500)  # what was counted is written
    studio.get_by_role("link", name="History").first.click()
    studio.wait_for_url("**/history")
    right = shown_points(studio)
    before = [studio.locator(place).input_value() for place in RANGE]
    assert max(right) - min(right) >= (GAP_S - 10) * 1000, "both halves, two hours apart"
    assert abs(min(right) / 1000 - opened) < 120, "dated from when the file was opened"
    studio.clock.set_system_time(time.time() + DAYS_AHEAD * 86_400)
    studio.reload()
    assert studio.evaluate("Date.now()") / 1000 > opened + 2 * 86_400
    assert shown_points(studio) == right
    after = [studio.locator(place).input_value() for place in RANGE]
    assert after[1] == before[1], "up to the last figures"
    minutes = studio.evaluate("([one, other]) => (Date.parse(other) - Date.parse(one)) / 60_000", [before[0], after[0]])
    assert 0 <= minutes <= 3, "from an hour ago"
    studio.goto("/cameras")
    expect(studio.locator(".card-note", has_text="Last seen")).to_have_text(re.compile(r"just now|\d+ (s|min) ago"))
