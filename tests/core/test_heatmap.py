"""The decaying grid of person-seconds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from server.core.heatmap import HALF_LIFE_MS, Heatmap, HeatmapImage, Window
from server.core.tracks import Track, Tracks


def frame(t: float, *boxes: tuple[float, float, float, float], size: tuple[int, int] = (640, 480)) -> Tracks:
    return Tracks(t, *size, tuple(Track(n, box, 0.9) for n, box in enumerate(boxes, 1)))


def grid(image: HeatmapImage) -> NDArray[np.float64]:
    """The cells as person-seconds."""
    cells = np.frombuffer(image.cells, np.uint8).reshape(image.rows, image.columns)
    return cells.astype(float) * image.max_seconds / 255


@pytest.mark.parametrize(
    ("size", "shape"), [((640, 480), (48, 64)), ((480, 640), (64, 48)), ((1920, 1080), (36, 64)), ((10, 1000), (64, 1))]
)
def test_the_grid_has_the_shape_of_the_frame(size: tuple[int, int], shape: tuple[int, int]) -> None:
    heatmap = Heatmap()
    heatmap.update(frame(0, size=size))
    image = heatmap.image()
    assert (image.rows, image.columns) == shape
    assert image.cells == bytes(shape[0] * shape[1])


def test_the_feet_are_marked() -> None:
    heatmap = Heatmap()
    for t in range(0, 1100, 100):
        heatmap.update(frame(t, (0.2, 0.1, 0.3, 0.5)))
    cells = grid(heatmap.image())
    row, column = np.unravel_index(cells.argmax(), cells.shape)
    assert abs((row + 0.5) / cells.shape[0] - 0.5) < 0.03
    assert abs((column + 0.5) / cells.shape[1] - 0.25) < 0.03
    assert cells.sum() == pytest.approx(1.0, rel=0.1), "one person for one second"


def looking_back(window: Window) -> Heatmap:
    heatmap = Heatmap()
    heatmap.window = window
    return heatmap


@pytest.mark.parametrize("step", [33.0, 100.0, 500.0])
@pytest.mark.parametrize(("window", "expected"), [(Window.SESSION, 10.0), (Window.QUARTER, 9.9), (Window.MINUTE, 9.0)])
def test_the_frame_rate_does_not_matter(step: float, window: Window, expected: float) -> None:
    heatmap = looking_back(window)
    for n, t in enumerate(np.arange(0, 10_001, step)):
        heatmap.update(frame(float(t), (0.2, 0.1, 0.3, 0.5)))
        if n * step % 500 < step:
            heatmap.image()  # a live stream asks for it twice a second
    assert grid(heatmap.image()).sum() == pytest.approx(expected, rel=0.05)


def test_a_gap_in_the_pictures_is_not_a_stay() -> None:
    heatmap = looking_back(Window.SESSION)
    heatmap.update(frame(0, (0.2, 0.1, 0.3, 0.5)))
    heatmap.update(frame(60_000, (0.2, 0.1, 0.3, 0.5)))
    assert grid(heatmap.image()).sum() == pytest.approx(1.0, rel=0.1)


@pytest.mark.parametrize("window", [Window.MINUTE, Window.QUARTER])
def test_it_fades(window: Window) -> None:
    heatmap = looking_back(window)
    heatmap.update(frame(0, (0.2, 0.1, 0.3, 0.5)))
    heatmap.update(frame(1000, (0.2, 0.1, 0.3, 0.5)))
    before = heatmap.image().max_seconds
    heatmap.update(frame(1000 + HALF_LIFE_MS[window]))
    assert heatmap.image().max_seconds == pytest.approx(before / 2, rel=0.01)


def test_only_its_own_window_is_reset() -> None:
    heatmap = Heatmap()
    heatmap.update(frame(0, (0.2, 0.1, 0.3, 0.5)))
    heatmap.update(frame(1000, (0.2, 0.1, 0.3, 0.5)))
    heatmap.reset()
    seconds = {}
    for window in Window:
        heatmap.window = window
        seconds[window] = grid(heatmap.image()).sum()
    assert seconds[Window.RESET] == 0
    assert seconds[Window.SESSION] == pytest.approx(1.0, rel=0.05)


@given(st.tuples(*[st.floats(-0.5, 1.5) for _ in range(4)]), st.integers(16, 4000), st.integers(16, 4000))
def test_no_box_breaks_it(corners: tuple[float, float, float, float], width: int, height: int) -> None:
    left, right = sorted((corners[0], corners[2]))
    top, bottom = sorted((corners[1], corners[3]))
    heatmap = Heatmap()
    for t in (0, 500):
        heatmap.update(frame(t, (left, top, right, bottom), size=(width, height)))
    assert 0 <= grid(heatmap.image()).sum() <= 0.6


@given(st.lists(st.tuples(st.floats(10, 400_000), st.booleans()), max_size=40))
def test_a_longer_window_never_holds_less(frames: list[tuple[float, bool]]) -> None:
    heatmap, t = Heatmap(), 0.0
    for step, seen in frames:
        t += step
        heatmap.update(frame(t, *[(0.2, 0.1, 0.3, 0.5)] * seen))
        sums = []
        for heatmap.window in (Window.MINUTE, Window.QUARTER, Window.SESSION):
            sums.append(heatmap.image().max_seconds)
        assert 0 <= sums[0] <= sums[1] + 1e-3 <= sums[2] + 2e-3 <= t / 1000
