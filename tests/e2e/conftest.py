"""A real server in its own process, a real Chromium, and people who use it.

Fixtures end with this package: while Playwright runs, no asynchronous test of another package could.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

from tests.e2e.film import barcode_film, clip_webm
from tests.e2e.process import ServerProcess
from tests.e2e.room_tools import Phone
from tests.e2e.scripted import ScriptedServer

PASSWORD = "correct horse battery"


def find_chromium() -> str | None:
    """Path of an installed Chromium; None lets Playwright use its own, and fail where it has none."""
    named = os.environ.get("CROWDCOUNT_TEST_CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver, one for all tests."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="package")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The video that plays as the camera: every frame carries its number as a strip of squares."""
    return barcode_film(tmp_path_factory.mktemp("film") / "camera.mjpeg")


@pytest.fixture(scope="package")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short recording of people that Chromium plays."""
    return clip_webm(tmp_path_factory.mktemp("clip") / "campus.webm")


@pytest.fixture(scope="package")
def browser(playwright: Playwright, film: Path) -> Iterator[Browser]:
    """Chromium whose camera is the film. A machine without it fails here: nothing below may pass unseen."""
    flags = [
        "--no-sandbox",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=flags)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def blind_browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium on a machine without any camera."""
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def two_cameras(playwright: Playwright) -> Iterator[Browser]:
    """Chromium with two cameras, each a test pattern: a film would be one and the same."""
    flags = ["--no-sandbox", "--use-fake-device-for-media-stream=device-count=2"]
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=flags)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """The server, as `make run` starts it, with a data directory of its own."""
    with ServerProcess(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScriptedServer]:
    """A server whose cameras see what a test says."""
    with ScriptedServer(tmp_path_factory.mktemp("scripted")) as running:
        yield running


@pytest.fixture(scope="module")
def phones() -> Iterator[list[Phone]]:
    """The phones that a test starts; they stop with the module."""
    started: list[Phone] = []
    yield started
    for phone in started:
        phone.stop()


class Watch:
    """What a page must not do: write errors to its console, fail, or ask for what is not there."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.expected: tuple[str, ...] = ()

    def follow(self, page: Page) -> None:
        """Listen to everything that goes wrong in a page."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        # The worker that keeps pages is asked for in the background; while a server is stopped it cannot be had.
        if message.type == "error" and "when fetching the script" not in message.text:
            self.errors.append(f"console: {message.text} {message.location.get('url', '')}")

    def unexpected(self) -> list[str]:
        """Errors that the test did not ask for."""
        return [error for error in self.errors if not any(part in error for part in self.expected)]


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fails the test for any error in a console that the test did not announce."""
    watch = Watch()
    yield watch
    assert watch.unexpected() == []


@pytest.fixture
def context(browser: Browser, server: ServerProcess) -> Iterator[BrowserContext]:
    """A fresh browser profile that may use the camera."""
    context = browser.new_context(base_url=server.url, permissions=["camera"], viewport={"width": 1280, "height": 800})
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Page:
    """A signed-out page."""
    page = context.new_page()
    watch.follow(page)
    return page


_count = iter(range(1, 10_000))


def register(page: Page) -> str:
    """Make an account by the form; returns its name."""
    name = f"ada{next(_count)}"
    page.goto("/register")
    page.get_by_label("User name").fill(name)
    page.get_by_label("E-mail").fill(f"{name}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    page.wait_for_url("**/cameras")
    return name


@contextmanager
def new_user(
    browser: Browser, url: str, width: int = 1280, height: int = 800, watch: Watch | None = None
) -> Iterator[Page]:
    """A page of a new user in a browser profile of its own, for a server at this address."""
    context = browser.new_context(base_url=url, viewport={"width": width, "height": height})
    context.set_default_timeout(20_000)
    page = context.new_page()
    if watch is not None:
        watch.follow(page)
    register(page)
    yield page
    context.close()


def state(page: Page) -> str:
    """The state that the studio shows."""
    return str(page.locator("#studio").get_attribute("data-state"))


def wait_state(page: Page, *names: str, seconds: float = 20) -> None:
    """Wait until the studio shows one of these states."""
    page.wait_for_function(
        "names => names.includes(document.querySelector('#studio').dataset.state)",
        arg=list(names),
        timeout=seconds * 1000,
    )


@pytest.fixture
def user(page: Page) -> Page:
    """A page of a new user, at their cameras."""
    register(page)
    return page


def open_studio(context: BrowserContext, watch: Watch) -> Page:
    """A page of a new user in the studio of a new camera, nothing started."""
    page = context.new_page()
    watch.follow(page)
    register(page)
    return enter_studio(page)


def enter_studio(page: Page) -> Page:
    """Make a camera and go to its studio."""
    answer = page.request.post(
        "/api/cameras", data={"name": "North gate"}, headers={"Origin": page.url.rsplit("/", 1)[0]}
    )
    assert answer.ok, answer.text()
    page.goto(f"/cameras/{answer.json()['camera']['id']}")
    return page


@pytest.fixture
def studio(user: Page) -> Page:
    """A page of a new user in the studio of a new camera, nothing started."""
    return enter_studio(user)
