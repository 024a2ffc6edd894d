"""The parts of a frame for closer looks."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.vision.crowd.tiles import Tile, tiles
from server.vision.detections import Detections
from tests.vision.crowd.boxes import found

HEIGHTS, WIDTHS = st.integers(1, 3000), st.integers(1, 4000)


def owners(height: int, width: int, x: float, y: float) -> list[int]:
    """Numbers of the tiles whose core holds a point."""
    cores = [(tile.number, *tile.core_xyxy) for tile in tiles(height, width)]
    return [number for number, left, top, right, bottom in cores if left <= x < right and top <= y < bottom]


@given(HEIGHTS, WIDTHS, st.floats(0, 1), st.floats(0, 1))
@example(1, 1, 0.0, 0.0)
@example(1, 1, 1.0, 1.0)
@example(3000, 4000, 0.5, 0.25)
def test_each_point_of_any_frame_belongs_to_one_tile(height: int, width: int, across: float, down: float) -> None:
    """Its border, too: a box that is clipped to the frame may end there."""
    assert len(owners(height, width, across * width, down * height)) == 1


@given(HEIGHTS, WIDTHS)
@example(1, 1)
@example(3, 4000)
def test_tiles_lie_in_the_frame_and_hold_their_cores(height: int, width: int) -> None:
    numbers = []
    for tile in tiles(height, width):
        left, top, right, bottom = tile.xyxy
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
        assert left <= tile.core_xyxy[0]
        assert right >= min(width, tile.core_xyxy[2])
        assert top <= tile.core_xyxy[1]
        assert bottom >= min(height, tile.core_xyxy[3])
        numbers.append(tile.number)
    assert numbers == sorted(set(numbers))


def test_a_crop_holds_the_pixels_of_its_tile() -> None:
    image = np.random.default_rng(1).integers(0, 255, (90, 161, 3), np.uint8)
    for tile in tiles(90, 161):
        left, top, right, bottom = tile.xyxy
        crop = tile.crop(image)
        assert crop.flags.c_contiguous
        assert np.array_equal(crop, image[top:bottom, left:right])


def seen_by(tile: Tile, person: tuple[float, float, float, float]) -> Detections:
    """What a look at the tile's crop finds of somebody: clipped to the crop, in its pixels."""
    left, top, right, bottom = tile.xyxy
    inside = (max(person[0], left), max(person[1], top), min(person[2], right), min(person[3], bottom))
    if inside[0] >= inside[2] or inside[1] >= inside[3]:
        return found()
    return found((inside[0] - left, inside[1] - top, inside[2] - left, inside[3] - top))


@given(st.floats(0, 1), st.floats(0, 1), st.floats(8, 50), st.floats(16, 60))
@example(0.25, 0.25, 30, 50)
@example(0.5, 0.75, 40, 60)
@example(0.75, 0.5, 50, 60)
def test_somebody_is_reported_once_wherever_they_stand(x: float, y: float, wide: float, tall: float) -> None:
    height, width = 720, 1280
    left, top = x * (width - wide), y * (height - tall)
    person = (left, top, left + wide, top + tall)
    reports = [tile.own(seen_by(tile, person), height, width) for tile in tiles(height, width)]
    boxes = np.vstack([report.xyxy for report in reports])
    assert len(boxes) == 1
    np.testing.assert_allclose(boxes[0], person, atol=1e-6)


def test_a_box_that_the_tile_cuts_is_dropped() -> None:
    height, width = 400, 800
    tile = next(one for one in tiles(height, width) if one.number == 5)
    right, bottom = tile.xyxy[2] - tile.xyxy[0], tile.xyxy[3] - tile.xyxy[1]
    whole = (right / 2 - 5, bottom / 2 - 10, right / 2 + 5, bottom / 2 + 10)
    for cut in (
        (0.0, whole[1], right - 10.0, whole[3]),
        (whole[0], 0.0, whole[2], bottom - 10.0),
        (10.0, whole[1], float(right), whole[3]),
        (whole[0], 10.0, whole[2], float(bottom)),
    ):
        assert len(tile.own(found(cut), height, width)) == 0, cut
        assert len(tile.own(found(cut, whole), height, width)) == 1


@pytest.mark.parametrize("number", [0, 15])
def test_the_border_of_the_frame_cuts_nobody(number: int) -> None:
    """Who stands at the edge of the picture is cut by the camera, and no other tile reports them."""
    height, width = 400, 800
    tile = next(one for one in tiles(height, width) if one.number == number)
    corner = (0.0, 0.0, 20.0, 30.0) if number == 0 else (width - 20.0, height - 30.0, float(width), float(height))
    assert len(tile.own(seen_by(tile, corner), height, width)) == 1
