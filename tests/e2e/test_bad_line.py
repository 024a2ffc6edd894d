"""Row 18 in a browser: the line to the server is cut or swallows everything; row 15: the disk is full."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import Watch, open_studio, wait_state
from tests.e2e.process import ServerProcess
from tests.faults.disks import small_disk
from tests.faults.figures import note
from tests.faults.proxy import Proxy, proxy_thread

HOLE_S = 12.0
PROMISE_S = 5.0


@pytest.fixture
def line(server: ServerProcess) -> Iterator[tuple[Proxy, object]]:
    """A line to the server that can be made bad."""
    with proxy_thread(int(server.url.rsplit(":", 1)[1])) as found:
        yield found


def processed(page: Page) -> int:
    """How many frames the page says were counted."""
    return int((page.locator("#processed").text_content() or "0").replace(",", ""))


def streaming(browser: Browser, proxy: Proxy, watch: Watch) -> Page:
    """A studio behind the line that counts since a while."""
    watch.expected = ("WebSocket", "socket.io", "ERR_")
    context = browser.new_context(base_url=proxy.url, permissions=["camera"])
    page = open_studio(context, watch)
    page.locator("#choose-camera").click()
    wait_state(page, "live", "full", "slow")
    page.wait_for_function("() => Number(document.querySelector('#processed').textContent) >= 10")
    return page


def goes_on(page: Page, before: int, seconds: float) -> float:
    """Wait until frames are counted again, in the same stream; seconds that took."""
    began = time.monotonic()
    page.wait_for_function(
        "before => Number(document.querySelector('#processed').textContent) > before",
        arg=before,
        timeout=seconds * 1000,
    )
    took = time.monotonic() - began
    wait_state(page, "live", "full", "slow")
    return took


@pytest.mark.few
def test_a_cut_line_is_over_in_seconds(browser: Browser, line: tuple[Proxy, object], watch: Watch) -> None:
    proxy, loop = line
    page = streaming(browser, proxy, watch)
    before = processed(page)
    loop.call_soon_threadsafe(proxy.reset)  # type: ignore[attr-defined]
    took = goes_on(page, before, 15)
    note(18, "browser after a reset", f"{took:.1f} s", f"≤ {PROMISE_S:.0f} s")
    assert took < PROMISE_S
    assert page.locator("#studio").get_attribute("data-stale") is None
    page.context.close()


@pytest.mark.few
def test_a_black_hole_is_over_in_seconds(browser: Browser, line: tuple[Proxy, object], watch: Watch) -> None:
    proxy, loop = line
    page = streaming(browser, proxy, watch)
    loop.call_soon_threadsafe(proxy.swallow)  # type: ignore[attr-defined]
    page.wait_for_timeout(4000)
    assert page.locator("#studio").get_attribute("data-stale") is not None, "old figures are grey"
    assert "ago" in page.locator("#age").inner_text()
    before = processed(page)
    page.wait_for_timeout(HOLE_S * 1000 - 4000)
    loop.call_soon_threadsafe(proxy.heal)  # type: ignore[attr-defined]
    took = goes_on(page, before, 15)
    note(18, f"browser after a black hole of {HOLE_S:.0f} s", f"{took:.1f} s", f"≤ {PROMISE_S:.0f} s")
    assert took < PROMISE_S
    page.context.close()


def test_a_full_disk_is_said_on_the_page(browser: Browser, tmp_path: Path, watch: Watch) -> None:
    with small_disk(tmp_path / "disk", 6) as disk, ServerProcess(disk.path) as server:
        context = browser.new_context(base_url=server.url, permissions=["camera"])
        page = open_studio(context, watch)
        page.locator("#choose-camera").click()
        wait_state(page, "live", "full", "slow")
        disk.fill()
        banner = page.locator("#storage-banner")
        banner.wait_for(timeout=30_000)
        assert "The disk is full." in banner.inner_text()
        before = processed(page)
        page.wait_for_function(
            "before => Number(document.querySelector('#processed').textContent) > before", arg=before
        )
        disk.free()
        banner.wait_for(state="detached", timeout=15_000)
        context.close()
