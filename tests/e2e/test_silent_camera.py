"""A camera that is there and delivers no pictures."""

import re
from pathlib import Path

from playwright.sync_api import Playwright, expect

from tests.e2e.conftest import Watch, find_chromium, open_studio
from tests.e2e.process import ServerProcess

SIDE = (320, 240)
SECONDS_A_PICTURE = 600
"""Chromium's camera shows the first picture of its film after as long."""

COUNT_ASKS = """
const media = navigator.mediaDevices;
const ask = media.getUserMedia.bind(media);
window.asks = 0;
media.getUserMedia = (wish) => {
  window.asks += 1;
  return ask(wish);
};
"""


def slow_film(path: Path) -> Path:
    """A film of grey pictures for Chromium's camera."""
    width, height = SIDE
    head = f"YUV4MPEG2 W{width} H{height} F1:{SECONDS_A_PICTURE} Ip A1:1 C420\n"
    path.write_bytes(head.encode() + 2 * (b"FRAME\n" + bytes([128]) * (width * height * 3 // 2)))
    return path


def test_a_silent_camera_is_said_and_asked_again(
    playwright: Playwright, server: ServerProcess, watch: Watch, tmp_path: Path
) -> None:
    film = slow_film(tmp_path / "camera.y4m")
    flags = ["--no-sandbox", "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=flags)
    context = browser.new_context(base_url=server.url, permissions=["camera"])
    context.add_init_script(COUNT_ASKS)
    page = open_studio(context, watch)
    page.locator("#choose-camera").click()
    status = page.locator("#status-text")
    expect(status).to_have_text(re.compile("The camera delivers no pictures"), timeout=15_000)
    expect(status).not_to_have_text(re.compile("server"))
    page.wait_for_function("() => window.asks >= 3", timeout=30_000)
    expect(status).not_to_have_text(re.compile("server"))
    page.locator("#stop").click()
    expect(page.locator("#studio")).to_have_attribute("data-state", "ended")
    browser.close()
