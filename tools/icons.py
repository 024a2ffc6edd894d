#!/usr/bin/env python3
"""Render the PNG icons required by operating systems from the two SVGs; the results are committed."""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.e2e.conftest import find_chromium  # noqa: E402 - needs the path above

ICONS = ROOT / "static" / "icons"
WANTED = (("favicon.svg", "icon-192", 192), ("favicon.svg", "icon-512", 512), ("app.svg", "app-512", 512))
TOUCH = ("app.svg", "app-180", 180)
"""For iPhone home screens, which round the corners themselves."""


def draw(page: Page, source: Path, target: Path, side: int) -> None:
    """Render an SVG at this size; uncovered parts are transparent."""
    page.set_viewport_size({"width": side, "height": side})
    style = "margin:0;background:none", f"display:block;width:{side}px;height:{side}px"
    page.set_content(f'<body style="{style[0]}"><div style="{style[1]}">{source.read_text("utf-8")}</div></body>')
    page.screenshot(path=str(target), omit_background=True)
    print(target.relative_to(ROOT))


def main() -> None:
    """Render all icons."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        for source, name, side in (*WANTED, TOUCH):
            draw(page, ICONS / source, ICONS / f"{name}.png", side)
        browser.close()


if __name__ == "__main__":
    main()
