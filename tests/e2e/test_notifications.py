"""The page of notifications: web hooks, mail and pushes, with and without JavaScript."""

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, expect

from tests.alerts.receivers import MailBox, Receiver, mail_box, receiver, signature_fits
from tests.alerts.test_push import Browser
from tests.e2e.conftest import Watch, register
from tests.e2e.process import ServerProcess
from tests.e2e.test_pages import overflow, violations

REFUSED = ("status of 4",)
T = TypeVar("T")


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop in a thread of its own, for the receivers."""
    made = asyncio.new_event_loop()
    thread = threading.Thread(target=made.run_forever)
    thread.start()
    yield made
    made.call_soon_threadsafe(made.stop)
    thread.join()
    made.close()


def opened(loop: asyncio.AbstractEventLoop, manager: AbstractAsyncContextManager[T]) -> Iterator[T]:
    """What an asynchronous context manager gives, while a test runs."""
    yield asyncio.run_coroutine_threadsafe(manager.__aenter__(), loop).result(10)
    asyncio.run_coroutine_threadsafe(manager.__aexit__(None, None, None), loop).result(10)


@pytest.fixture(scope="module")
def hook(loop: asyncio.AbstractEventLoop) -> Iterator[Receiver]:
    """A receiver of web hooks and pushes."""
    yield from opened(loop, receiver())


@pytest.fixture(scope="module")
def box(loop: asyncio.AbstractEventLoop) -> Iterator[MailBox]:
    """A mail server."""
    yield from opened(loop, mail_box())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, box: MailBox) -> Iterator[ServerProcess]:
    """A server with a mail server, whose operator lets web hooks come to this machine."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CROWDCOUNT_ALLOW_PRIVATE_HOOKS", "true")
        environment.setenv("CROWDCOUNT_SMTP_HOST", "127.0.0.1")
        environment.setenv("CROWDCOUNT_SMTP_PORT", str(box.port))
        environment.setenv("CROWDCOUNT_SMTP_SECURITY", "none")
        environment.setenv("CROWDCOUNT_SMTP_FROM", "crowdcount@count.example.org")
        with ServerProcess(tmp_path_factory.mktemp("notifications")) as running:
            yield running


def go(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Account of")).click()
    page.get_by_role("link", name="Notifications").click()
    page.wait_for_url("**/notifications")


def add_hook(page: Page, url: str, name: str = "Control room") -> str:
    """Add a web hook by the form; returns its secret."""
    page.locator("#webhook-name").fill(name)
    page.locator("#webhook-target").fill(url)
    page.get_by_role("button", name="Add the web hook").click()
    return page.locator("#secret").inner_text()


def test_a_web_hook_from_its_beginning_to_its_end(user: Page, hook: Receiver, watch: Watch) -> None:
    watch.expected = REFUSED
    go(user)
    expect(user.get_by_text("Nobody is told yet")).to_be_visible()
    secret = add_hook(user, f"{hook.url}/alerts", "<b>Control</b> room")
    user.get_by_role("link", name="I have it").click()
    assert secret not in user.content()
    row = user.locator(".channel")
    expect(row).to_contain_text("<b>Control</b> room")
    before = len(hook.got)
    user.get_by_role("button", name="Test <b>Control</b> room").click()
    expect(user.locator("#outcome")).to_contain_text("the test arrived")
    assert signature_fits(secret, hook.got[before])
    expect(row).to_contain_text("last arrived now")
    hook.answers.append(503)
    user.get_by_role("button", name="Test <b>Control</b> room").click()
    expect(user.locator("#outcome")).to_contain_text("It answered with status 503.")
    expect(row).to_contain_text("Failing")
    assert violations(user) == [], "a channel that fails"
    user.get_by_role("button", name="Pause").click()
    expect(row).to_contain_text("Paused")
    user.get_by_role("button", name="Go on").click()
    expect(row).not_to_contain_text("Paused")
    user.get_by_role("link", name="Delete…").click()
    expect(user.get_by_role("heading", level=1)).to_have_text("Delete <b>Control</b> room?")
    assert violations(user) == [], "the question"
    user.get_by_role("link", name="Keep it").click()
    user.get_by_role("link", name="Delete…").click()
    user.get_by_role("button", name="Delete it").click()
    expect(user.get_by_text("Nobody is told yet")).to_be_visible()


def test_errors_are_named_and_nothing_typed_is_lost(user: Page, watch: Watch) -> None:
    watch.expected = REFUSED
    user.request.post("/api/cameras", data={"name": "North gate"}, headers={"Origin": user.url.rsplit("/", 1)[0]})
    user.goto("/notifications")
    user.locator("#webhook-name").fill("Room")
    user.locator("#webhook-target").fill("ftp://example.org/")
    form = user.locator("form", has=user.locator("#webhook-name"))
    form.get_by_label("Warning: a limit is reached").uncheck()
    form.get_by_text("Only some cameras").click()
    form.get_by_label("North gate").check()
    user.get_by_role("button", name="Add the web hook").click()
    expect(user.get_by_role("alert")).to_be_focused()
    assert user.title().startswith("Error: ")
    assert user.locator("#webhook-target").input_value() == "ftp://example.org/"
    assert user.locator("#webhook-target").get_attribute("aria-invalid") == "true"
    expect(user.locator("#webhook-target-error")).to_contain_text("https://")
    assert not form.get_by_label("Warning: a limit is reached").is_checked()
    assert form.get_by_label("North gate").is_checked()
    assert violations(user) == []
    user.locator("#webhook-target").fill("https://hooks.example.org/x")
    user.get_by_role("button", name="Add the web hook").click()
    expect(user.locator(".channel")).to_contain_text("critical, over · North gate")
    change_it(user)


def change_it(page: Page) -> None:
    """Another name, other steps, all cameras; what is wrong is named, and nothing typed is lost."""
    page.get_by_role("link", name="Change… Room").click()
    assert page.get_by_label("Name").input_value() == "Room"
    assert page.get_by_label("North gate").is_checked()
    assert not page.get_by_label("Warning: a limit is reached").is_checked()
    page.get_by_label("Name").fill(" ")
    page.get_by_label("Over: it is clear again").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert not page.get_by_label("Over: it is clear again").is_checked()
    assert violations(page) == []
    page.get_by_label("Name").fill("Back room")
    page.get_by_label("North gate").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".channel")).to_contain_text("critical · all cameras")
    expect(page.locator(".channel")).to_contain_text("Back room")


