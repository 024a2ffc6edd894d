"""A picture in which nothing can be seen is no empty place."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from server.core.certainty import Certainty
from server.vision.crowd.scene import Scene
from server.vision.crowd.visibility import INTERVAL_MS, VisibilityCheck, shows_scene
from server.vision.decode import decode
from server.vision.detections import Detections
from tests.crowd_picture import crowd_picture
from tests.media import find_asset, read_vtest
from tests.vision.crowd.boxes import EMPTY, NOBODY, found
from tests.vision.crowd.scripted import PLAIN, TEXTURED, Closer, stream

Image = NDArray[np.uint8]
BLACK = np.zeros_like(PLAIN)


def dark(image: Image, share: float) -> Image:
    return (image * share).astype(np.uint8)


def blurred(image: Image, share: float = 8 / 1500) -> Image:
    """Out of focus by a part of the long side."""
    return cv2.GaussianBlur(image, (0, 0), share * max(image.shape)).astype(np.uint8, copy=False)


def noisy(image: Image, levels: float = 4.0) -> Image:
    noise = np.random.default_rng(2).normal(0, levels, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("change", [lambda one: one, noisy], ids=["clean", "noisy"])
@pytest.mark.parametrize(
    "image",
    [
        BLACK,
        PLAIN * 0 + 255,
        dark(crowd_picture()[0], 0.05),
        blurred(crowd_picture()[0]),
        blurred(TEXTURED, 0.02),
    ],
    ids=["covered", "white", "dark", "out of focus", "milky"],
)
def test_nothing_is_seen(image: Image, change: object) -> None:
    assert not shows_scene(change(image))  # type: ignore[operator]


@pytest.mark.parametrize("change", [lambda one: one, noisy, lambda one: dark(one, 0.3)], ids=["clean", "noisy", "dim"])
@pytest.mark.parametrize("name", ["vtest", "bus.jpg", "zidane.jpg", "crowd", "wall"])
def test_something_is_seen(name: str, change: object) -> None:
    if name == "vtest":
        image = read_vtest(1)[0]
    elif name.endswith(".jpg"):
        image = decode(find_asset(name).read_bytes(), max_pixels=2_000_000)
    else:
        image = crowd_picture()[0] if name == "crowd" else PLAIN
    assert shows_scene(change(image))  # type: ignore[operator]


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (1, 2000), (2000, 1)])
def test_frames_of_any_size(size: tuple[int, int]) -> None:
    assert not shows_scene(np.zeros((*size, 3), np.uint8))


def scene(image: Image, t: float, detections: Detections = NOBODY, count: int = 0) -> Scene:
    return Scene(image, t, EMPTY, count, Certainty(count, count), detections)


def test_a_person_shows_that_something_is_seen() -> None:
    sight = VisibilityCheck()
    assert sight.is_visible(scene(BLACK, 0.0, count=1))
    assert sight.is_visible(scene(BLACK, 0.0, found((10, 10, 40, 90), score=0.5)))
    assert not sight.is_visible(scene(BLACK, 0.0, found((10, 10, 40, 90), score=0.1)))


def test_it_looks_now_and_then() -> None:
    sight = VisibilityCheck()
    assert sight.is_visible(scene(PLAIN, 0.0))
    assert sight.is_visible(scene(BLACK, INTERVAL_MS - 1))
    assert not sight.is_visible(scene(BLACK, INTERVAL_MS))
    assert sight.is_visible(scene(PLAIN, 0.0)), "a clock that was set back"


class TestStream:
    """What the watch says of it."""

    @pytest.mark.parametrize("image", [BLACK, blurred(TEXTURED, 0.02)], ids=["covered", "out of focus"])
    def test_it_is_unknown_and_not_0(self, image: Image) -> None:
        seen = [certainty for certainty, _ in stream(Closer(), image=image).live(20)]
        assert not any(certainty.known for certainty in seen)
        assert all(certainty.high is None for certainty in seen)

    def test_a_lens_that_is_covered_and_uncovered(self) -> None:
        empty = stream(Closer())
        assert empty.live(3)[-1][0].known
        empty.image = BLACK
        assert not empty.live(2)[-1][0].known
        empty.image = PLAIN
        assert empty.live(2)[-1][0].known

    def test_people_in_the_dark_are_known(self) -> None:
        assert all(certainty.known for certainty, _ in stream(Closer(), image=BLACK, count=2).live(3)[1:])
