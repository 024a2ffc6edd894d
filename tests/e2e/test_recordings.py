"""A file that the browser cannot play is counted on the server: chosen, asked for, sent, counted, compared, deleted."""

import itertools
import json
import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from server.uploads.film import MODULE
from tests.e2e.conftest import Watch, enter_studio, new_user, register, wait_state
from tests.e2e.process import ServerProcess
from tests.e2e.scripted import ScriptedServer
from tests.e2e.test_pages import overflow, violations
from tests.faults.processes import alive, children, descendants, wait_for
from tests.media import read_vtest
from tests.uploads.films import avi, film_of

CLIP_FRAMES = 24
SHOTS = os.environ.get("CROWDCOUNT_TEST_PICTURES")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of people as old cameras make it: MPEG-4 part 2 in AVI, which Chromium does not play."""
    return film_of(tmp_path_factory.mktemp("films") / "gate.avi", read_vtest(CLIP_FRAMES))


@pytest.fixture
def visitor(browser: Browser, scripted: ScriptedServer, watch: Watch) -> Iterator[Page]:
    """A new user of a server that sees one person in everything."""
    with new_user(browser, scripted.url, watch=watch) as page:
        yield page


def choose(page: Page, file: Path) -> None:
    """Choose a file on the page of recordings."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Count a video file").click()
    chooser.value.set_files(file)


def command_of(pid: int) -> bytes:
    """Command line of a process; nothing of one that is gone."""
    path = Path(f"/proc/{pid}/cmdline")
    return path.read_bytes() if path.exists() else b""


def figure(page: Page, name: str) -> str:
    return page.locator(f"[data-figure={name}] dd").first.inner_text()


def test_a_file_that_the_browser_cannot_play_is_counted_on_the_server(
    page: Page, people: Path, server: ServerProcess
) -> None:
    register(page)
    studio = enter_studio(page)
    studio.locator("#file").set_input_files(people)
    wait_state(studio, "error")
    studio.get_by_role("button", name="Count on the server").click()
    dialog = studio.get_by_role("dialog")
    expect(dialog).to_contain_text("The file is deleted as soon as it is counted")
    expect(dialog).to_contain_text("gate.avi")
    assert not (server.data / "recordings").exists(), "nothing is sent before it was asked for"
    dialog.get_by_role("button", name="Upload and count").click()
    expect(studio.locator("#send-done")).to_be_visible()
    studio.get_by_role("link", name="Go to recordings").click()
    card = studio.locator(".recording")
    expect(card).to_have_attribute("data-state", "done", timeout=60_000)
    assert int(figure(studio, "peak")) >= 3
    assert figure(studio, "in") == "No line"
    expect(card).to_contain_text(f"{CLIP_FRAMES} frames")
    expect(card).to_contain_text("all of the file")
    assert list((server.data / "recordings").iterdir()) == []
    card.locator("summary").click()
    card.get_by_role("link", name="History of the run").click()
    expect(studio.locator("#history-shown")).to_be_visible()


def test_by_choice_a_file_goes_to_the_server_from_the_studio(
    browser: Browser, scripted: ScriptedServer, watch: Watch, people: Path
) -> None:
    with new_user(browser, scripted.url, watch=watch) as page:
        studio = enter_studio(page)
        studio.get_by_label("On the server").check()
        studio.locator("#file").set_input_files(people)
        expect(studio.get_by_role("dialog")).to_contain_text("Count on the server?")
        studio.get_by_role("button", name="Cancel").click()
        expect(studio.get_by_role("dialog")).to_have_count(0)
        answer = json.loads(studio.evaluate("async () => await (await fetch('/api/recordings')).text()"))
        assert answer["recordings"] == []


def test_an_upload_is_paused_left_and_resumed(visitor: Page, scripted: ScriptedServer, tmp_path: Path) -> None:
    file = avi(tmp_path / "long.avi", frames=30)
    with file.open("ab") as more:
        more.write(bytes(20_000_000))  # so that it has pieces
    visitor.goto("/recordings")
    expect(visitor.locator(".recordings-none")).to_be_visible()
    held: list[str] = []

    def first_piece_alone(route: object) -> None:
        held.append("piece")
        if len(held) == 1:
            route.continue_()  # type: ignore[attr-defined]

    visitor.route("**/api/recordings/uploads/*", first_piece_alone)
    choose(visitor, file)
    second = lambda sent: sent.method == "PATCH" and sent.headers.get("upload-offset") == "8388608"  # noqa: E731
    with visitor.expect_request(second):
        visitor.get_by_role("button", name="Upload and count").click()
    expect(visitor.locator("#send-state")).to_contain_text("of 20 MB")
    visitor.locator("#send-pause").click()
    expect(visitor.locator("#send-pause")).to_have_text("Resume")
    visitor.unroute("**/api/recordings/uploads/*")
    visitor.on("dialog", lambda asked: asked.accept())  # the page asks before it is left
    visitor.reload()
    card = visitor.locator(".recording")
    expect(card).to_have_attribute("data-state", "uploading")
    expect(card).to_contain_text("8 MB of 20 MB")
    other = avi(tmp_path / "other.avi")
    for chosen in (other, file):
        with visitor.expect_file_chooser() as chooser:
            card.get_by_role("button", name="Resume upload").click()
        chooser.value.set_files(chosen)
        if chosen is other:
            expect(visitor.get_by_role("alert")).to_contain_text("another file")
    expect(visitor.locator("#send-done")).to_be_visible()
    visitor.get_by_role("button", name="Close").click()
    expect(card).to_have_attribute("data-state", "done", timeout=30_000)
    assert figure(visitor, "people") == "1"


