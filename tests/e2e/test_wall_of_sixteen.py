"""Sixteen cameras on one wall: it goes on drawing, whatever arrives."""

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import new_user
from tests.e2e.process import ServerProcess
from tests.e2e.room_tools import Phone, invite, make_room, wait_live
from tests.media import read_vtest

pytestmark = pytest.mark.alone

MANY = 16
SPARE = 0.25
"""Most of the page's time that its own scripts, layout and painting may take: the rest is left to fingers and keys."""


def busy(page: Page, seconds: float) -> float:
    """Share of a stretch of time in which the page's main thread was at work, as Chromium counts its tasks."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent() -> float:
        found = session.send("Performance.getMetrics")["metrics"]
        return float(next(one["value"] for one in found if one["name"] == "TaskDuration"))

    before = spent()
    page.wait_for_timeout(seconds * 1000)
    took = spent() - before
    session.detach()
    return took / seconds


def test_sixteen_cameras_leave_the_page_time(browser: Browser, server: ServerProcess, phones: list[Phone]) -> None:
    with new_user(browser, server.url, 1440, 900) as page:
        page.set_default_timeout(60_000)
        room = make_room(page, "Sixteen gates")
        _, code = invite(page, room, "camera")
        for number in range(MANY):
            phones.append(Phone(server.url, code, f"Gate {number + 1}", read_vtest(20, number * 45)).start())
        page.goto(f"/rooms/{room}")
        wait_live(page, MANY)
        share = busy(page, 5)
        shown = page.locator(".tile[data-life=live]").count()
    assert shown == MANY
    assert share <= SPARE, f"the page is at work for {share:.0%} of the time"
