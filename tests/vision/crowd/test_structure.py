"""What has a crowd's texture."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from server.vision.crowd.structure import crowd_like
from tests.vision.crowd.boxes import EMPTY, found

Image = NDArray[np.uint8]
HEIGHT, WIDTH = 480, 640


def heads(height: int = HEIGHT, width: int = WIDTH) -> Image:
    """Light and dark spots of some pixels, without any direction."""
    rough = np.random.default_rng(5).integers(0, 255, (height // 6 + 1, width // 6 + 1), np.uint8)
    spots = cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)
    return cv2.cvtColor(spots, cv2.COLOR_GRAY2BGR).astype(np.uint8, copy=False)


def stripes(down: int, across: int) -> Image:
    """A fence that runs one way."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    wave = 128 + 120 * np.sin((rows * down + columns * across) / 3.0)
    return np.repeat(wave.astype(np.uint8)[..., None], 3, axis=2)


def share(image: Image, known: NDArray[np.float64] = EMPTY) -> float:
    """Of the frame with a crowd's texture."""
    return float(crowd_like(image, known).mean())


def test_fine_texture_without_direction_is_like_a_crowd() -> None:
    assert share(heads()) > 0.8


@pytest.mark.parametrize("bright", [0, 90, 255])
def test_a_plain_picture_is_not(bright: int) -> None:
    assert share(np.full((HEIGHT, WIDTH, 3), bright, np.uint8)) == 0


@pytest.mark.parametrize(("down", "across"), [(1, 0), (0, 1), (1, 1), (1, -1)])
def test_what_runs_one_way_is_not(down: int, across: int) -> None:
    assert share(stripes(down, across)) < 0.02


def test_noise_of_a_camera_at_night_is_not() -> None:
    noise = np.random.default_rng(1).normal(40, 6, (HEIGHT, WIDTH, 3))
    assert share(np.clip(noise, 0, 255).astype(np.uint8)) < 0.05


def test_what_known_people_wear_is_no_sign_of_others() -> None:
    whole = crowd_like(heads(), EMPTY)
    left = crowd_like(heads(), found((0, 0, WIDTH / 2, HEIGHT)).xyxy)
    half = whole.shape[1] // 2
    assert not left[:, :half].any()
    assert left[:, half + 1 :].mean() > 0.8
    assert share(heads(), found((-20, -20, WIDTH + 20, HEIGHT + 20)).xyxy) == 0


def test_only_the_part_with_the_texture_has_it() -> None:
    image = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    image[HEIGHT // 2 :] = heads()[HEIGHT // 2 :]
    blocks = crowd_like(image, EMPTY)
    middle = blocks.shape[0] // 2
    assert not blocks[: middle - 1].any()
    assert blocks[middle + 1 :].mean() > 0.8


@pytest.mark.parametrize(("height", "width"), [(1, 1), (5, 7), (3, 2000), (2000, 3), (31, 17)])
def test_frames_smaller_than_a_block(height: int, width: int) -> None:
    known = found((0, 0, width, height)).xyxy
    for image in (np.full((height, width, 3), 200, np.uint8), heads(height, width)):
        assert crowd_like(image, EMPTY).size > 0
        assert share(image, known) == 0
