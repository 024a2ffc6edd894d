"""The page for everybody: what it says is of now, or it says that it is not."""

from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import Watch, enter_studio
from tests.e2e.process import ServerProcess
from tests.e2e.room_tools import make_room, open_status, send

OLD_MS = 20_000


def test_it_grows_old_where_nothing_answers(user: Page, browser: Browser, server: ServerProcess, watch: Watch) -> None:
    """As on a line that swallows everything: no answer, and no refusal either."""
    camera = enter_studio(user).url.rsplit("/", 1)[1]
    room = make_room(user, "City festival")
    send(user, "PUT", f"/api/rooms/{room}/cameras/{camera}")
    context = browser.new_context(base_url=server.url)
    page = context.new_page()
    watch.follow(page)
    page.clock.install()
    page.goto(open_status(user, room, camera))
    status, note = page.locator("#public"), page.locator("#public-note")
    expect(status).to_have_attribute("data-state", "current")
    held: list[Route] = []
    page.route("**/api/status/**", lambda route: held.append(route))
    page.clock.run_for(OLD_MS - 1000)
    expect(status).to_have_attribute("data-state", "current")
    page.clock.run_for(3000)
    expect(status).to_have_attribute("data-state", "old")
    expect(note).to_contain_text("s old")
    expect(page.locator("#public-said")).to_have_text("No connection. Trying again.")
    for route in held:
        route.continue_()
    expect(status).to_have_attribute("data-state", "current")
    expect(note).to_contain_text("As of")
    context.close()
