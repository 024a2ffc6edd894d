"""What becomes of people and of what was drawn when the format of the frames changes; formats cut from real frames."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from server.core.tracks import Tracks
from server.core.view import as_matrix
from server.vision.frame_format import FrameFormats, FrameSample
from server.vision.pipeline import Pipeline
from server.vision.registration import register
from server.vision.vision import Vision
from tests.media import encode_jpeg, read_vtest

Image = NDArray[np.uint8]
NOBODY = np.zeros((0, 4))
WIDE, FULL, TALL = (0, 72, 768, 504), (0, 0, 768, 576), (222, 0, 546, 576)
"""Left, top, right, bottom of 16:9, 4:3 and 9:16 in the frames of the recording."""
Cut = tuple[int, int, int, int]


def cut(image: Image, part: Cut) -> Image:
    """A part of a picture, as a camera sends it."""
    left, top, right, bottom = part
    decoded = cv2.imdecode(np.frombuffer(encode_jpeg(image[top:bottom, left:right]), np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    return decoded.astype(np.uint8, copy=False)


def frame(image: Image, part: Cut, t: float) -> FrameSample:
    return FrameSample(cut(image, part), NOBODY, t)


def expected(before: Cut, after: Cut, points: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """Where points of one part, normalised, are in the other."""
    at = np.array(points) * (before[2] - before[0], before[3] - before[1]) + before[:2]
    found: NDArray[np.float64] = (at - after[:2]) / (after[2] - after[0], after[3] - after[1])
    return found


CORNERS = [(0.1, 0.1), (0.9, 0.2), (0.5, 0.9)]


class TestView:
    @pytest.mark.parametrize(("before", "after"), [(WIDE, FULL), (FULL, WIDE), (WIDE, TALL), (TALL, FULL)])
    def test_what_was_drawn_lies_where_it_was(self, before: Cut, after: Cut) -> None:
        frames = read_vtest(12)
        formats = FrameFormats()
        formats.update(frame(frames[0], before, 0.0))
        assert formats.view() is None
        formats.update(frame(frames[11], after, 1100.0))
        view = formats.view()
        assert view is not None
        assert view.fits
        assert (view.width, view.height) == (before[2] - before[0], before[3] - before[1])
        found = [(as_matrix(view.affine) @ (x, y, 1.0))[:2] for x, y in CORNERS]
        assert np.allclose(found, expected(before, after, CORNERS), atol=0.005)

    def test_it_returns_with_the_format_and_is_known_again(self) -> None:
        frames = read_vtest(12)
        formats = FrameFormats()
        formats.update(frame(frames[0], WIDE, 0.0))
        formats.update(frame(frames[3], FULL, 300.0))
        first = formats.view()
        formats.update(frame(frames[6], WIDE, 600.0))
        assert formats.view() is None
        formats.update(frame(frames[9], FULL, 900.0))
        assert formats.view() == first

    def test_a_third_format_lies_to_the_first(self) -> None:
        frames = read_vtest(30)
        formats = FrameFormats()
        for at, part in ((0, WIDE), (12, FULL), (29, TALL)):
            formats.update(frame(frames[at], part, at * 100.0))
        view = formats.view()
        assert view is not None
        assert view.fits
        found = [(as_matrix(view.affine) @ (x, y, 1.0))[:2] for x, y in CORNERS]
        assert np.allclose(found, expected(WIDE, TALL, CORNERS), atol=0.01)

    def test_a_turned_picture(self) -> None:
        frames = read_vtest(2)
        turned = cv2.rotate(cut(frames[1], FULL), cv2.ROTATE_90_CLOCKWISE).astype(np.uint8, copy=False)
        formats = FrameFormats()
        formats.update(frame(frames[0], FULL, 0.0))
        formats.update(FrameSample(turned, NOBODY, 100.0))
        view = formats.view()
        assert view is not None
        assert view.fits
        found = [(as_matrix(view.affine) @ (x, y, 1.0))[:2] for x, y in CORNERS]
        assert np.allclose(found, [(1 - y, x) for x, y in CORNERS], atol=0.005)

    def test_a_squeezed_picture_stays_as_it_is(self) -> None:
        frames = read_vtest(2)
        squeezed = cv2.resize(cut(frames[1], WIDE), (576, 432)).astype(np.uint8, copy=False)
        formats = FrameFormats()
        formats.update(frame(frames[0], WIDE, 0.0))
        moved = formats.update(FrameSample(squeezed, NOBODY, 100.0))
        view = formats.view()
        assert view is not None
        assert view.fits
        assert moved is not None
        assert np.allclose(view.affine, (1, 0, 0, 0, 1, 0), atol=0.005)
        assert np.allclose(moved, np.array([[0.75, 0, 0], [0, 1, 0]]), atol=0.3)  # pixels

    def test_a_picture_of_something_else_is_said(self) -> None:
        frames = read_vtest(2)
        noise = np.random.default_rng(1).integers(0, 255, (576, 768, 3)).astype(np.uint8)
        formats = FrameFormats()
        formats.update(frame(frames[0], WIDE, 0.0))
        formats.update(FrameSample(noise, NOBODY, 100.0))
        view = formats.view()
        assert view is not None
        assert not view.fits
        assert view.affine == (1, 0, 0, 0, 1, 0)

    def test_a_camera_that_is_black_at_first_is_compared_again(self) -> None:
        frames = read_vtest(12)
        formats = FrameFormats()
        formats.update(frame(frames[0], WIDE, 0.0))
        formats.update(FrameSample(np.zeros((576, 768, 3), np.uint8), NOBODY, 100.0))
        view = formats.view()
        assert view is not None
        assert not view.fits
        formats.update(frame(frames[11], FULL, 1200.0))
        view = formats.view()
        assert view is not None
        assert view.fits

    def test_other_pixels_are_no_other_format(self) -> None:
        frames = read_vtest(1)
        formats = FrameFormats()
        formats.update(frame(frames[0], FULL, 0.0))
        moved = formats.update(FrameSample(cv2.resize(frames[0], (320, 240)).astype(np.uint8), NOBODY, 100.0))
        assert formats.view() is None
        assert moved is not None
        assert np.allclose(moved, [[320 / 768, 0, 0], [0, 240 / 576, 0]])

    def test_frames_that_change_again_and_again_are_not_compared_each_time(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls: list[int] = []

        def count(*_: object) -> None:
            calls.append(1)

        monkeypatch.setattr("server.vision.frame_format.register", count)
        frames = read_vtest(1)
        formats = FrameFormats()
        for at in range(40):
            formats.update(frame(frames[0], (WIDE, FULL)[at % 2], at * 100.0))
        assert len(calls) <= 12  # of 39 changes in 4 s


def test_pictures_of_two_places_do_not_fit() -> None:
    frame = read_vtest(1)[0]
    other = np.ascontiguousarray(frame[:, ::-1])
    assert register(frame, other, NOBODY, NOBODY) is None


def update(pipeline: Pipeline, image: Image, start: float) -> Tracks:
    """Who is there after two seconds in which nobody moves."""
    return [pipeline.process_image(image, start + at * 100.0) for at in range(20)][-1]


def test_people_who_stand_still_stay_who_they_are(vision: Vision) -> None:
    """Through 16:9, 4:3, portrait and back; who is outside a format for too long may be somebody else in the next."""
    frame = read_vtest(1)[0]
    pipeline = vision.open()
    wide, full = cut(frame, WIDE), cut(frame, FULL)
    first = update(pipeline, wide, 0.0)
    assert len(first.people) >= 3
    second = update(pipeline, full, 2000.0)
    assert second.view is not None
    assert second.view.fits
    known = {person.id: person.box_norm for person in first.people}
    kept = [person for person in second.people if person.id in known]
    assert len(kept) == len(known)
    for person in kept:
        left, top, right, bottom = person.box_norm
        there = expected(FULL, WIDE, [(left, top), (right, bottom)]).ravel()
        # In 16:9 the lower edge cuts people off.
        assert np.allclose(there[:3], known[person.id][:3], atol=0.03)
    tall = update(pipeline, cut(frame, TALL), 4000.0)
    assert {person.id for person in tall.people} <= {person.id for person in second.people}
    again = update(pipeline, wide, 6000.0)
    assert again.view is None
    assert {person.id for person in again.people} & known.keys() >= {person.id for person in tall.people} & known.keys()
