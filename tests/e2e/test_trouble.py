"""What goes wrong, and what the page makes of it."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from server.models.paths import default_models_dir
from tests.e2e.conftest import Watch, enter_studio, open_studio, register, wait_state
from tests.e2e.film import CLIP_FRAMES
from tests.e2e.process import ServerProcess
from tests.faults.processes import children, wait_for


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server that the test may stop."""
    with ServerProcess(tmp_path) as running:
        yield running


KEEP_SOCKETS = """(() => {
  const Real = window.WebSocket;
  window.sockets = [];
  window.WebSocket = class extends Real {
    constructor(...args) { super(...args); window.sockets.push(this); }
  };
})()"""
"""Playwright's offline mode leaves open sockets alone; with this a test closes them as a lost network would."""
LOSE_SOCKETS = "() => window.sockets.forEach(socket => socket.close())"


def problem(page: Page) -> str | None:
    return page.locator("#studio").get_attribute("data-problem")


def test_camera_denied(browser: Browser, server: ServerProcess, watch: Watch) -> None:
    context = browser.new_context(base_url=server.url, permissions=[])
    page = open_studio(context, watch)
    page.locator("#choose-camera").click()
    wait_state(page, "denied")
    notice = page.locator("#notice")
    assert "Click the symbol left of the address" in notice.inner_text()
    context.grant_permissions(["camera"])
    notice.get_by_role("button", name="Try again").click()
    wait_state(page, "live", "full", "slow")
    context.close()


def test_no_camera(blind_browser: Browser, server: ServerProcess, watch: Watch) -> None:
    context = blind_browser.new_context(base_url=server.url, permissions=["camera"])
    page = open_studio(context, watch)
    page.locator("#choose-camera").click()
    wait_state(page, "error")
    assert problem(page) == "no_camera"
    assert page.get_by_role("button", name="Choose a video file").is_visible()
    context.close()


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("NotReadableError", "camera_busy", "Another program"),
        ("UnheardOfError", "camera_failed", "no picture"),
    ],
)
def test_camera_that_fails(studio: Page, name: str, code: str, words: str) -> None:
    studio.evaluate(
        "name => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', name); }; }", name
    )
    studio.locator("#choose-camera").click()
    wait_state(studio, "error")
    assert problem(studio) == code
    assert words in studio.locator("#notice").inner_text()


def test_insecure_page_explains_itself(studio: Page) -> None:
    studio.evaluate(
        """() => {
          Object.defineProperty(window, "isSecureContext", { value: false });
          Object.defineProperty(navigator, "mediaDevices", { value: undefined });
        }"""
    )
    studio.locator("#choose-camera").click()
    wait_state(studio, "error")
    assert problem(studio) == "insecure"
    assert "https://" in studio.locator("#notice").inner_text()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc")
def test_a_crash_loop_is_said_on_the_page_and_counting_goes_on_after_it(
    browser: Browser, tmp_path: Path, watch: Watch
) -> None:
    models = tmp_path / "models"
    models.symlink_to(default_models_dir())
    with ServerProcess(tmp_path, CROWDCOUNT_MODELS_DIR=str(models)) as server:
        context = browser.new_context(base_url=server.url, permissions=["camera"])
        page = open_studio(context, watch)
        page.locator("#choose-camera").click()
        wait_state(page, "live", "full", "slow")
        models.unlink()
        models.mkdir()  # every start from now on fails
        (web,) = children(server.pid)
        os.kill(children(web)[0], signal.SIGKILL)
        page.locator("#studio[data-stale]").wait_for(timeout=30_000)
        page.locator("#status", has_text="not prepared").wait_for(timeout=60_000)
        wait_for(lambda: "in a row" in str(server.readiness()["warnings"]), 30)
        said = server.readiness()
        assert said["status"] == "unready"
        assert said["checks"]["engine"]["workers"][0]["restarts"] >= 2
        before = int(page.locator("#processed").text_content() or 0)
        models.rmdir()
        models.symlink_to(default_models_dir())
        page.wait_for_function(
            "before => Number(document.querySelector('#processed').textContent) > before", arg=before, timeout=60_000
        )
        assert page.locator("#studio").get_attribute("data-stale") is None
        context.close()


