"""The wall of a room: three cameras with different pictures, several people, one truth."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import Watch, new_user, wait_state
from tests.e2e.process import ServerProcess
from tests.e2e.room_tools import Phone, invite, join_room, make_room, send, wait_live
from tests.e2e.test_account import photograph
from tests.e2e.test_pages import overflow, violations
from tests.e2e.test_trouble import KEEP_SOCKETS, LOSE_SOCKETS
from tests.e2e.test_zones import draw_tool
from tests.e2e.zone_tools import becomes, drag, rectangle, stored_names, wait_saved, zone
from tests.media import read_vtest

PLACES = {"North gate": 0, "South gate": 240, "Stage": 480}
"""Name of each camera, and where in the recording it begins: minutes apart, so different people."""
FRAMES = 40
CUT_S = 2.0

COUNTS = """() => [...document.querySelectorAll(".tile-figures strong")].map((node) => Number(node.textContent))"""
PAINTED = """() => [...document.querySelectorAll(".tile-picture")].map((canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let colours = 0;
  for (let at = 0; at < data.length; at += 4000) if (Math.abs(data[at] - data[at + 1]) > 12) colours += 1;
  return colours > 20;
})"""
"""Whether each tile shows a coloured picture, not only boxes on black."""


@pytest.fixture(scope="module")
def owner(browser: Browser, server: ServerProcess) -> Iterator[Page]:
    """The page of a user who makes the room."""
    with new_user(browser, server.url) as page:
        yield page


@pytest.fixture(scope="module")
def room(owner: Page, server: ServerProcess, phones: list[Phone]) -> str:
    """A room with three phones that stream."""
    made = make_room(owner, "City festival")
    _, code = invite(owner, made, "camera")
    for name, begin in PLACES.items():
        phones.append(Phone(server.url, code, name, read_vtest(FRAMES, begin)).start())
    return made


@pytest.fixture
def wall(owner: Page, room: str, watch: Watch) -> Page:
    """The owner's wall, with everything live."""
    watch.follow(owner)
    owner.goto(f"/rooms/{room}")
    wait_live(owner, len(PLACES))
    return owner


@pytest.fixture
def operator(browser: Browser, server: ServerProcess, owner: Page, room: str, watch: Watch) -> Iterator[Page]:
    """The wall of somebody who joined by a link, on a phone-sized screen."""
    _, code = invite(owner, room, "operator", uses=1)
    with new_user(browser, server.url, 390, 844, watch) as page:
        join_room(page, room, code, len(PLACES))
        yield page


def names(page: Page) -> list[str]:
    """The cameras in the order of the tiles."""
    return page.locator(".tile-name").all_inner_texts()


def tile(page: Page, name: str) -> str:
    """A selector of the tile of this camera."""
    camera = page.locator(".tile", has=page.get_by_role("heading", name=name)).get_attribute("data-camera")
    return f'.tile[data-camera="{camera}"]'


def test_three_cameras_one_total(wall: Page, phones: list[Phone]) -> None:
    wall.wait_for_function(f"() => ({PAINTED})().every(Boolean)")
    wall.wait_for_function("() => document.querySelector('#total').textContent !== '–'")
    assert sorted(names(wall)) == sorted(PLACES)
    totals, sums = [], []
    for _ in range(20):
        total, counts = wall.evaluate(f"() => [Number(document.querySelector('#total').textContent), ({COUNTS})()]")
        totals.append(total)
        sums.append(sum(counts))
        wall.wait_for_timeout(50)
    assert any(a == b for a, b in zip(totals, sums, strict=True)), "the venue is the sum of its cameras"
    assert abs(sum(totals) / len(totals) - sum(phone.count for phone in phones)) <= len(PLACES) * 3
    photograph(wall, "wall")


