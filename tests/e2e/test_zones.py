"""The zone editor as people use it: by mouse, by finger, by keyboard; and the figures of what was drawn."""

import json
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import Watch, enter_studio, open_studio, wait_state
from tests.e2e.process import ServerProcess
from tests.e2e.test_pages import overflow, violations
from tests.e2e.zone_tools import (
    Finger,
    becomes,
    click,
    drag,
    drawn,
    get_plan,
    line,
    on_screen,
    put_plan,
    rectangle,
    stored_names,
    stored_points,
    wait_saved,
    zone,
)

BRIGHT = """() => {
  const probe = document.body.appendChild(document.createElement("span"));
  probe.style.color = "var(--text-soft)";
  const soft = getComputedStyle(probe).color;
  const figures = [".zone-count", ".bar-text", ".zone-facts dd", "#board-table td", ".zone-list .digits", "#count"];
  return figures.filter((figure) => getComputedStyle(document.querySelector(figure)).color !== soft);
}"""
"""Figures that are not shown as old ones."""


@pytest.fixture
def editor(studio: Page) -> Page:
    """The Zones tab of a new camera; nothing streams."""
    return open_editor(studio)


def open_editor(page: Page) -> Page:
    """Go to the Zones tab."""
    page.locator("#tab-zones").click()
    wait_saved(page)
    return page


def draw_tool(page: Page, name: str) -> None:
    """Take a tool."""
    page.locator(f'.zone-bar [data-tool="{name}"]').click()


def tap_tool(page: Page, name: str) -> None:
    """Take a tool with a finger; the click of a tap comes a moment after it."""
    page.locator(f'.zone-bar [data-tool="{name}"]').tap()
    page.locator(f'.zone-bar [data-tool="{name}"][aria-pressed="true"]').wait_for()


def near(found: list[list[float]], wanted: list[list[float]], tolerance: float = 0.012) -> bool:
    """Whether points are where they should be, as exactly as a pixel allows."""
    if len(found) != len(wanted):
        return False
    pairs = zip(found, wanted, strict=True)
    return all(abs(a - b) <= tolerance for one, other in pairs for a, b in zip(one, other, strict=True))


def test_draw_by_mouse_and_find_it_again(editor: Page) -> None:
    draw_tool(editor, "rectangle")
    drag(editor, (0.1, 0.2), (0.4, 0.6))
    editor.locator("#zone-name").fill("Gate A")
    draw_tool(editor, "polygon")
    for corner in [(0.5, 0.2), (0.8, 0.25), (0.9, 0.7), (0.6, 0.8), (0.5, 0.2)]:
        click(editor, corner)
    editor.locator("#zone-back").click()
    draw_tool(editor, "line")
    drag(editor, (0.2, 0.9), (0.8, 0.9))
    wait_saved(editor)
    assert becomes(lambda: near(stored_points(editor, "Gate A"), rectangle(0.1, 0.2, 0.4, 0.6)))
    assert becomes(lambda: near(stored_points(editor, "Zone 1"), [[0.5, 0.2], [0.8, 0.25], [0.9, 0.7], [0.6, 0.8]]))
    assert becomes(lambda: near(stored_points(editor, "Line 1"), [[0.2, 0.9], [0.8, 0.9]]))
    assert all(round(value, 5) == value for point in stored_points(editor, "Gate A") for value in point)
    editor.reload()
    open_editor(editor)
    assert editor.locator(".list-name").all_inner_texts() == ["Gate A", "Zone 1", "Line 1"]
    assert editor.locator(".zone-canvas .shape").count() == 3