def test_offline_and_back_goes_on_with_the_same_people(browser: Browser, server: ServerProcess, watch: Watch) -> None:
    watch.expected = ("ERR_INTERNET_DISCONNECTED", "WebSocket", "socket.io")
    context = browser.new_context(base_url=server.url, permissions=["camera"])
    page = context.new_page()
    watch.follow(page)
    page.add_init_script(KEEP_SOCKETS)
    register(page)
    enter_studio(page)
    page.locator("#choose-camera").click()
    wait_state(page, "live", "full", "slow")
    page.wait_for_function("() => Number(document.querySelector('#processed').textContent) >= 15")
    before = int(page.locator("#processed").text_content() or 0)
    context.set_offline(True)
    page.evaluate(LOSE_SOCKETS)
    wait_state(page, "reconnecting")
    page.wait_for_timeout(1500)
    context.set_offline(False)
    wait_state(page, "live", "full", "slow")
    after = int(page.locator("#processed").text_content() or 0)
    assert after > before, "the same stream went on: its counters did not start again"
    context.close()


def test_every_frame_survives_lost_connections_and_counts_each_once(studio: Page, clip: Path, watch: Watch) -> None:
    watch.expected = ("WebSocket",)  # a frame may be on its way while they are lost
    studio.add_init_script(KEEP_SOCKETS)
    studio.reload()
    studio.get_by_label("Every frame").check()
    studio.locator("#file").set_input_files(clip)
    for share in (0.2, 0.5):
        studio.wait_for_function("share => document.querySelector('#progress').position > share", arg=share)
        studio.evaluate(LOSE_SOCKETS)
        wait_state(studio, "reconnecting")
    wait_state(studio, "ended", seconds=60)
    assert studio.locator("#summary-frames").get_attribute("data-frames") == str(CLIP_FRAMES)


def test_every_frame_begins_again_with_a_new_server(
    browser: Browser, own_server: ServerProcess, clip: Path, watch: Watch
) -> None:
    watch.expected = ("ERR_CONNECTION_REFUSED", "WebSocket", "socket.io")
    context = browser.new_context(base_url=own_server.url)
    page = open_studio(context, watch)
    page.get_by_label("Every frame").check()
    page.locator("#file").set_input_files(clip)
    page.wait_for_function("() => document.querySelector('#progress').position > 0.3")
    own_server.stop()
    wait_state(page, "reconnecting")
    own_server.start()
    wait_state(page, "ended", seconds=60)
    assert page.locator("#summary-frames").get_attribute("data-frames") == str(CLIP_FRAMES)
    context.close()


def test_two_windows_the_later_one_streams(studio: Page, watch: Watch) -> None:
    studio.locator("#choose-camera").click()
    wait_state(studio, "live", "full", "slow")
    other = studio.context.new_page()
    watch.follow(other)
    other.goto(studio.url)
    other.locator("#choose-camera").click()
    wait_state(other, "live", "full", "slow")
    wait_state(studio, "ended")
    assert problem(studio) == "replaced"
    assert "Now streaming from another window" in studio.locator("#notice").inner_text()
    studio.wait_for_timeout(1500)
    assert problem(studio) == "replaced", "it does not fight back by itself"
    studio.get_by_role("button", name="Stream here instead").click()
    wait_state(studio, "live", "full", "slow")
    wait_state(other, "ended")


def test_a_slow_server_is_said_and_old_numbers_are_grey(studio: Page, watch: Watch) -> None:
    watch.expected = ("WebSocket", "socket.io")
    studio.locator("#choose-camera").click()
    wait_state(studio, "live", "full", "slow")
    # Answers stop, the connection stays: what a hung server looks like.
    session = studio.context.new_cdp_session(studio)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 6000, "downloadThroughput": 2000, "uploadThroughput": 2000},
    )
    studio.locator("#studio[data-stale]").wait_for(timeout=30_000)
    assert "ago" in studio.locator("#age").inner_text()