def test_a_mail_address_is_confirmed_by_its_code(user: Page, box: MailBox) -> None:
    go(user)
    user.locator("#email-name").fill("Night shift")
    user.locator("#email-target").fill("night@example.org")
    user.get_by_role("button", name="Add the e-mail address").click()
    expect(user.locator("#outcome")).to_contain_text("A code is on its way to night@example.org")
    assert violations(user) == [], "waits for its code"
    code = re.search(r"code (\d{8})", box.parsed[-1].get_content())
    assert code is not None
    user.get_by_label("Code from the mail to night@example.org").fill(code[1])
    user.get_by_role("button", name="Confirm").click()
    expect(user.locator(".tag")).to_have_count(0)
    user.get_by_role("button", name="Test Night shift").click()
    expect(user.locator("#outcome")).to_contain_text("the test arrived")
    assert "This is a test" in box.parsed[-1].get_content()


def test_it_works_without_javascript(browser: Chromium, server: ServerProcess, hook: Receiver) -> None:
    context = browser.new_context(base_url=server.url, java_script_enabled=False)
    page = context.new_page()
    register(page)
    page.goto("/notifications")
    expect(page.locator("#push-state")).to_have_text("This needs JavaScript.")
    expect(page.locator("#push-add")).to_be_hidden()
    secret = add_hook(page, f"{hook.url}/plain")
    page.goto("/notifications")
    page.get_by_role("button", name="Test Control room").click()
    expect(page.locator("#outcome")).to_contain_text("the test arrived")
    assert signature_fits(secret, hook.got[-1])
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".channel")).to_contain_text("Paused")
    page.get_by_role("link", name="Delete…").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator(".channel")).to_have_count(0)
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits_a_phone(user: Page, hook: Receiver, scheme: str) -> None:
    user.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    user.set_viewport_size({"width": 360, "height": 740})
    user.goto("/notifications")
    assert violations(user) == [], "nothing yet"
    add_hook(user, f"{hook.url}/{scheme}/" + "long" * 60, "W" * 60)
    assert violations(user) == [], "the secret"
    assert overflow(user) == 0
    user.get_by_role("link", name="I have it").click()
    for width in (360, 740, 1920):
        user.set_viewport_size({"width": width, "height": 740})
        assert overflow(user) == 0, width
    for control in user.locator(".channel button, .channel a, label.tick").all():
        box = control.bounding_box()
        assert box is not None
        assert box["height"] >= 44


SUBSCRIBED = """([endpoint, keys]) => {
  PushManager.prototype.subscribe = async function (options) {
    window.asked = { visible: options.userVisibleOnly, key: options.applicationServerKey.length };
    return { toJSON: () => ({ endpoint, keys }) };
  };
}"""