def test_a_zone_that_is_left_out_and_a_line_that_counts_once(editor: Page) -> None:
    put_plan(
        editor,
        zone("Screen", rectangle(0.2, 0.2, 0.5, 0.5), limits={"people": {"warning": 5}}),
        line("Door", [[0.1, 0.9], [0.9, 0.9]]),
    )
    editor.reload()
    open_editor(editor)
    editor.locator("[data-choose-shape=screen]").click()
    expect(editor.locator("#zone-counting")).to_be_visible()
    editor.locator("#zone-counts").select_option("no")
    expect(editor.locator("#zone-counting"), "limits and times mean nothing there").to_be_hidden()
    expect(editor.locator("#zone-counts-hint")).to_be_visible()
    wait_saved(editor)
    assert violations(editor) == []
    editor.locator("#zone-back").click()
    editor.locator("[data-choose-shape=door]").click()
    editor.locator("#line-mode").select_option("once")
    wait_saved(editor)

    def stored() -> list[object]:
        screen, door = [feature["properties"] for feature in get_plan(editor)["plan"]["features"]]
        return [screen["counts"], "limits" in screen, door["mode"]]

    assert becomes(lambda: stored() == [False, False, "once"])
    editor.reload()
    open_editor(editor)
    assert editor.locator(".shape[data-excluded]").count() == 1
    assert editor.locator("[data-choose-shape=screen]").inner_text().split() == ["Screen", "Not", "counted"]
    editor.locator("[data-choose-shape=door]").click()
    expect(editor.locator("#line-mode")).to_have_value("once")
    editor.locator("#zone-back").click()
    editor.locator("[data-choose-shape=screen]").click()
    editor.locator("#zone-counts").select_option("yes")
    wait_saved(editor)
    assert becomes(lambda: stored() == [True, False, "once"])


def test_move_reshape_duplicate_delete_undo(editor: Page) -> None:
    put_plan(editor, zone("Hall", rectangle(0.2, 0.2, 0.5, 0.5)))
    editor.reload()
    open_editor(editor)
    drag(editor, (0.35, 0.4), (0.45, 0.5))
    wait_saved(editor)
    assert becomes(lambda: near(stored_points(editor, "Hall"), rectangle(0.3, 0.3, 0.6, 0.6))), (
        "the body moves all of it"
    )
    drag(editor, (0.6, 0.6), (0.8, 0.9))
    wait_saved(editor)
    assert becomes(lambda: near(stored_points(editor, "Hall")[2:3], [[0.8, 0.9]])), "a corner moves alone"
    drag(editor, (0.45, 0.3), (0.45, 0.1))
    wait_saved(editor)
    assert becomes(lambda: near(stored_points(editor, "Hall")[1:2], [[0.45, 0.1]])), (
        "the middle of an edge becomes a corner"
    )
    editor.locator("#zone-duplicate").click()
    editor.locator("#zone-delete").click()
    drawn(editor)
    assert editor.locator(".shape").count() == 1
    for _ in range(2):
        editor.locator("#zone-undo").click()
    drawn(editor)
    assert editor.locator(".shape").count() == 1
    editor.locator("#zone-undo").click()
    wait_saved(editor)
    assert becomes(lambda: len(stored_points(editor, "Hall")) == 4), "a drag is one step, however far it went"
    editor.keyboard.press("Control+y")
    wait_saved(editor)
    assert becomes(lambda: len(stored_points(editor, "Hall")) == 5)


def test_an_outline_that_crosses_itself_is_refused_while_it_is_drawn(editor: Page) -> None:
    put_plan(editor, zone("Hall", rectangle(0.2, 0.2, 0.5, 0.5)))
    editor.reload()
    open_editor(editor)
    click(editor, (0.35, 0.4))
    drag(editor, (0.2, 0.2), (0.7, 0.4), release=False)
    assert editor.locator(".sketch.is-refused").is_visible()
    assert "must not cross" in editor.locator("#zone-problem").inner_text()
    editor.mouse.up()
    editor.locator(".sketch.is-refused").wait_for(state="detached")
    points = stored_points(editor, "Hall")
    assert max(x for x, _ in points) <= 0.501, "what was refused is not stored"
    draw_tool(editor, "polygon")
    for corner in [(0.6, 0.2), (0.9, 0.2), (0.9, 0.6)]:
        click(editor, corner)
    editor.mouse.move(*on_screen(editor, (0.7, 0.1)))
    drawn(editor)
    assert editor.locator(".sketch.is-refused").is_visible(), "it is shown before the click"
    click(editor, (0.7, 0.1))
    assert editor.locator(".sketch-corners .corner").count() == 3
    editor.keyboard.press("Escape")
    drawn(editor)
    assert editor.locator(".sketch-corners .corner").count() == 2