def test_order_by_hand_and_one_enlarged_by_keyboard(wall: Page) -> None:
    before = names(wall)
    wall.get_by_label("By hand").focus()
    wall.keyboard.press("Space")
    wall.locator(tile(wall, before[0])).get_by_role("button", name="Later").focus()
    wall.keyboard.press("Enter")
    wall.wait_for_function("name => document.querySelectorAll('.tile-name')[1].textContent === name", arg=before[0])
    assert wall.evaluate("() => document.activeElement.textContent") == "Later", "the focus goes along"
    wall.reload()
    wall.wait_for_function("name => document.querySelectorAll('.tile-name')[1]?.textContent === name", arg=before[0])
    wall.locator(tile(wall, before[2])).get_by_role("button", name="Enlarge").focus()
    wall.keyboard.press("Enter")
    wall.locator(f"{tile(wall, before[2])}[data-large]").wait_for()
    assert names(wall)[0] == before[2]
    wall.keyboard.press("Escape")
    expect(wall.locator(".tile[data-large]")).to_have_count(0)
    wall.keyboard.press("2")
    wall.locator(".tile[data-large]").wait_for()
    wall.keyboard.press("Escape")
    wall.keyboard.press("?")
    expect(wall.get_by_role("dialog")).to_contain_text("Enlarge a camera")
    assert violations(wall) == []
    wall.keyboard.press("Escape")
    wall.get_by_label("By urgency").check(force=True)


def test_a_viewer_looks_and_changes_nothing(
    wall: Page, room: str, browser: Browser, server: ServerProcess, watch: Watch
) -> None:
    _, code = invite(wall, room, "viewer", uses=1)
    with new_user(browser, server.url, 844, 390, watch) as page:
        join_room(page, room, code, len(PLACES))
        expect(page.get_by_role("link", name="Open the studio")).to_have_count(0)
        page.locator("#tab-log").click()
        expect(page.locator("#log-form")).to_be_hidden()
        page.locator("#tab-room").click()
        for part in ("#invite-section", "#area-add", "#camera-form", "#status-section", "#room-section"):
            expect(page.locator(part)).to_be_hidden()
        assert violations(page) == []
        assert overflow(page) == 0
        page.get_by_role("button", name="Leave the room").click()
        page.get_by_role("dialog").get_by_role("button", name="Leave").click()
        page.wait_for_url("**/rooms")
        expect(page.locator(".room-card")).to_have_count(0)


def test_numbers_only_brings_no_pictures(wall: Page) -> None:
    wall.get_by_label("Numbers only").check(force=True)
    wall.wait_for_function(f"() => !({PAINTED})().some(Boolean)")
    assert all(count >= 0 for count in wall.evaluate(COUNTS))
    expect(wall.locator(".tile[data-life=live]")).to_have_count(3)
    wall.get_by_label("Pictures").check(force=True)
    wall.wait_for_function(f"() => ({PAINTED})().every(Boolean)")


def test_an_alert_is_seen_by_all_and_taken_once(wall: Page, operator: Page, watch: Watch) -> None:
    watch.expected = ("409",)
    camera = wall.locator(tile(wall, "Stage")).get_attribute("data-camera")
    limits = {"limits": {"people": {"warning": 0.5, "critical": 1, "hold_s": 0, "clear_s": 60}}}
    features = [zone("Front", rectangle(0.0, 0.0, 1.0, 1.0), **limits)]
    send(
        wall,
        "PUT",
        f"/api/cameras/{camera}/plan",
        {"version": 0, "plan": {"type": "FeatureCollection", "features": features}},
    )
    for page in (wall, operator):
        page.locator(f"{tile(page, 'Stage')}[data-level=critical]").wait_for()
        page.locator(".alert-card", has_text="Front · Stage").wait_for()
        page.wait_for_function("() => document.querySelector('.tile-name').textContent === 'Stage'")
    assert wall.locator(".tile-zones", has_text="Front").is_visible(), (
        "zones are named, and drawn anew without a reload"
    )
    assert wall.title().startswith("⬤")
    photograph(wall, "wall-alert")
    operator.get_by_role("button", name="Alerts").click()
    expect(operator.locator("#panel-alerts")).to_be_in_viewport()
    wall.locator(".alert-card input").fill("Second team is on its way")
    wall.locator("#tab-alerts").focus()
    operator.locator(".alert-card").get_by_role("button", name="I look after it").click()
    expect(wall.locator(".alert-card")).to_contain_text("looks after it")
    expect(wall.locator(".alert-card input")).to_have_value("Second team is on its way")
    expect(wall.locator(".alert-card").get_by_role("button", name="I look after it")).to_have_count(0)
    wall.locator(".alert-card").get_by_role("button", name="Acknowledge").click()
    expect(operator.locator(".alert-card")).to_contain_text("Second team is on its way")
    expect(operator.locator(".alert-card form")).to_have_count(0)
    operator.locator("#tab-log").click()
    expect(operator.locator("#log-list")).to_contain_text("Second team is on its way")
    operator.locator("#log-note").fill("Gate opens at nine <b>sharp</b>")
    operator.get_by_role("button", name="Write it down").click()
    wall.locator("#tab-log").click()
    expect(wall.locator("#log-list")).to_contain_text("Gate opens at nine <b>sharp</b>")
    expect(wall.locator("#presence-count")).to_have_text("2")
    operator.locator("#presence-button").click()
    panel = operator.locator("#presence-panel").bounding_box()
    assert panel is not None
    assert 0 <= panel["x"] <= 390 - panel["width"], "the list of a phone is on its screen"
    operator.keyboard.press("Escape")


