"""A camera that travels magnifies what lies ahead; one that stands, turns or shakes does not."""

import cv2
import numpy as np
import pytest

from server.vision.camera_motion import Affine, CameraMotion
from server.vision.travel import Travel
from tests.media import read_vtest
from tests.vision.test_tracker import Stage


def similarity(scale: float, shift: tuple[float, float] = (0.0, 0.0)) -> Affine:
    """Magnification and shift of a picture."""
    return np.array([[scale, 0.0, shift[0]], [0.0, scale, shift[1]]])


@pytest.mark.parametrize("fps", [3, 14, 30])
def test_a_walk_ahead_is_travel_at_any_rate_and_ends(fps: int) -> None:
    """Eight per cent a second: a walk towards houses that are 17 m away."""
    travel = Travel()
    ahead = [travel.update(similarity(1.08 ** (1 / fps)), 1000 * n / fps) for n in range(3 * fps)]
    assert not ahead[0]
    assert all(ahead[fps:])
    still = [travel.update(None, 3000 + 1000 * n / fps) for n in range(3 * fps)]
    assert not any(still[-fps:])


def test_turning_and_shaking_are_no_travel() -> None:
    turning, shaking, random = Travel(), Travel(), np.random.default_rng(0)
    for n in range(100):
        assert not turning.update(similarity(1.0, (25.0, 3.0)), n * 100.0)
        shift = tuple(random.normal(0, 12, 2))
        assert not shaking.update(similarity(1 + random.normal(0, 0.002), shift), n * 100.0)


def test_a_slow_walk_at_thirty_frames_a_second_is_seen_in_the_pictures() -> None:
    """From frame to frame the picture moves by less than what is told from noise."""
    picture, camera, travel, grown, travels = read_vtest(1)[0], CameraMotion(), Travel(), 1.0, False
    height, width = picture.shape[:2]
    for n in range(60):
        ahead = cv2.getRotationMatrix2D((width / 2, height / 2), 0, 1.05 ** (n / 30))
        seen = cv2.warpAffine(picture, ahead, (width, height)).astype(np.uint8, copy=False)
        moved = camera.update(seen, np.zeros((0, 4)))
        travels = travel.update(moved, n * 1000 / 30)
        grown *= 1.0 if moved is None else float(np.sqrt(np.linalg.det(moved[:, :2])))
    assert travels
    assert grown == pytest.approx(1.05 ** (59 / 30), abs=0.01)


def test_frames_at_one_time_are_taken() -> None:
    travel = Travel()
    assert not any(travel.update(similarity(1.05), 100.0) for _ in range(5))


@pytest.mark.parametrize("travels", [False, True])
def test_who_is_hidden_from_a_camera_that_travels_is_passed_by(travels: bool) -> None:
    """One that stands waits for them."""
    stage = Stage()
    before = stage.repeat(10, (0, 300, 300))
    stage.tracker.camera_travels(travels)
    stage.repeat(8)
    after = stage.repeat(5, (0, 300, 300))
    assert (after != before) == travels


def test_a_trace_keeps_nobody_before_a_camera_that_travels() -> None:
    """The ground behind somebody who has been passed looks a little like a person for a second."""
    stage = Stage()
    stage.repeat(10, (0, 300, 300))
    stage.tracker.camera_travels(True)
    seen = [bool(stage.show((0, 300, 300), score=0.3)) for _ in range(8)]
    assert all(seen[:4])
    assert not any(seen[6:])
