#!/usr/bin/env python3
"""Take the screenshots of the README and the landing page from the running program: `make screenshots`.

Uses a real server, Chromium and recording: the camera plays `vtest.avi` of Debian's opencv-doc.
"""

import os
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.e2e.conftest import find_chromium, register, wait_state  # noqa: E402 - needs the path above
from tests.e2e.process import ServerProcess  # noqa: E402
from tests.media import encode_jpeg, read_vtest  # noqa: E402

FRAMES = 400
REPEATS = 4
"""The fake camera plays 30 frames/s; repeating each frame four times gives 7.5, close to the 7 of the recording."""
SETTLE_MS = 25_000
"""Long enough for a meaningful chart and heatmap."""

PICTURES = ROOT / "static" / "pictures"
QUALITY = 82
"""WebP quality, small enough for the landing page."""


def film(path: Path) -> Path:
    """Write the camera file: concatenated JPEGs, which Chromium plays."""
    path.write_bytes(b"".join(encode_jpeg(frame) * REPEATS for frame in read_vtest(FRAMES)))
    return path


def open_studio(browser: Browser, url: str, *, width: int, height: int, scheme: str, scale: float = 1) -> Page:
    """Return the studio page of a new user, with a running stream."""
    context = browser.new_context(
        base_url=url,
        permissions=["camera"],
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        color_scheme="dark" if scheme == "dark" else "light",
        has_touch=width < 700,
    )
    page = context.new_page()
    register(page)
    answer = page.request.post("/api/cameras", data={"name": "Campus, north gate"}, headers={"Origin": url})
    page.goto(f"/cameras/{answer.json()['camera']['id']}#camera")
    wait_state(page, "live", "slow")
    page.wait_for_timeout(SETTLE_MS)
    return page


def shoot(page: Page, path: Path) -> None:
    """Save a screenshot of the page as WebP."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    cv2.imwrite(str(path), pixels, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
    print(path.relative_to(ROOT))


def main() -> None:
    """Take all screenshots."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        data = Path(folder)
        flags = [
            "--no-sandbox",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film(data / 'camera.mjpeg')}",
        ]
        browser = driver.chromium.launch(executable_path=find_chromium(), args=flags)
        os.environ.setdefault("CROWDCOUNT_LOG_LEVEL", "warning")
        with ServerProcess(data) as server:
            for name, width, height, scheme, scale in (
                ("studio", 1280, 800, "light", 1.0),
                ("studio-dark", 1280, 800, "dark", 1.0),
                ("studio-phone", 390, 844, "light", 2.0),
            ):
                page = open_studio(browser, server.url, width=width, height=height, scheme=scheme, scale=scale)
                shoot(page, PICTURES / f"{name}.webp")
                page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