def test_a_browser_is_asked_after_a_tap_and_told_by_push(
    context: BrowserContext, watch: Watch, server: ServerProcess, hook: Receiver
) -> None:
    """Chromium's own push service is not at hand: the subscription is one that the test can read."""
    keys = Browser()
    context.grant_permissions(["notifications"], origin=server.url)
    page = context.new_page()
    watch.follow(page)
    register(page)
    page.add_init_script(f"({SUBSCRIBED})({json.dumps([f'{hook.url}/push', keys.keys])})")
    page.goto("/notifications")
    # The worker of the shell may be there already; the one for pushes comes with the wish for them.
    scopes = page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).map(one => one.scope)")
    assert not [scope for scope in scopes if scope.endswith("/push/")]
    page.get_by_role("button", name="Notify this browser").click()
    expect(page.locator(".channel")).to_contain_text("Chrome on Linux")
    hook.answers.append(201)
    page.get_by_role("button", name="Test Chrome on Linux").click()
    expect(page.locator("#outcome")).to_contain_text("the test arrived")
    told = keys.read(hook.got[-1].body)
    page.get_by_role("button", name="Notify this browser").click()
    expect(page.locator("#push-state")).to_have_text("This browser is in the list already.")
    watch.expected = ("409",)
    shown = deliver(
        page, json.dumps({**told, "title": "Critical: Stairs", "thread": "alr_1", "path": "/cameras/cam_1"})
    )
    assert [(one["title"], one["tag"], one["data"]) for one in shown] == [
        ("Critical: Stairs", "alr_1", "/cameras/cam_1")
    ]
    shown = deliver(page, "no JSON")
    assert sorted(one["title"] for one in shown) == ["Critical: Stairs", "crowdcount"]


def deliver(page: Page, data: str) -> list[dict[str, str]]:
    """Hand a push to the page's worker, as a push service would. Returns what is then on the screen.

    Nobody may look before the browser says that it is shown: a look at the list drops what is stored and not yet on
    the screen.
    """
    session = page.context.new_cdp_session(page)
    workers: dict[str, str] = {}
    events: list[str] = []

    def note(event: dict[str, Any]) -> None:
        for one in event["registrations"]:
            if one["scopeURL"].endswith("/push/") and not one["isDeleted"]:
                workers["id"] = one["registrationId"]

    session.on("ServiceWorker.workerRegistrationUpdated", note)
    session.on(
        "BackgroundService.backgroundServiceEventReceived",
        lambda event: events.append(event["backgroundServiceEvent"]["eventName"]),
    )
    session.send("ServiceWorker.enable")
    session.send("BackgroundService.clearEvents", {"service": "pushMessaging"})
    session.send("BackgroundService.setRecording", {"shouldRecord": True, "service": "pushMessaging"})
    session.send("BackgroundService.startObserving", {"service": "pushMessaging"})
    page.wait_for_timeout(300)
    events.clear()
    origin = page.url.split("/notifications")[0]
    message = {"origin": origin, "registrationId": workers["id"], "data": data}
    session.send("ServiceWorker.deliverPushMessage", message)
    for _ in range(100):
        if "Push event completed" in events:
            break
        page.wait_for_timeout(100)
    assert "Push event completed" in events
    return notifications(page)


def notifications(page: Page) -> list[dict[str, str]]:
    found: list[dict[str, str]] = page.evaluate(
        """async () => {
          const registration = await navigator.serviceWorker.getRegistration("/push/");
          const shown = await registration.getNotifications();
          return shown.map(one => ({ title: one.title, tag: one.tag, data: one.data }));
        }"""
    )
    return found


def test_a_browser_that_says_no(user: Page) -> None:
    user.goto("/notifications")
    user.evaluate("() => { Notification.requestPermission = async () => 'denied'; }")
    button = user.get_by_role("button", name="Notify this browser")
    if button.is_visible():  # else Chromium has refused for all pages already, and the page says so at once
        button.click()
    expect(user.locator("#push-state")).to_contain_text("blocked")
    expect(button).to_be_hidden()
    assert violations(user) == []


def test_a_push_service_that_cannot_be_reached(context: BrowserContext, server: ServerProcess, watch: Watch) -> None:
    context.grant_permissions(["notifications"], origin=server.url)
    page = context.new_page()
    watch.follow(page)
    register(page)
    page.goto("/notifications")
    page.evaluate(
        "() => { PushManager.prototype.subscribe = async () => { throw new DOMException('no', 'AbortError'); } }"
    )
    page.get_by_role("button", name="Notify this browser").click()
    expect(page.locator("#push-state")).to_contain_text("cannot be reached")
    expect(page.get_by_role("button", name="Notify this browser")).to_be_enabled()
    assert page.locator(".channel").count() == 0
