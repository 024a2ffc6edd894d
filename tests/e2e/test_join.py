"""A phone becomes a camera of a room: by a code, without an account, and through all that phones go through."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.e2e.conftest import Watch, register, wait_state
from tests.e2e.process import ServerProcess
from tests.e2e.room_tools import invite, make_room, send
from tests.e2e.test_account import photograph
from tests.e2e.test_counting import CAMERA
from tests.e2e.test_pages import overflow, violations
from tests.e2e.test_trouble import KEEP_SOCKETS, LOSE_SOCKETS

UPRIGHT: ViewportSize = {"width": 390, "height": 844}
ON_ITS_SIDE: ViewportSize = {"width": 844, "height": 390}
LIVE = ("live", "full", "slow")
CUT_S = 2.0
TUNNEL_S = 20

HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
"""What a browser tells a page that goes to the background, and comes back."""
TAKE_CAMERA = """() => {
  const [track] = document.querySelector("#preview").srcObject.getVideoTracks();
  track.stop();
  track.dispatchEvent(new Event("ended"));
}"""
"""What a phone does with the camera of a page that nobody looks at."""

LOCK_S = 4
DIES_UNHEARD = """(() => {
  const add = window.addEventListener;
  window.addEventListener = (name, ...rest) => name === "pagehide" || add.call(window, name, ...rest);
})()"""
"""A page that its browser throws away hears nothing of that."""
BACK_FROM_CACHE = """() => {
  window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
  window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
}"""
"""What a browser tells a page that it kept while its user was elsewhere."""
TURNING_CAMERA = """(() => {
  const canvas = document.createElement("canvas");
  window.turn = (width, height) => Object.assign(canvas, { width, height });
  window.turn(640, 360);
  const draw = (at) => {
    const context = canvas.getContext("2d");
    context.fillStyle = `hsl(${at / 20} 50% 50%)`;
    context.fillRect(0, 0, canvas.width, canvas.height);
    requestAnimationFrame(draw);
  };
  requestAnimationFrame(draw);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(30);
})()"""
"""A camera whose pictures change their shape as those of a phone do that is turned."""

SHAPE = """wide => {
  const { width, height } = document.querySelector("#picture");
  return width > 16 && (width > height) === wide;
}"""
"""Whether the picture that was counted last is a wide one."""


@pytest.fixture
def phone(browser: Browser, server: ServerProcess, watch: Watch) -> Iterator[Page]:
    """A phone that nobody signed in on."""
    context = browser.new_context(
        base_url=server.url, permissions=["camera"], viewport=UPRIGHT, has_touch=True, is_mobile=True
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    watch.follow(page)
    page.add_init_script(KEEP_SOCKETS)
    yield page
    context.close()


@pytest.fixture
def room(user: Page) -> str:
    """A room of the user."""
    return make_room(user, "City festival")


def start(phone: Page, code: str, name: str = "") -> None:
    """Open the invitation and tap."""
    phone.goto(f"/join/{code}")
    phone.get_by_label("Name of this place").fill(name)
    phone.get_by_role("button", name="Start the camera").tap()
    wait_state(phone, *LIVE)


def test_one_tap_and_it_counts(user: Page, room: str, phone: Page) -> None:
    _, code = invite(user, room, "camera")
    for scheme in ("light", "dark"):
        phone.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        phone.goto(f"/join/{code}")
        expect(phone.get_by_role("heading", name="This phone becomes a camera")).to_be_visible()
        assert violations(phone) == [], f"welcome, {scheme}"
    for size in (ON_ITS_SIDE, UPRIGHT):
        phone.set_viewport_size(size)
        box = phone.get_by_role("button", name="Start the camera").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= size["height"], "the one button is on the screen at once"
        assert overflow(phone) == 0
    start(phone, code, "North gate")
    phone.wait_for_function("() => Number(document.querySelector('#count').textContent) > 0")
    phone.wait_for_function("() => /[0-9]/.test(document.querySelector('#data').textContent)")
    for name, size in (("upright", UPRIGHT), ("on its side", ON_ITS_SIDE)):
        phone.set_viewport_size(size)
        phone.wait_for_timeout(200)
        photograph(phone, f"join-{name.replace(' ', '-')}")
        assert overflow(phone) == 0, name
        for button in ("#saving", "#stop"):
            box = phone.locator(button).bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44, f"{button} {name}"
            assert box["y"] + box["height"] <= size["height"], f"{button} is on the screen {name}"
        assert violations(phone) == [], name
    phone.locator("#saving").tap()
    phone.locator("#studio[data-saving]").wait_for()
    assert violations(phone) == [], "dark, for the battery"
    cameras = send(user, "GET", f"/api/rooms/{room}")["room"]["cameras"]
    assert [(camera["name"], camera["guest"], camera["live"]) for camera in cameras] == [("North gate", True, True)]
    phone.reload()
    phone.get_by_role("button", name="Start the camera").tap()
    wait_state(phone, *LIVE)
    assert len(send(user, "GET", f"/api/rooms/{room}")["room"]["cameras"]) == 1, "the same device is the same camera"
    assert phone.locator("#saving").get_attribute("aria-pressed") == "true", "what was chosen is remembered"
    phone.wait_for_function("() => /[0-9]/.test(document.querySelector('#data').textContent)")
    phone.get_by_role("button", name="Stop").tap()
    expect(phone.get_by_role("button", name="Start the camera")).to_be_visible()
    spent = data_used(phone)
    phone.get_by_role("button", name="Start the camera").tap()
    wait_state(phone, *LIVE)
    phone.wait_for_function("() => /[0-9]/.test(document.querySelector('#delay').textContent)")
    assert data_used(phone) >= spent > 0, "a plan pays for every run"
    phone.evaluate(BACK_FROM_CACHE)
    expect(phone.get_by_role("button", name="Start the camera")).to_be_visible()


def data_used(phone: Page) -> float:
    """What the page says that it sent, in bytes."""
    amount, unit = (phone.locator("#data").text_content() or "0 kB").split()
    return float(amount) * {"kB": 1e3, "MB": 1e6}[unit]


@pytest.mark.parametrize(("secure", "title"), [(False, "This address is not secure"), (True, "no camera access")])
def test_a_phone_that_cannot_be_a_camera_is_told_before_it_joins(
    user: Page, room: str, phone: Page, secure: bool, title: str
) -> None:
    invitation, code = invite(user, room, "camera", uses=1)
    phone.add_init_script(
        f"""Object.defineProperty(window, "isSecureContext", {{ value: {str(secure).lower()} }});
        Object.defineProperty(navigator, "mediaDevices", {{ value: undefined }});"""
    )
    phone.goto(f"/join/{code}")
    expect(phone.get_by_role("heading", name=title)).to_be_visible()
    expect(phone.get_by_role("button", name="Start the camera")).to_be_hidden()
    assert violations(phone) == []
    found = send(user, "GET", f"/api/rooms/{room}/invites")["invites"]
    assert [(one["id"], one["uses"]) for one in found] == [(invitation, 0)], "nothing was used up"


def test_a_phone_that_is_turned_goes_on_with_its_stream(user: Page, room: str, phone: Page) -> None:
    _, code = invite(user, room, "camera")
    phone.add_init_script(TURNING_CAMERA)
    streams = opened_streams(phone)
    start(phone, code)
    for width, height in ((640, 360), (360, 640), (640, 360)):
        phone.evaluate("size => window.turn(...size)", [width, height])
        phone.wait_for_function(SHAPE, arg=width > height)
        wait_state(phone, *LIVE)
    assert len(streams) == 1, "one stream, opened once"


def opened_streams(page: Page) -> list[dict[str, Any]]:
    """What the server answers to `stream_open` in this page from now on, as it arrives."""
    found: list[dict[str, Any]] = []

    def hear(payload: str | bytes) -> None:
        if isinstance(payload, str) and '"resumed":' in payload:
            found.append(json.loads(payload[payload.index("[") :])[0])

    page.on("websocket", lambda socket: socket.on("framereceived", hear))
    return found


def test_it_comes_back_after_locks_and_tunnels(user: Page, room: str, phone: Page, watch: Watch) -> None:
    watch.expected = ("ERR_INTERNET_DISCONNECTED", "WebSocket", "socket.io")
    _, code = invite(user, room, "camera")
    streams = opened_streams(phone)
    start(phone, code)
    phone.evaluate(HIDE, True)
    phone.evaluate(TAKE_CAMERA)
    phone.wait_for_timeout(700)
    assert phone.evaluate("() => document.querySelector('#preview').srcObject.active") is False
    phone.evaluate(HIDE, False)
    phone.wait_for_function("() => document.querySelector('#preview').srcObject?.active")
    wait_state(phone, *LIVE)
    phone.context.set_offline(True)
    phone.evaluate(LOSE_SOCKETS)
    wait_state(phone, "reconnecting")
    phone.locator("#age", has_text="ago").wait_for()
    phone.wait_for_timeout(TUNNEL_S * 1000)
    phone.context.set_offline(False)
    wait_state(phone, *LIVE, seconds=8)
    phone.locator("#age").wait_for(state="hidden")
    assert len(streams) >= 2
    assert {one["stream"] for one in streams} == {streams[0]["stream"]}, "one stream, before the tunnel and after it"
    assert streams[-1]["resumed"] is True
    assert streams[-1]["next_seq"] > 1
    assert {one["epoch"] for one in streams} == {1}, "with its identities"
    assert len(send(user, "GET", f"/api/rooms/{room}")["room"]["cameras"]) == 1


def test_a_page_that_the_phone_threw_away_goes_on_with_its_stream(user: Page, room: str, phone: Page) -> None:
    _, code = invite(user, room, "camera")
    phone.add_init_script(DIES_UNHEARD)
    streams = opened_streams(phone)
    start(phone, code)
    phone.wait_for_function("() => JSON.parse(sessionStorage.getItem('crowdcount.stream') ?? '{}').t > 0")
    phone.goto("about:blank")
    phone.wait_for_timeout(LOCK_S * 1000)
    phone.goto(f"/join/{code}")
    phone.get_by_role("button", name="Start the camera").tap()
    wait_state(phone, *LIVE)
    phone.wait_for_function("() => /[0-9]/.test(document.querySelector('#delay').textContent)")
    assert [one["stream"] for one in streams] == [streams[0]["stream"]] * 2
    assert (streams[1]["resumed"], streams[1]["epoch"]) == (True, 1)
    assert streams[1]["next_seq"] > 1
    phone.get_by_role("button", name="Stop").tap()
    expect(phone.get_by_role("button", name="Start the camera")).to_be_visible()
    phone.wait_for_timeout(LOCK_S * 1000)
    phone.get_by_role("button", name="Start the camera").tap()
    wait_state(phone, *LIVE)
    assert streams[2]["resumed"] is False, "what was stopped is over"


def test_another_camera_of_the_phone_leaves_the_studio_as_it_was(
    user: Page, room: str, two_cameras: Browser, server: ServerProcess, watch: Watch
) -> None:
    _, code = invite(user, room, "camera")
    context = two_cameras.new_context(base_url=server.url, permissions=["camera"])
    phone = context.new_page()
    watch.follow(phone)
    phone.goto(f"/join/{code}")
    assert phone.locator("link[rel=manifest]").get_attribute("href") == f"/join/{code}/app.webmanifest"
    phone.get_by_role("button", name="Start the camera").click()
    wait_state(phone, *LIVE)
    first = phone.evaluate(CAMERA)
    phone.get_by_role("button", name="Switch").click()
    phone.wait_for_function(f"first => ({CAMERA})() && ({CAMERA})() !== first", arg=first)
    assert phone.evaluate("() => localStorage.getItem('crowdcount.settings')") is None
    context.close()


def test_a_withdrawn_invitation_stops_the_phone(user: Page, room: str, phone: Page, watch: Watch) -> None:
    watch.expected = ("404",)
    invitation, code = invite(user, room, "camera")
    start(phone, code)
    send(user, "DELETE", f"/api/rooms/{room}/invites/{invitation}")
    began = time.monotonic()
    wait_state(phone, "ended", "error", seconds=15)
    assert time.monotonic() - began < CUT_S + 1, "and a moment for the page to say it"
    assert phone.locator("#studio").get_attribute("data-problem") == "invitation_over"
    assert violations(phone) == []
    phone.goto(f"/join/{code}")
    expect(phone.get_by_role("heading", name="This invitation is over")).to_be_visible()
    assert violations(phone) == []


def test_an_operator_signs_in_and_is_in_the_room(
    user: Page, room: str, browser: Browser, server: ServerProcess, watch: Watch
) -> None:
    watch.expected = ("401",)
    _, code = invite(user, room, "operator")
    other = browser.new_context(base_url=server.url, viewport=UPRIGHT)
    page = other.new_page()
    watch.follow(page)
    page.goto(f"/join/{code}")
    page.get_by_role("button", name="Join the room").click()
    page.wait_for_url("**/login**")
    register(page)
    page.goto(f"/join/{code}")
    page.get_by_role("button", name="Join the room").click()
    page.wait_for_url(f"**/rooms/{room}")
    members = send(user, "GET", f"/api/rooms/{room}")["room"]["members"]
    assert sorted(member["role"] for member in members) == ["operator", "owner"]
    other.close()


def test_the_join_page_comes_from_the_device_without_a_network(
    user: Page, room: str, phone: Page, watch: Watch
) -> None:
    watch.expected = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "WebSocket", "socket.io")
    _, code = invite(user, room, "camera")
    phone.goto(f"/join/{code}")
    phone.evaluate("() => navigator.serviceWorker.ready.then(() => undefined)")
    phone.wait_for_function("() => navigator.serviceWorker.controller !== null")
    phone.reload()
    phone.get_by_role("button", name="Start the camera").wait_for()
    phone.context.set_offline(True)
    phone.reload()
    expect(phone.get_by_role("button", name="Try again")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.get_by_role("button", name="Start the camera")).to_be_visible()