def test_what_happened_without_a_connection_is_there_afterwards(wall: Page, room: str, watch: Watch) -> None:
    watch.expected = ("ERR_INTERNET_DISCONNECTED", "WebSocket", "socket.io")
    page = wall.context.new_page()
    watch.follow(page)
    page.add_init_script(KEEP_SOCKETS)
    page.goto(f"/rooms/{room}")
    page.locator("#wall[data-phase=live]").wait_for()
    page.locator("#tab-log").click()
    page.locator(".log-row").first.wait_for()
    page.context.set_offline(True)
    page.evaluate(LOSE_SOCKETS)
    page.locator("#wall[data-phase=lost]").wait_for()
    send(wall, "POST", f"/api/rooms/{room}/log", {"text": "Gate B is stuck"})
    camera = page.locator(tile(page, "North gate")).get_attribute("data-camera")
    features = [zone("Door", rectangle(0.1, 0.1, 0.5, 0.5))]
    body = {"version": 0, "plan": {"type": "FeatureCollection", "features": features}}
    send(wall, "PUT", f"/api/cameras/{camera}/plan", body)
    page.context.set_offline(False)
    page.locator("#wall[data-phase=live]").wait_for()
    expect(page.locator("#log-list")).to_contain_text("Gate B is stuck")
    expect(page.locator(f"{tile(page, 'North gate')} .tile-zones")).to_contain_text("Door")
    page.close()


def test_an_area_and_a_page_for_everybody(wall: Page, browser: Browser) -> None:
    wall.locator("#tab-room").click()
    wall.get_by_role("button", name="New area").click()
    wall.locator("#area-name").fill("All gates")
    wall.locator("#area-capacity").fill("500")
    wall.locator("#area-form").get_by_role("button", name="Save").click()
    expect(wall.locator("#area-parts-error")).to_contain_text("at least one")
    for place in ("North gate", "South gate"):
        wall.get_by_role("group", name=place).get_by_label("Whole picture").check()
    wall.locator("#area-form").get_by_role("button", name="Save").click()
    wall.wait_for_function("() => /[0-9]/.test(document.querySelector('.area-count strong')?.textContent ?? '')")
    wall.locator("#status-show").select_option("counts")
    wall.get_by_label("All gates", exact=True).uncheck()
    wall.get_by_role("button", name="Open the page").click()
    expect(wall.locator("#status-areas-error")).to_be_visible()
    wall.get_by_label("All gates", exact=True).check()
    wall.get_by_role("button", name="Open the page").click()
    wall.locator("#status-link").wait_for()
    url = wall.locator("#status-link").get_attribute("href")
    assert url
    everybody = browser.new_context(viewport={"width": 390, "height": 844})
    page = everybody.new_page()
    page.goto(url)
    expect(page.locator(".public-area")).to_contain_text("Go")
    expect(page.locator(".public-area")).to_contain_text("of 500")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert violations(page) == [], scheme
    for width, height in ((390, 844), (844, 390)):
        page.set_viewport_size({"width": width, "height": height})
        assert overflow(page) == 0
    photograph(page, "status")
    wall.get_by_role("button", name="Close the page").click()
    wall.locator("#status-link").wait_for(state="hidden")  # the server has answered; before that the page is open
    page.reload()
    expect(page.locator("#public-note")).to_contain_text("not open")
    everybody.close()


