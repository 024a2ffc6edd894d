"""The pages of the account in a real browser: every screen, keyboard, with scripts and without."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import PASSWORD, Watch, register, wait_state
from tests.e2e.process import ServerProcess
from tests.e2e.test_pages import overflow, violations

NEW_PASSWORD = "another long password"
PAGES = ("/profile", "/profile/sessions", "/profile/log", "/profile/delete")
PICTURES = os.environ.get("CROWDCOUNT_TEST_PICTURES")


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    """Sign in by the form."""
    page.goto("/login")
    page.get_by_label("User name or e-mail").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/cameras")


def photograph(page: Page, name: str) -> None:
    """A picture to look at, where one is asked for."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


@pytest.fixture
def elsewhere(browser: Browser, server: ServerProcess, watch: Watch) -> Iterator[BrowserContext]:
    """Another device of the same person."""
    context = browser.new_context(base_url=server.url, viewport={"width": 360, "height": 740})
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_are_accessible_and_fit(user: Page, scheme: str, width: int) -> None:
    user.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    user.set_viewport_size({"width": width, "height": 800})
    for path in PAGES:
        user.goto(path)
        photograph(user, f"{path.strip('/').replace('/', '-')}-{scheme}-{width}")
        assert violations(user) == [], path
        assert overflow(user) == 0, path


def test_the_pages_with_errors_are_accessible(user: Page, watch: Watch) -> None:
    watch.expected = ("status of 4",)
    user.set_viewport_size({"width": 360, "height": 740})
    user.goto("/profile")
    user.get_by_label("Place").fill("Sankt Gallen")
    user.get_by_label("Date of birth").fill("2999-01-01")
    user.get_by_role("button", name="Save the profile").click()
    alert = user.get_by_role("alert")
    expect(alert).to_contain_text("This date is in the future.")
    expect(alert).to_be_focused()
    expect(user.get_by_label("Place")).to_have_value("Sankt Gallen")
    expect(user.get_by_label("Date of birth")).to_have_value("2999-01-01")
    expect(user.locator(".account-tabs [aria-current=page]")).to_have_text("Profile")
    photograph(user, "profile-errors")
    assert violations(user) == []
    assert overflow(user) == 0
    user.goto("/profile/delete")
    user.get_by_label("Your password, to confirm").fill("wrong password")
    user.get_by_role("button", name="Delete the account").click()
    expect(user.get_by_role("alert")).to_contain_text("This is not your password.")
    assert violations(user) == []


def test_a_profile_from_the_menu_to_the_age(user: Page) -> None:
    user.get_by_role("button", name="Account of").click()
    user.get_by_role("link", name="Profile").click()
    user.wait_for_url("**/profile")
    user.get_by_label("Date of birth").fill("1990-05-31")
    user.get_by_label("Place").fill("Sankt Gallen")
    user.get_by_label("Gender").fill("woman")
    user.get_by_label("Gender").press("Enter")
    expect(user.get_by_role("status").filter(has_text="Your profile is saved.")).to_be_visible()
    assert 30 <= int(user.locator("#age").inner_text()) <= 130
    user.reload()
    expect(user.get_by_label("Place")).to_have_value("Sankt Gallen")


def test_a_new_password_signs_out_everywhere_else(page: Page, elsewhere: BrowserContext, watch: Watch) -> None:
    watch.expected = ("status of 401",)
    name = register(page)
    other = elsewhere.new_page()
    sign_in(other, name)
    page.goto("/profile")
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_label("New password").press("Enter")
    expect(page.get_by_role("status").filter(has_text="Your password is changed.")).to_be_visible()
    other.wait_for_url("**/login**")  # its cameras ask for news every few seconds
    expect(other.get_by_role("status")).to_contain_text("The password was changed.")
    photograph(other, "login-why")
    assert violations(other) == []
    sign_in(other, name, NEW_PASSWORD)


def test_a_session_is_ended_from_another_device(page: Page, elsewhere: BrowserContext, watch: Watch) -> None:
    watch.expected = ("status of 401",)
    name = register(page)
    other = elsewhere.new_page()
    sign_in(other, name)
    other.goto("/profile/sessions")
    expect(other.locator(".row")).to_have_count(2)
    expect(other.locator(".row", has_text="This browser")).to_have_count(1)
    other.get_by_role("button", name="End Chrome on").click()
    expect(other.locator(".row")).to_have_count(1)
    page.wait_for_url("**/login**")
    expect(page.get_by_role("status")).to_contain_text("This session was ended from another device.")


def test_a_running_stream_stops_when_the_session_ends(studio: Page, elsewhere: BrowserContext, watch: Watch) -> None:
    watch.expected = ("status of 401", "status of 400", "WebSocket")
    name = studio.request.get("/api/session").json()["user"]["username"]
    studio.locator("#choose-camera").click()
    wait_state(studio, "live", "full", "slow")
    other = elsewhere.new_page()
    sign_in(other, name)
    other.goto("/profile/sessions")
    other.get_by_role("button", name="Sign out everywhere").click()
    other.wait_for_url("**/login**")
    studio.wait_for_url("**/login**")
    expect(studio.get_by_role("status")).to_contain_text("This session was ended from another device.")
    sign_in(studio, name)


def test_the_log_is_read_and_exported(user: Page) -> None:
    user.goto("/profile/log")
    expect(user.get_by_role("cell", name="Registered")).to_be_visible()
    moment = user.locator("time[data-moment]").first
    expect(moment).not_to_contain_text("UTC")
    assert "202" in (moment.get_attribute("title") or ""), "the full time is at hand"
    for _ in range(8):  # so many entries that a box of its own would be too small
        user.goto("/profile")
        user.get_by_role("button", name="Save the profile").click()
    user.goto("/profile/log")
    box = user.locator(".table-scroll")
    assert box.evaluate("box => box.scrollHeight - box.clientHeight") == 0, "the page scrolls, not a part of it"
    with user.expect_download() as download:
        user.get_by_role("link", name="Export as CSV").click()
    assert download.value.suggested_filename.endswith(".csv")
    assert "registered" in Path(download.value.path()).read_text("utf-8")


def test_leaving_says_what_goes(studio: Page, watch: Watch) -> None:
    studio.goto("/profile")
    studio.get_by_role("link", name="Delete the account").click()
    losses = studio.locator(".losses")
    expect(losses).to_contain_text("1 camera with zones, history, 0 alerts")
    expect(losses).to_contain_text("1 session")
    studio.get_by_role("link", name="Keep the account").click()
    studio.wait_for_url("**/profile")
    studio.goto("/profile/delete")
    studio.get_by_label("Your password, to confirm").fill(PASSWORD)
    studio.get_by_role("button", name="Delete the account").click()
    studio.wait_for_url("**/?deleted")
    expect(studio.get_by_role("status")).to_contain_text("The account is deleted")
    studio.goto("/profile")
    studio.wait_for_url("**/login**")


def test_everything_works_without_scripts(browser: Browser, server: ServerProcess) -> None:
    context = browser.new_context(base_url=server.url, java_script_enabled=False)
    page = context.new_page()
    name = register(page)
    page.goto("/profile")
    page.get_by_label("Place").fill("Bern")
    page.get_by_role("button", name="Save the profile").click()
    expect(page.get_by_text("Your profile is saved.")).to_be_visible()
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    page.goto("/profile/log")
    expect(page.locator("time").first).to_contain_text("UTC")
    page.goto("/profile/sessions")
    page.get_by_role("button", name="Sign out everywhere").click()
    page.wait_for_url("**/login")
    sign_in(page, name, NEW_PASSWORD)
    context.close()