def test_by_finger_with_a_magnifying_glass(browser: Browser, server: ServerProcess, watch: Watch) -> None:
    context = browser.new_context(
        base_url=server.url, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = open_editor(open_studio(context, watch))
    finger = Finger(page)
    tap_tool(page, "rectangle")
    finger.tap(*on_screen(page, (0.5, 0.5)))
    wait_saved(page)
    assert becomes(lambda: near(stored_points(page, "Zone 1"), rectangle(0.35, 0.35, 0.65, 0.65))), (
        "a tap makes one of the usual size"
    )
    x, y = on_screen(page, (0.35, 0.35))
    finger.down(x - 15, y - 15)
    finger.move(x - 35, y - 25)
    assert page.locator("#loupe").is_visible()
    finger.move(x - 55, y - 35)
    finger.up()
    assert page.locator("#loupe").is_hidden()
    wait_saved(page)
    wanted = page.evaluate(
        "([dx, dy]) => { const s = document.querySelector('#zone-empty').style;"
        " return [0.35 + dx / parseFloat(s.width), 0.35 + dy / parseFloat(s.height)]; }",
        [-40, -20],
    )
    moved = becomes(lambda: near(stored_points(page, "Zone 1")[:1], [wanted]))
    assert moved, "the corner moves with the finger and does not jump under it"
    for control in page.locator("#panel-zones :is(button, select):visible").all():
        box = control.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44, control.inner_text()
    context.close()


def test_polygon_and_line_by_finger(browser: Browser, server: ServerProcess, watch: Watch) -> None:
    context = browser.new_context(
        base_url=server.url, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = open_editor(open_studio(context, watch))
    finger = Finger(page)
    corners = [(0.2, 0.2), (0.7, 0.25), (0.8, 0.7), (0.3, 0.75)]
    tap_tool(page, "polygon")
    for corner in corners:
        finger.tap(*on_screen(page, corner))
    drawn(page)
    assert page.locator("#zone-help").inner_text().startswith("4 corners.")
    x, y = on_screen(page, (0.2, 0.2))
    finger.tap(x + 8, y - 8)
    wait_saved(page)
    assert becomes(lambda: near(stored_points(page, "Zone 1"), [list(corner) for corner in corners])), (
        "near the first corner closes it"
    )
    slide(finger, on_screen(page, (0.75, 0.475)), on_screen(page, (0.92, 0.475)))
    wait_saved(page)
    assert becomes(lambda: len(stored_points(page, "Zone 1")) == 5), "the middle of an edge becomes a corner"
    assert near(stored_points(page, "Zone 1")[2:3], [[0.92, 0.475]])
    tap_tool(page, "polygon")
    for corner in [(0.05, 0.8), (0.15, 0.8), (0.15, 0.95)]:
        finger.tap(*on_screen(page, corner))
    page.locator("#zone-finish").tap()
    assert becomes(lambda: len(stored_points(page, "Zone 2")) == 3), "a button closes it, too"
    tap_tool(page, "line")
    slide(finger, on_screen(page, (0.1, 0.1)), on_screen(page, (0.6, 0.1)))
    assert becomes(lambda: near(stored_points(page, "Line 1"), [[0.1, 0.1], [0.6, 0.1]]))
    slide(finger, on_screen(page, (0.6, 0.1)), on_screen(page, (0.9, 0.3)))
    assert becomes(lambda: near(stored_points(page, "Line 1"), [[0.1, 0.1], [0.9, 0.3]], 0.02))
    page.locator("#line-turn").tap()
    assert becomes(lambda: near(stored_points(page, "Line 1"), [[0.9, 0.3], [0.1, 0.1]], 0.02))
    context.close()


def test_polygon_and_line_by_keyboard(editor: Page) -> None:
    editor.locator('.zone-bar [data-tool="polygon"]').focus()
    editor.keyboard.press("Enter")
    assert focused(editor) == "Zone Zone 1, 5 points"
    editor.keyboard.press("Enter")
    assert focused(editor) == "Point 1 of 5 of Zone 1"
    for _ in range(4):
        editor.keyboard.press("Tab")
    assert focused(editor) == "Point 5 of 5 of Zone 1"
    editor.keyboard.press("Insert")
    assert focused(editor) == "Point 6 of 6 of Zone 1", "after the last one, before the first"
    editor.keyboard.press("Shift+ArrowLeft")
    wait_saved(editor)
    assert becomes(lambda: near(stored_points(editor, "Zone 1")[5:], [[0.31, 0.425]], 1e-3))
    editor.keyboard.press("Escape")
    assert focused(editor) == "Zone Zone 1, 6 points"
    editor.locator('.zone-bar [data-tool="line"]').focus()
    editor.keyboard.press("Space")
    assert focused(editor) == "Line Line 1"
    editor.keyboard.press("Shift+ArrowDown")
    editor.keyboard.press("Enter")
    editor.keyboard.press("Tab")
    assert focused(editor) == "Point 2 of 2 of Line 1"
    editor.keyboard.press("Shift+ArrowRight")
    editor.keyboard.press("Delete")
    assert focused(editor) == "Point 2 of 2 of Line 1"
    drawn(editor)
    assert editor.locator("#zone-problem").inner_text() == "A line has two points."
    wait_saved(editor)
    assert becomes(lambda: near(stored_points(editor, "Line 1"), [[0.3, 0.55], [0.75, 0.55]], 1e-4))
    editor.locator("#line-turn").press("Enter")
    wait_saved(editor)
    assert becomes(lambda: near(stored_points(editor, "Line 1"), [[0.75, 0.55], [0.3, 0.55]], 1e-4))


def focused(page: Page) -> str:
    """What a screen reader calls the element that has the focus."""
    return str(page.evaluate("() => document.activeElement.getAttribute('aria-label')"))


def slide(finger: Finger, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Touch, slide and let go; then pause as a hand does: a touch within moments of it ends its swing and is no tap."""
    finger.down(*start)
    finger.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    finger.move(*end)
    finger.up()
    time.sleep(1)


def test_all_of_it_by_keyboard(editor: Page) -> None:
    editor.locator('.zone-bar [data-tool="rectangle"]').focus()
    editor.keyboard.press("Enter")
    assert editor.evaluate("() => document.activeElement.getAttribute('aria-label')") == "Zone Zone 1, 4 points"
    for _ in range(10):
        editor.keyboard.press("ArrowRight")
    editor.keyboard.press("Shift+ArrowUp")
    wait_saved(editor)
    assert becomes(lambda: near(stored_points(editor, "Zone 1"), rectangle(0.4, 0.3, 0.7, 0.6), 1e-4))
    editor.keyboard.press("Tab")
    assert "Point 1 of 4" in editor.evaluate("() => document.activeElement.getAttribute('aria-label')")
    editor.keyboard.press("Shift+ArrowLeft")
    editor.keyboard.press("Insert")
    assert "Point 2 of 5" in editor.evaluate("() => document.activeElement.getAttribute('aria-label')")
    editor.keyboard.press("Shift+ArrowUp")
    wait_saved(editor)
    assert becomes(lambda: near(stored_points(editor, "Zone 1")[:2], [[0.35, 0.3], [0.525, 0.25]], 1e-4))
    editor.keyboard.press("Delete")
    wait_saved(editor)
    assert becomes(lambda: len(stored_points(editor, "Zone 1")) == 4)
    editor.keyboard.press("Control+z")
    editor.keyboard.press("Control+Shift+z")
    editor.keyboard.press("Escape")
    editor.keyboard.press("Delete")
    wait_saved(editor)
    assert get_plan(editor)["plan"]["features"] == []
    editor.keyboard.press("?")
    assert "Insert" in editor.get_by_role("dialog").inner_text()


def test_two_who_draw_at_once_lose_nothing(editor: Page, watch: Watch) -> None:
    watch.expected = ("409",)
    theirs = zone("Theirs", rectangle(0.5, 0.5, 0.9, 0.9))
    draw_tool(editor, "rectangle")
    drag(editor, (0.1, 0.1), (0.4, 0.4))
    wait_saved(editor)
    mine = get_plan(editor)["plan"]["features"][0]
    put_plan(editor, mine, theirs)
    editor.locator("#zone-name").fill("Mine")
    editor.locator('.shape[data-shape="theirs"]').wait_for()
    wait_saved(editor)
    assert becomes(lambda: stored_names(editor) == ["Mine", "Theirs"]), "different shapes: both are there"
    for _ in range(2):
        editor.keyboard.press("Escape")
        editor.locator("#zone-undo").click()
    wait_saved(editor)
    assert becomes(lambda: stored_names(editor) == ["Theirs"]), "one's own is undone, not the other's"
    assert editor.locator("#zone-undo").is_disabled()
    for _ in range(2):
        editor.locator("#zone-redo").click()
    wait_saved(editor)
    assert becomes(lambda: sorted(stored_names(editor)) == ["Mine", "Theirs"])


@pytest.mark.parametrize("keep", ["mine", "theirs"])
def test_one_zone_that_two_changed_is_asked_about(editor: Page, watch: Watch, keep: str) -> None:
    watch.expected = ("409",)
    put_plan(editor, zone("Hall", rectangle(0.1, 0.1, 0.4, 0.4)), zone("Yard", rectangle(0.5, 0.5, 0.9, 0.9)))
    editor.reload()
    open_editor(editor)
    put_plan(editor, zone("Hall", rectangle(0.2, 0.2, 0.6, 0.6)), zone("Yard", rectangle(0.5, 0.5, 0.9, 0.9)))
    editor.locator("[data-choose-shape=hall]").click()
    editor.locator("#zone-name").fill("Lobby")
    editor.locator("#zone-conflict").wait_for()
    assert "Not saved" in editor.locator("#zone-save").inner_text()
    assert editor.locator("[data-conflict] p").inner_text() == "Lobby: changed here; there it is called Hall"
    assert editor.locator(".rival").is_visible(), "theirs is in the picture, too"
    assert violations(editor) == []
    assert stored_names(editor) == ["Hall", "Yard"]
    editor.locator(f"[data-keep={keep}]").click()
    wait_saved(editor)
    drawn(editor)
    assert not editor.locator(".rival").is_visible()
    assert stored_names(editor) == (["Lobby", "Yard"] if keep == "mine" else ["Hall", "Yard"])
    if keep == "theirs":
        assert becomes(lambda: near(stored_points(editor, "Hall"), rectangle(0.2, 0.2, 0.6, 0.6)))
        editor.locator("#zone-undo").click()
        wait_saved(editor)
        assert becomes(lambda: near(stored_points(editor, "Lobby"), rectangle(0.1, 0.1, 0.4, 0.4))), (
            "one's own is one undo away"
        )


def test_a_shape_on_its_way_is_not_saved(editor: Page) -> None:
    put_plan(editor, zone("Hall", rectangle(0.2, 0.2, 0.5, 0.5)))
    editor.reload()
    open_editor(editor)
    version = get_plan(editor)["version"]
    drag(editor, (0.35, 0.4), (0.45, 0.5), release=False)
    editor.wait_for_timeout(1500)
    assert get_plan(editor)["version"] == version
    editor.mouse.move(*on_screen(editor, (0.55, 0.6)))
    editor.mouse.up()
    wait_saved(editor)
    assert get_plan(editor)["version"] == version + 1, "once, where it was put"
    assert becomes(lambda: near(stored_points(editor, "Hall"), rectangle(0.4, 0.4, 0.7, 0.7)))


def test_names_limits_and_what_is_wrong_with_them(editor: Page, watch: Watch) -> None:
    put_plan(editor, zone("Hall", rectangle(0.1, 0.1, 0.4, 0.4)), zone("Yard", rectangle(0.5, 0.5, 0.9, 0.9)))
    editor.reload()
    open_editor(editor)
    editor.locator("[data-choose-shape=yard]").click()
    editor.locator("#zone-name").press_sequentially(" ")
    editor.locator("#zone-name").fill("hALL")
    assert "Another zone" in editor.locator("#zone-name-error").inner_text()
    assert editor.locator("#zone-name").get_attribute("aria-invalid") == "true"
    editor.locator("#zone-name").fill("Back <b>yard</b>")
    editor.locator("#people-warning").fill("5")
    editor.locator("#people-critical").fill("4")
    assert "below" in editor.locator("#people-critical-error").inner_text()
    editor.keyboard.press("Tab")
    drawn(editor)
    assert "below" in editor.locator("#people-critical-error").inner_text(), "it stays when the field is left"
    assert editor.locator("#people-critical").input_value() == "4"
    editor.locator("#people-warning").fill("3")
    wait_saved(editor)
    assert editor.locator("#people-critical-error").is_hidden(), "the field beside it was in its way"
    taken = get_plan(editor)["plan"]["features"][1]["properties"]["limits"]["people"]
    assert (taken["warning"], taken["critical"]) == (3, 4)
    editor.locator("#people-warning").fill("9")
    editor.locator("[data-shape=hall] .shape-body").click()
    drawn(editor)
    assert editor.locator("#people-warning").input_value() == "", "what was typed belongs to its zone"
    assert editor.locator("#people-warning-error").is_hidden()
    editor.locator("[data-shape=yard] .shape-body").click()
    drawn(editor)
    editor.locator("#people-critical").fill("8")
    editor.locator("#people-warning").fill("5")
    editor.locator("#zone-advanced summary").click()
    editor.locator("#limit-hold").fill("0,5")
    editor.locator("#zone-anchor").select_option("overlap")
    wait_saved(editor)
    properties = get_plan(editor)["plan"]["features"][1]["properties"]
    assert properties["name"] == "Back <b>yard</b>"
    assert properties["anchor"] == "overlap"
    limits = properties["limits"]["people"]
    assert (limits["warning"], limits["critical"], limits["hold_s"]) == (5, 8, 0.5)
    assert editor.locator(".shape-label b").count() == 0, "text stays text"
    watch.expected = ("Failed to load", "ERR_FAILED")
    editor.route("**/plan", lambda route: _refuse(route))
    editor.locator("#zone-name").fill("Court")
    editor.locator('#zone-save[data-save="failed"]').wait_for()
    assert "cannot be reached" in editor.locator("#zone-save").inner_text()
    editor.unroute("**/plan")
    wait_saved(editor)
    assert stored_points(editor, "Court"), "it is tried again by itself"


def _refuse(route: Route) -> None:
    if route.request.method == "PUT":
        route.abort()
    else:
        route.continue_()


def test_ground_export_import_copy(editor: Page, tmp_path: Path) -> None:
    put_plan(editor, zone("Hall", rectangle(0.2, 0.5, 0.8, 0.9)), line("Door", [[0.1, 0.9], [0.9, 0.9]]))
    first = editor.url
    editor.reload()
    open_editor(editor)
    draw_tool(editor, "polygon")
    editor.locator("#ground-four").click()
    drawn(editor)
    assert editor.locator(".zone-bar [aria-pressed=true]").count() == 0, "points are dragged, nothing is drawn"
    assert editor.locator('[data-kind="ground"] .handle').count() == 4
    editor.locator("#ground-width").fill("8")
    drag(editor, (0.38, 0.45), (0.3, 0.5))
    editor.locator("[data-choose-shape=hall]").click()
    drawn(editor)
    assert editor.locator("#zone-area").inner_text().endswith("m²")
    editor.locator("#zone-back").click()
    wait_saved(editor)
    calibration = get_plan(editor)["plan"]["calibration"]
    assert calibration["metres"][2] == [8, 6]
    assert near(calibration["points"][:1], [[0.3, 0.5]])
    with editor.expect_download() as download:
        editor.locator("#zone-export").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert json.loads(file.read_text("utf-8")) == get_plan(editor)["plan"]
    editor.goto("/cameras")
    enter_studio(editor)
    open_editor(editor)
    editor.locator("#zone-file").set_input_files(file)
    wait_saved(editor)
    assert stored_points(editor, "Hall") == rectangle(0.2, 0.5, 0.8, 0.9)
    editor.locator("#copy-from").select_option(first.rsplit("/", 1)[1])
    editor.locator("#copy").click()
    editor.get_by_text("2 shapes copied").wait_for()
    assert editor.locator(".list-name").all_inner_texts() == ["Hall", "Door", "Hall 1", "Door 1"]
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    editor.locator("#zone-file").set_input_files(broken)
    editor.get_by_text("this is no JSON file").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_readable_by_everyone_on_every_screen(editor: Page, scheme: str) -> None:
    editor.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    put_plan(editor, zone("Hall", rectangle(0.2, 0.2, 0.5, 0.5)), line("Door", [[0.1, 0.9], [0.9, 0.9]]))
    editor.reload()
    open_editor(editor)
    assert violations(editor) == [], "list"
    click(editor, (0.35, 0.4))
    editor.locator("#zone-advanced summary").click()
    editor.locator("#people-warning").fill("-1")
    assert violations(editor) == [], "form"
    for width, height in ((360, 740), (740, 360), (1920, 1080)):
        editor.set_viewport_size({"width": width, "height": height})
        assert overflow(editor) == 0, f"{width}×{height}"


def test_people_in_a_zone_are_counted_while_it_is_drawn(studio: Page) -> None:
    studio.locator("#choose-camera").click()
    wait_state(studio, "live", "full", "slow")
    studio.locator("#zone-offer-draw").click()
    drag(studio, (0.02, 0.1), (0.98, 0.98))
    studio.locator("#people-warning").fill("90")
    wait_saved(studio)
    studio.wait_for_function("() => Number(document.querySelector('.label-figure').textContent) > 0")
    studio.locator("#tab-live").click()
    studio.wait_for_function("() => Number(document.querySelector('.zone-count').textContent) > 0")
    assert studio.locator("#zone-offer").is_hidden(), "offered until something is drawn"
    studio.wait_for_function("() => document.querySelector('.spark-line').getAttribute('d').length > 20")
    studio.locator("#zone-table-details summary").click()
    studio.locator("#zone-table tr").first.wait_for()
    studio.locator("#zone-chart-pause").click()
    assert studio.locator("#zone-chart-back").is_visible()
    studio.locator("#chart-pause").click()
    studio.locator("#chart-back").wait_for()
    for button, name in (
        ("#zone-chart-csv", "zones.csv"),
        ("#zone-chart-png", "zones.png"),
        ("#chart-csv", "people.csv"),
        ("#chart-png", "people.png"),
    ):
        with studio.expect_download() as download:
            studio.locator(button).click()
        assert download.value.suggested_filename == name
        if name.endswith("csv"):
            seconds = [float(row.split(",")[0]) for row in download.value.path().read_text().splitlines()[1:]]
            assert all(second.is_integer() for second in seconds), "of the whole session, in which one looks back"
    studio.locator("#board-table-details summary").click()
    studio.wait_for_function("() => document.querySelectorAll('#board-table td').length === 12")
    studio.wait_for_function("() => Number(document.querySelector('#board-table td').textContent) > 0")
    assert violations(studio) == []
    studio.keyboard.press("z")
    studio.locator("#zones").wait_for(state="hidden")
    studio.keyboard.press("z")
    studio.locator("#zones").wait_for()
    studio.locator("#stop").click()
    wait_state(studio, "ended")
    assert studio.locator("#summary-zone").inner_text().startswith("Busiest zone: Zone 1, ")
    assert studio.get_by_role("link", name="History and export").is_visible()
    studio.locator("#tab-zones").click()
    assert studio.locator("#summary").is_hidden(), "the last picture is free for drawing"
    assert studio.evaluate(BRIGHT) == [], "nothing that is no longer current looks as if it were"
    drag(studio, (0.5, 0.5), (0.6, 0.7))
    assert studio.locator("#zone-problem").inner_text() == ""