@contextmanager
def late_save(page: Page) -> Iterator[None]:
    """What is saved here within the block reaches the server after it, as over a bad network."""
    held: list[Route] = []
    page.route("**/plan", lambda route: held.append(route) if route.request.method == "PUT" else route.continue_())
    with page.expect_request(lambda request: request.method == "PUT"):
        yield
    for route in held:
        route.continue_()
    page.unroute("**/plan")


def test_zones_are_drawn_together_on_a_phone_s_picture(wall: Page, operator: Page, watch: Watch) -> None:
    watch.expected = ("409",)
    camera = wall.locator(tile(wall, "South gate")).get_attribute("data-camera")
    for page in (wall, operator):
        page.goto(f"/cameras/{camera}")
        wait_state(page, "watching")
        page.wait_for_function("() => Number(document.querySelector('#count').textContent) > 0")
    assert wall.locator("#watch-here").is_visible(), "its owner may stream it from here"
    assert not operator.locator("#watch-here").is_visible()
    assert not operator.locator("#start").is_visible()
    operator.wait_for_function("() => document.querySelector('#picture').width > 300")  # the phone's own picture
    operator.locator("#tab-zones").click()
    expect(wall.locator("#company")).to_contain_text("draws here, too")
    wall.locator("#tab-zones").click()
    draw_tool(wall, "rectangle")
    drag(wall, (0.1, 0.2), (0.4, 0.8))
    wait_saved(wall)
    operator.locator('[data-shape][data-kind="zone"]').first.wait_for()
    assert violations(wall) == []
    with late_save(operator):
        draw_tool(operator, "rectangle")
        drag(operator, (0.6, 0.3), (0.9, 0.7))
        draw_tool(wall, "rectangle")
        drag(wall, (0.5, 0.3), (0.55, 0.9))
        wait_saved(wall)
    for page in (operator, wall):
        expect(page.locator('.shape[data-kind="zone"]')).to_have_count(3)
    wait_saved(operator)
    assert becomes(lambda: sorted(stored_names(wall)) == ["Zone 1", "Zone 2", "Zone 3"]), (
        "both of what was drawn at once, each with a name"
    )
    with late_save(operator):
        for page, name in ((operator, "Gate"), (wall, "Entrance")):
            page.locator("#zone-back").click()
            page.locator("[data-choose-shape]").first.click()
            page.locator("#zone-name").fill(name)
        wait_saved(wall)
    operator.locator("#zone-conflict").wait_for()
    expect(operator.locator("[data-conflict] p")).to_have_text("Gate: changed here; there it is called Entrance")
    assert "Somebody else" not in operator.locator("#zone-conflict-why").inner_text(), "it is known who"
    assert violations(operator) == []
    operator.locator("[data-keep=mine]").click()
    wait_saved(operator)
    assert becomes(lambda: sorted(stored_names(wall)) == ["Gate", "Zone 2", "Zone 3"])


def test_on_a_phone_the_tiles_are_there_at_once_and_the_rest_is_a_tap_away(operator: Page) -> None:
    for width, height, most in ((390, 844, 0.4), (844, 390, 0.5), (932, 430, 0.5), (360, 640, 0.5)):
        operator.set_viewport_size({"width": width, "height": height})
        operator.evaluate("() => scrollTo(0, 0)")
        first = operator.locator(".tile-picture").first.bounding_box()
        assert first is not None
        assert first["y"] <= most * height, (width, height, first)
        assert overflow(operator) == 0
    expect(operator.get_by_label("By hand")).to_be_hidden()
    operator.get_by_role("button", name="View").click()
    operator.get_by_label("By hand").check(force=True)
    operator.get_by_label("Alert sound here").check()
    assert violations(operator) == []
    for choice in operator.locator("#view-panel label").all():
        box = choice.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert 0 <= box["x"] <= 360 - box["width"]
    operator.keyboard.press("Escape")
    expect(operator.get_by_role("button", name="Later").first).to_be_visible()


