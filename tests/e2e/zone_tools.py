"""What tests of zones need: places on the picture, plans through the API, fingers."""

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import CDPSession, Page

Point = tuple[float, float]


def rectangle(left: float, top: float, right: float, bottom: float) -> list[list[float]]:
    """Corners, clockwise from the top left."""
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def zone(name: str, points: list[list[float]], **properties: Any) -> dict[str, Any]:
    """A zone of a plan document."""
    geometry = {"type": "Polygon", "coordinates": [points]}
    return {"type": "Feature", "id": name.lower(), "geometry": geometry, "properties": {"name": name, **properties}}


def line(name: str, points: list[list[float]]) -> dict[str, Any]:
    """A line of a plan document."""
    geometry = {"type": "LineString", "coordinates": points}
    return {"type": "Feature", "id": name.lower(), "geometry": geometry, "properties": {"name": name}}


def plan_url(page: Page) -> str:
    """Where the API keeps what is drawn in this studio."""
    return page.url.split("#")[0].replace("/cameras/", "/api/cameras/") + "/plan"


def get_plan(page: Page) -> dict[str, Any]:
    """The stored version and plan."""
    answer: dict[str, Any] = page.request.get(plan_url(page)).json()
    return answer


def put_plan(page: Page, *features: dict[str, Any]) -> None:
    """Store a plan as another program would."""
    document = {"type": "FeatureCollection", "features": list(features)}
    body = {"version": get_plan(page)["version"], "plan": document}
    answer = page.request.put(plan_url(page), data=body, headers={"Origin": page.url.split("/cameras")[0]})
    assert answer.ok, answer.text()


def stored_names(page: Page) -> list[str]:
    """Names of the stored shapes, in their order."""
    return [feature["properties"]["name"] for feature in get_plan(page)["plan"]["features"]]


def stored_points(page: Page, name: str) -> list[list[float]]:
    """Corners of a stored zone, each once, or the points of a line; none of one that is not stored."""
    for feature in get_plan(page)["plan"]["features"]:
        if feature["properties"]["name"] == name:
            coordinates = feature["geometry"]["coordinates"]
            return list(coordinates[0][:-1] if feature["geometry"]["type"] == "Polygon" else coordinates)
    return []


def becomes(condition: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether a condition holds, now or soon: the click of a tap comes a moment after the finger is gone, so that what
    the page says at once may still be of before it."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def on_screen(page: Page, point: Point) -> Point:
    """Where a point of the frame is in the window, pixels."""
    x, y = page.evaluate(
        """([x, y]) => {
          const stage = document.querySelector("#zones").getBoundingClientRect();
          const place = document.querySelector("#zone-empty").style;
          return [stage.left + parseFloat(place.left) + x * parseFloat(place.width),
                  stage.top + parseFloat(place.top) + y * parseFloat(place.height)];
        }""",
        list(point),
    )
    return x, y


def drawn(page: Page) -> None:
    """Wait until what just happened is on the screen: pages draw once a frame."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def drag(page: Page, start: Point, end: Point, *, release: bool = True) -> None:
    """Drag the mouse from one point of the frame to another."""
    page.mouse.move(*on_screen(page, start))
    page.mouse.down()
    page.mouse.move(*on_screen(page, end), steps=4)
    if release:
        page.mouse.up()
    drawn(page)


def click(page: Page, point: Point) -> None:
    """Click on a point of the frame."""
    page.mouse.click(*on_screen(page, point))
    drawn(page)


def wait_saved(page: Page) -> None:
    """Wait until the editor says that everything is stored."""
    drawn(page)
    page.locator('#zone-save[data-save="saved"]').wait_for()


class Finger:
    """One finger on the screen."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)

    def down(self, x: float, y: float) -> None:
        """Touch."""
        self._send("touchStart", [{"x": x, "y": y}])

    def move(self, x: float, y: float) -> None:
        """Slide."""
        self._send("touchMove", [{"x": x, "y": y}])

    def up(self) -> None:
        """Let go."""
        self._send("touchEnd", [])

    def tap(self, x: float, y: float) -> None:
        """Touch and let go."""
        self.down(x, y)
        self.up()

    def _send(self, kind: str, points: list[dict[str, float]]) -> None:
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
