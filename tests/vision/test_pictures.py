"""Frames made small for those who look at many cameras."""

import cv2
import numpy as np
import pytest

from server.engine.wire import pack_pictures, unpack_pictures
from server.vision.pictures import make_pictures
from tests.media import read_vtest


def size(jpeg: bytes) -> tuple[int, int]:
    """Width and height of a JPEG."""
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image.shape[1], image.shape[0]


def test_each_width_once_and_none_larger_than_the_frame() -> None:
    frame = read_vtest(1)[0]
    pictures = make_pictures(frame, (160, 960, 320, 160))
    assert {width: size(jpeg) for width, jpeg in pictures.items()} == {
        160: (160, 120),
        320: (320, 240),
        960: (768, 576),
    }
    assert len(pictures[160]) < len(pictures[320]) < len(pictures[960])
    assert make_pictures(frame, ()) == {}


def test_a_small_picture_shows_the_same() -> None:
    frame = read_vtest(1)[0]
    small = cv2.imdecode(np.frombuffer(make_pictures(frame, (320,))[320], np.uint8), cv2.IMREAD_COLOR)
    expected = cv2.resize(frame, (320, 240), interpolation=cv2.INTER_AREA)
    assert small is not None
    assert float(np.abs(small.astype(int) - expected.astype(int)).mean()) < 6


def test_a_frame_of_one_row_survives() -> None:
    assert size(make_pictures(np.zeros((1, 2000, 3), np.uint8), (160,))[160]) == (160, 1)


@pytest.mark.parametrize("pictures", [{}, {160: b"a"}, {160: b"", 320: b"abc", 960: b"defgh"}])
def test_pictures_cross_the_wire_as_they_are(pictures: dict[int, bytes]) -> None:
    head, body = pack_pictures(pictures)
    assert unpack_pictures({**head, "body": body}) == pictures