def test_whoever_is_removed_looks_on_no_longer_in_the_studio_either(
    wall: Page, operator: Page, room: str, watch: Watch
) -> None:
    watch.expected = ("ERR_FAILED", "404")
    camera = wall.locator(tile(wall, "South gate")).get_attribute("data-camera")
    operator.goto(f"/cameras/{camera}")
    wait_state(operator, "watching")
    late: list[Route] = []
    wall.route("**/status-page", lambda route: late.append(route))
    wall.locator("#tab-room").click()
    row = wall.locator("#members .manage-row").last
    wall.route("**/members/*", lambda route: route.abort())
    row.get_by_role("combobox").select_option("viewer")
    expect(wall.locator("#manage-problem")).to_be_visible()
    with wall.expect_response("**/status-page"):
        late[0].continue_()
    wall.wait_for_timeout(300)
    expect(wall.locator("#manage-problem")).to_be_visible()  # a list that comes meanwhile does not take it back
    expect(row.get_by_role("combobox")).to_have_value("operator")  # what it is still
    wall.unroute("**/members/*")
    row.get_by_role("button", name="Remove").click()
    wall.get_by_role("dialog").get_by_role("button", name="Remove").click()
    wait_state(operator, "ended")
    expect(operator.locator("#notice")).to_contain_text("no longer in this room")
    expect(operator.locator("#count")).to_have_text("–")
    assert violations(operator) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_wall_is_accessible_on_every_screen(wall: Page, scheme: str) -> None:
    wall.get_by_role("button", name="Theme").click()
    wall.get_by_label("Light" if scheme == "light" else "Dark", exact=True).check()
    wall.keyboard.press("Escape")
    for tab in ("tab-alerts", "tab-log", "tab-room"):
        wall.locator(f"#{tab}").click()
        if tab == "tab-room":
            wall.get_by_role("button", name="Show a code").click()
            code = wall.get_by_role("img", name="QR code of the link")
            assert code.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
            wall.get_by_role("button", name="New area").click()
        assert violations(wall) == [], tab
    for width, height in ((390, 844), (844, 390), (1920, 1080)):
        wall.set_viewport_size({"width": width, "height": height})
        assert overflow(wall) == 0, f"{width}×{height}"
        photograph(wall, f"wall-{scheme}-{width}")
    wall.set_viewport_size({"width": 1280, "height": 800})


def test_the_list_of_rooms_and_the_code_among_the_first_choices(
    user: Page, server: ServerProcess, phones: list[Phone]
) -> None:
    user.goto("/rooms")
    assert violations(user) == []
    user.goto("/cameras")
    user.locator('[data-choose="phone"]').click()
    user.get_by_role("textbox", name="Link").wait_for()
    user.keyboard.press("Escape")
    expect(user.locator('[data-choose="phone"]')).to_be_focused()
    user.keyboard.press("Enter")
    link = user.get_by_role("textbox", name="Link")
    assert violations(user) == []
    code = link.input_value().rsplit("/", 1)[1]
    phones.append(Phone(server.url, code, "Mine", read_vtest(2)).start())
    user.get_by_role("link", name="Show the phone's picture").click()
    user.locator(".tile[data-life=live]").wait_for()
    user.get_by_role("link", name="Rooms").first.click()
    expect(user.locator(".room-card")).to_contain_text("1 camera")
    for scheme in ("light", "dark"):
        user.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert violations(user) == [], scheme


def test_a_camera_that_goes_is_said_and_a_withdrawn_code_stops_its_phones(
    wall: Page, room: str, phones: list[Phone]
) -> None:
    phones[0].stop()
    gone = wall.locator(tile(wall, "North gate"))
    expect(gone).to_have_attribute("data-life", "silent", timeout=30_000)
    expect(gone.locator(".tile-life")).to_contain_text("Silent for")
    expect(wall.locator("#total-note")).to_contain_text("silent")
    invites = send(wall, "GET", f"/api/rooms/{room}/invites")["invites"]
    wall.locator("#tab-room").click()
    cameras = next(one["id"] for one in invites if one["role"] == "camera" and one["uses"])
    began = time.monotonic()
    wall.locator(f'[data-invite="{cameras}"]').get_by_role("button", name="Withdraw").click()
    expect(wall.locator(".tile[data-life=live]")).to_have_count(0)
    assert phones[1].cut_at() - began <= CUT_S + 1
