"""Looks by colour, on drawn and on real people."""

import numpy as np
import pytest
from numpy.typing import NDArray

from server.vision.colours import LENGTH, ColourFeatures
from server.vision.decode import decode
from tests.media import find_asset

FEATURES = ColourFeatures()


def dressed(top: tuple[int, int, int], bottom: tuple[int, int, int], scale: int = 1) -> NDArray[np.uint8]:
    """A picture of 60 × 100 pixels with somebody in these colours in the middle (20..40 × 10..90)."""
    image = np.full((100, 60, 3), 128, np.uint8)
    image[10:50, 20:40], image[50:90, 20:40] = top, bottom
    larger: NDArray[np.uint8] = image.repeat(scale, axis=0).repeat(scale, axis=1)
    return larger


def look(image: NDArray[np.uint8], scale: int = 1) -> NDArray[np.float32]:
    features: NDArray[np.float32] = FEATURES.embed(image, np.array([[20.0, 10.0, 40.0, 90.0]]) * scale)[0]
    return features


RED, BLUE, WHITE = (30, 30, 200), (180, 60, 30), (230, 230, 230)


def test_features_are_unit_vectors() -> None:
    assert look(dressed(RED, BLUE)).shape == (LENGTH,)
    assert float(np.linalg.norm(look(dressed(RED, BLUE)))) == pytest.approx(1.0, abs=1e-5)


def test_size_does_not_matter() -> None:
    assert look(dressed(RED, BLUE)) @ look(dressed(RED, BLUE, 5), 5) == pytest.approx(1.0, abs=0.01)


def test_order_of_clothes_matters() -> None:
    assert 1 - look(dressed(RED, BLUE)) @ look(dressed(BLUE, RED)) > FEATURES.different


@pytest.mark.parametrize("change", [-12, -5, 5, 12])
def test_a_little_light_does_not(change: int) -> None:
    image = dressed(RED, BLUE)
    lighter = np.clip(image.astype(int) + change, 0, 255).astype(np.uint8)
    same, other = look(image) @ look(lighter), look(image) @ look(dressed(RED, WHITE))
    assert same > other


def test_boxes_may_reach_to_the_edges() -> None:
    image = dressed(RED, BLUE)
    boxes = np.array([[0.0, 0.0, 60.0, 100.0], [58.0, 98.0, 60.0, 100.0], [0.0, 0.0, 2.0, 2.0]])
    assert np.isfinite(FEATURES.embed(image, boxes)).all()
    assert FEATURES.embed(image, np.zeros((0, 4))).shape == (0, LENGTH)


def test_real_people_look_like_themselves() -> None:
    """Each person of a photograph is nearest to themselves when the box is a tenth off."""
    image = decode(find_asset("bus.jpg").read_bytes(), 1_000_000)
    boxes = np.array([[222.0, 405, 345, 862], [48.0, 399, 239, 903], [671.0, 391, 810, 879]])
    sizes = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    shifted = boxes + 0.1 * sizes * (1, -1, 1, -1)
    alike = FEATURES.embed(image, boxes) @ FEATURES.embed(image, shifted).T
    assert alike.argmax(axis=1).tolist() == [0, 1, 2]
