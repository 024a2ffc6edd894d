"""What stays on the device: pages come from there on a bad network, and nothing of anybody is kept."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import Watch, enter_studio, register
from tests.e2e.process import ServerProcess
from tests.e2e.test_pages import overflow, violations

KEPT = """async () => {
  const store = await caches.open("crowdcount-shell");
  const read = async (request) => [new URL(request.url).pathname, await (await store.match(request)).text()];
  return Promise.all((await store.keys()).map(read));
}"""


@pytest.fixture
def kept(browser: Browser, server: ServerProcess, watch: Watch) -> Iterator[Page]:
    """A user's page in a browser that has kept the shell."""
    watch.expected = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "WebSocket", "socket.io")
    context = browser.new_context(base_url=server.url, permissions=["camera"], service_workers="allow")
    context.set_default_timeout(15_000)
    page = context.new_page()
    watch.follow(page)
    register(page)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => undefined)")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    yield page
    context.close()


def test_without_a_network_there_is_a_page_that_goes_away_by_itself(kept: Page) -> None:
    kept.context.set_offline(True)
    kept.goto("/history")
    expect(kept.get_by_role("heading", name="No connection")).to_be_visible()
    assert kept.evaluate("() => getComputedStyle(document.querySelector('.bar')).display") == "flex", "with its styles"
    for scheme in ("light", "dark"):
        kept.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for width, height in ((390, 844), (844, 390)):
            kept.set_viewport_size({"width": width, "height": height})
            assert overflow(kept) == 0
        assert violations(kept) == [], scheme
    kept.context.set_offline(False)
    kept.wait_for_selector("h1:has-text('History')")
    assert kept.url.endswith("/history"), "where the user wanted to be"


def test_files_of_the_shell_come_from_the_device(kept: Page) -> None:
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    # Whatever the worker itself fetches passes here, too: no file of the build may be asked for again.
    kept.context.route("**/assets/**", refuse)
    enter_studio(kept)
    kept.locator("#choose-camera").wait_for()
    kept.wait_for_function("() => document.querySelector('#model').options.length > 0")
    assert asked == []


def test_nothing_of_the_user_is_kept(kept: Page) -> None:
    name = kept.locator("#account-menu strong").text_content() or ""
    enter_studio(kept)
    found = dict(kept.evaluate(KEPT))
    assert "/offline" in found
    assert len(found) > 10
    assert not [path for path in found if path.startswith(("/api", "/cameras", "/socket.io"))]
    assert name
    assert not [path for path, text in found.items() if name in text]


def test_a_page_of_another_build_is_not_kept(kept: Page) -> None:
    """Its files are gone from the device and from the server: it would come up empty."""
    put = """async (file) => (await caches.open("crowdcount-shell")).put("/join/", new Response(
      `<script type="module" src="${file}"></script>`))"""
    own = kept.evaluate("() => document.querySelector('script[type=module]').getAttribute('src')")
    for file, stays in ((own, True), ("/assets/join-00000000.js", False)):
        kept.evaluate(put, file)
        kept.evaluate("() => navigator.serviceWorker.ready.then((registration) => registration.unregister())")
        kept.reload()
        kept.wait_for_function(
            "() => navigator.serviceWorker.getRegistration().then((found) => found?.active?.state === 'activated')"
        )
        assert ("/join/" in dict(kept.evaluate(KEPT))) is stays


def test_it_can_be_installed(page: Page) -> None:
    page.goto("/")
    session = page.context.new_cdp_session(page)
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    found = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [error["errorId"] for error in found if error["errorId"] != "in-incognito"] == []
