"""How frames of any shape lie in the detector's input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.quality import STRIDE
from server.vision.letterbox import Letterbox
from server.vision.network import _SHAPES

SIDES = (416, 640, 960)
pixels = st.integers(1, 4000)


@pytest.mark.parametrize(
    ("frame", "side", "shape"),
    [
        ((576, 768), 640, (480, 640)),
        ((720, 1280), 640, (384, 640)),
        ((1920, 1080), 640, (640, 384)),
        ((1080, 1920), 416, (256, 416)),
        ((480, 640), 960, (736, 960)),
        ((100, 2000), 640, (320, 640)),
        ((500, 500), 640, (640, 640)),
    ],
)
def test_usual_frames(frame: tuple[int, int], side: int, shape: tuple[int, int]) -> None:
    box = Letterbox.fit(*frame, side)
    assert (box.height, box.width) == shape


@given(pixels, pixels, st.sampled_from(SIDES))
def test_the_whole_frame_lies_in_it_unstretched(height: int, width: int, side: int) -> None:
    box = Letterbox.fit(height, width, side)
    assert box.content_height <= box.height
    assert box.content_width <= box.width
    assert max(box.height, box.width) == side
    assert box.height % STRIDE == box.width % STRIDE == 0
    scale = side / max(height, width)
    assert abs(box.content_height - height * scale) <= 1
    assert abs(box.content_width - width * scale) <= 1


def test_all_shapes_can_be_kept_compiled() -> None:
    """Whoever sends frames of ever other shapes must not make everybody wait for compiling again and again."""
    shapes = {
        (box.height, box.width)
        for side in SIDES
        for short in range(1, side + 1)
        for box in (Letterbox.fit(short, side, side), Letterbox.fit(side, short, side))
    }
    assert len(shapes) <= _SHAPES


def test_what_is_left_over_is_grey() -> None:
    box = Letterbox.fit(100, 640, 640)
    picture = np.full((100, 640, 3), 7, np.uint8)
    batch = box.apply(picture)
    assert batch.shape == (1, 320, 640, 3)
    assert (batch[0, :100] == 7).all()
    assert (batch[0, 100:] == 114).all()
