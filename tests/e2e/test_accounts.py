"""Register, sign in, sign out: with errors, without JavaScript, and cameras that belong to someone."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import PASSWORD, Watch, register, wait_state
from tests.e2e.process import ServerProcess
from tests.e2e.test_pages import violations

REFUSED = ("status of 4",)
"""Chromium writes every refused form into the console."""


def test_register_names_every_error_and_keeps_what_was_typed(page: Page, watch: Watch) -> None:
    watch.expected = REFUSED
    page.goto("/register")
    page.get_by_label("User name").fill("x")
    page.get_by_label("E-mail").fill("nobody")
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_role("button", name="Create the account").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert page.title().startswith("Error: ")
    for label, name in (("User name", "username"), ("E-mail", "email"), ("Password", "password")):
        field = page.get_by_label(label, exact=True)
        assert field.get_attribute("aria-invalid") == "true"
        assert f"{name}-error" in (field.get_attribute("aria-describedby") or "")
        assert page.locator(f"#{name}-error").inner_text()
    assert page.get_by_label("User name").input_value() == "x"
    assert page.get_by_label("E-mail").input_value() == "nobody"
    summary.get_by_role("link", name=re.compile("E-mail")).click()
    expect(page.get_by_label("E-mail")).to_be_focused()


def test_a_taken_name_is_said(page: Page, watch: Watch) -> None:
    watch.expected = REFUSED
    name = register(page)
    page.context.clear_cookies()
    page.goto("/register")
    page.get_by_label("User name").fill(name)
    page.get_by_label("E-mail").fill(f"other-{name}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    assert page.locator("#username-error").inner_text()


def test_the_password_can_be_shown(page: Page) -> None:
    page.goto("/login")
    password = page.get_by_label("Password", exact=True)
    password.fill("secret words")
    page.get_by_role("button", name="Show the password").click()
    assert password.get_attribute("type") == "text"
    assert password.input_value() == "secret words"
    page.get_by_role("button", name="Show the password").click()
    assert password.get_attribute("type") == "password"


def test_sign_out_and_in_again_returns_to_the_page(studio: Page, watch: Watch) -> None:
    watch.expected = REFUSED
    where = studio.url
    studio.get_by_role("button", name=re.compile("Account of")).click()
    name = studio.locator("#account-menu strong").inner_text()
    studio.get_by_role("button", name="Log out").click()
    studio.wait_for_url(lambda url: not url.endswith("/cameras"))
    studio.goto(where)
    studio.wait_for_url("**/login?next=*")
    studio.get_by_label("User name or e-mail").fill(name)
    studio.get_by_label("Password", exact=True).fill("wrong password")
    studio.get_by_role("button", name="Sign in").click()
    assert studio.get_by_role("alert").inner_text()
    assert studio.get_by_label("User name or e-mail").input_value() == name
    studio.get_by_label("Password", exact=True).fill(PASSWORD)
    studio.get_by_role("button", name="Sign in").click()
    studio.wait_for_url(where)


def test_signing_out_elsewhere_ends_the_stream(studio: Page, watch: Watch) -> None:
    watch.expected = (*REFUSED, "socket.io", "WebSocket")
    studio.locator("#choose-camera").click()
    wait_state(studio, "live", "full", "slow")
    other = studio.context.new_page()
    other.goto("/cameras")
    other.get_by_role("button", name=re.compile("Account of")).click()
    other.get_by_role("button", name="Log out").click()
    studio.wait_for_url("**/login?next=*")


def test_forms_work_without_javascript(browser: Browser, server: ServerProcess) -> None:
    context = browser.new_context(base_url=server.url, java_script_enabled=False)
    page = context.new_page()
    register(page)
    for name in ("Profile", "Notifications", "Sessions"):
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
    page.get_by_role("button", name="Deutsch").click()
    page.get_by_role("button", name="Abmelden").click()
    page.wait_for_url("**/")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "also on a narrow screen"
    page.goto("/login")
    page.get_by_label("User name or e-mail").fill("nobody")
    page.get_by_label("Password", exact=True).fill("wrong password")
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("alert").inner_text()
    assert page.get_by_label("User name or e-mail").input_value() == "nobody"
    context.close()


def test_cameras_are_renamed_and_deleted_with_a_question(user: Page) -> None:
    user.get_by_role("button", name="A video file").click()
    user.wait_for_url(re.compile(r"/cameras/cam_[^#]*$"))
    user.goto("/cameras")
    user.get_by_role("button", name="Rename Video 1").click()
    user.get_by_role("textbox", name="Name").fill("<b>North</b> gate")
    user.get_by_role("button", name="Rename", exact=True).click()
    user.get_by_role("link", name="<b>North</b> gate").wait_for()
    expect(user.get_by_role("button", name="Rename <b>North</b> gate")).to_be_focused()
    user.get_by_role("button", name="Account of").focus()
    user.keyboard.press("Tab")
    expect(user.get_by_role("link", name="<b>North</b> gate")).to_be_focused()
    user.get_by_role("button", name="Delete <b>North</b> gate").click()
    question = user.get_by_role("dialog")
    assert "Its zones, its history and its alerts go with it" in question.inner_text()
    assert "cannot be undone" in question.inner_text()
    question.get_by_role("button", name="Cancel").click()
    assert user.locator(".card").count() == 1
    user.get_by_role("button", name="Delete <b>North</b> gate").click()
    user.get_by_role("dialog").get_by_role("button", name="Delete").click()
    user.get_by_role("heading", name="Count people").wait_for()


def test_what_was_typed_survives_a_session_that_ended(page: Page, watch: Watch) -> None:
    watch.expected = REFUSED
    name = register(page)
    page.goto("/profile")
    page.get_by_label("Place").fill("Bern")
    page.context.clear_cookies()
    page.get_by_role("button", name="Save the profile").click()
    expect(page.get_by_text("What you typed is kept")).to_be_visible()
    page.get_by_label("User name or e-mail").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="What you typed is here")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Save it now").click()
    expect(page.get_by_label("Place")).to_have_value("Bern")