def test_runs_are_compared_and_deleted_by_keyboard_and_on_a_phone(
    visitor: Page, scripted: ScriptedServer, tmp_path: Path
) -> None:
    file = avi(tmp_path / "gate.avi")
    visitor.goto("/recordings")
    for number in (1, 2):
        if number == 1:
            choose(visitor, file)
        else:
            with visitor.expect_file_chooser() as chooser:
                visitor.get_by_role("button", name="Count again").click()
            chooser.value.set_files(file)
            visitor.get_by_label("Quality").select_option("accurate")
        visitor.get_by_role("button", name="Upload and count").click()
        visitor.get_by_role("dialog").get_by_role("button", name="Close").click()
        expect(visitor.locator(".recording summary")).to_have_text(f"{number} run{'s' if number > 1 else ''}")
        expect(visitor.locator(".recording")).to_have_attribute("data-state", "done", timeout=30_000)
    visitor.locator(".recording summary").focus()
    visitor.keyboard.press("Enter")
    for box in visitor.get_by_role("checkbox").all():
        box.focus()
        visitor.keyboard.press("Space")
        expect(box).to_be_checked()
    expect(visitor.locator("#compare")).to_contain_text("Accurate")
    expect(visitor.locator("#compare tbody tr").first.locator("td").last).to_have_text("0")
    for width, scheme in ((360, "dark"), (1280, "light")):
        visitor.set_viewport_size({"width": width, "height": 740})
        visitor.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        if SHOTS:
            visitor.screenshot(path=f"{SHOTS}/recordings-{width}.png", full_page=True)
        assert overflow(visitor) <= 0
        assert violations(visitor) == []
    visitor.get_by_role("button", name="Edit gate.avi").click()
    visitor.get_by_label("Name").fill("North gate")
    visitor.get_by_label("Recorded").fill("2025-05-01T08:00")
    visitor.get_by_role("button", name="Save").click()
    expect(visitor.locator(".card-title")).to_have_text("North gate")
    expect(visitor.locator(".recording")).to_contain_text("Recorded May 1, 2025")
    visitor.get_by_role("button", name="Delete North gate").click()
    visitor.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(visitor.locator(".recordings-none")).to_be_visible()
    assert violations(visitor) == []


def test_a_killed_server_counts_again_from_the_first_frame(browser: Browser, tmp_path: Path, watch: Watch) -> None:
    watch.expected = ("Failed to load", "ERR_", "status of")
    film = film_of(tmp_path / "long.avi", itertools.islice(itertools.cycle(read_vtest(24)), 120))
    data = tmp_path / "data"
    data.mkdir()
    with ServerProcess(data) as server, new_user(browser, server.url, watch=watch) as page:
        page.goto("/recordings")
        choose(page, film)
        page.get_by_role("button", name="Upload and count").click()
        page.get_by_role("dialog").get_by_role("button", name="Close").click()
        card = page.locator(".recording")
        expect(card).to_have_attribute("data-state", "counting", timeout=30_000)
        expect(card).to_contain_text("of 120 frames")
        page.wait_for_function("() => document.querySelector('.recording progress').value > 0.05")
        decoders = [pid for pid in descendants(server.pid) if MODULE.encode() in command_of(pid)]
        assert len(decoders) == 1
        for web in children(server.pid):  # its parent starts another
            os.kill(web, signal.SIGKILL)
        wait_for(lambda: not any(map(alive, decoders)), 10)
        assert len(list((data / "recordings").iterdir())) == 1
        expect(card).to_have_attribute("data-state", "done", timeout=90_000)
        expect(card).to_contain_text("120 frames")
        expect(card).to_contain_text("all of the file")
        assert list((data / "recordings").iterdir()) == []
        with closing(sqlite3.connect(data / "crowdcount.sqlite3")) as database:
            seconds = database.execute("SELECT sum(seconds) FROM samples WHERE step_s = 3600").fetchone()[0]
            assert database.execute("SELECT count(*) FROM cameras").fetchone() == (1,)
        assert 11 <= seconds <= 13, "12 seconds of film are there once"
