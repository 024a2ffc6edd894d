"""A camera in a hand: how it moved, and who is who nevertheless."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from bench.score import score
from server.vision.camera_motion import CameraMotion
from server.vision.detections import Detections
from server.vision.motion import Motion
from server.vision.tracker import Tracker
from server.vision.vision import Vision
from tests.media import read_vtest

FRAMES, START = 60, 150
WIDTH, HEIGHT, MARGIN = 576, 416, 80
"""Pixels: a window that wanders over the recording, and how far."""
NOBODY = np.zeros((0, 4))


def shaken(image: NDArray[np.uint8], left: int, top: int) -> NDArray[np.uint8]:
    """What the moving camera sees."""
    return np.ascontiguousarray(image[top : top + HEIGHT, left : left + WIDTH])


def wander(frames: int) -> NDArray[np.intp]:
    """Left and top of the window in each frame: a hand that shakes, several times a second."""
    random, place, speed, path = np.random.default_rng(3), np.zeros(2), np.zeros(2), []
    for _ in range(frames):
        speed = 0.8 * speed + random.normal(0, 8, 2)
        place = 0.95 * (place + speed)
        path.append(np.clip(place, -MARGIN, MARGIN) + MARGIN)
    return np.round(path).astype(np.intp)


@pytest.mark.parametrize(
    ("turn", "zoom", "shift"), [(0.0, 1.0, (14, -9)), (2.0, 1.0, (0, 0)), (0.0, 1.05, (5, 5)), (-3.0, 0.97, (-20, 8))]
)
def test_it_finds_how_the_picture_moved(turn: float, zoom: float, shift: tuple[float, float]) -> None:
    before = read_vtest(1, START)[0]
    height, width = before.shape[:2]
    true = cv2.getRotationMatrix2D((width / 2, height / 2), turn, zoom)
    true[:, 2] += shift
    now = cv2.warpAffine(before, true, (width, height), borderMode=cv2.BORDER_REFLECT).astype(np.uint8, copy=False)
    camera = CameraMotion()
    assert camera.update(before, NOBODY) is None
    moved = camera.update(now, NOBODY)
    assert moved is not None
    corners = np.array([[100, 100, 1], [650, 100, 1], [100, 480, 1], [650, 480, 1]])
    assert np.abs(corners @ (moved - true).T).max() < 2


def test_a_camera_on_a_tripod_is_left_alone() -> None:
    camera = CameraMotion()
    assert all(camera.update(image, NOBODY) is None for image in read_vtest(20, START))


def test_a_scene_without_anything_to_hold_on_to() -> None:
    camera = CameraMotion()
    for level in (60, 120, 60):
        assert camera.update(np.full((480, 640, 3), level, np.uint8), NOBODY) is None


def test_people_move_with_the_picture() -> None:
    motion = Motion.start(np.array([[10.0, 20, 30, 80]]), np.array([0.9]))
    motion.velocity[:] = (10, 0)
    motion.move(np.array([[0.0, -2, 100], [2, 0, 0]]))  # a quarter turn, twice as large, shifted
    assert motion.xywh.tolist() == [[0.0, 40.0, 120.0, 40.0]]  # lying
    assert motion.velocity.tolist() == [[0.0, 20.0]]


def test_a_shaking_hand_costs_fewer_identities(vision: Vision) -> None:
    """The recording on its tripod says who is who; the shaken one, tracked with and without the camera's motion."""
    images, path = read_vtest(FRAMES, START), wander(FRAMES)
    calm, with_motion, without = vision.open(), Tracker(vision.open().features), Tracker(vision.open().features)
    camera, truth, found, lost = CameraMotion(), {}, {}, {}
    for number, (image, (left, top)) in enumerate(zip(images, path.tolist(), strict=True), start=1):
        t, window = number * 1000 / 7, np.array([left, top, left, top])
        picture = shaken(image, left, top)
        detections = calm.detector.detect(picture)
        embeddings = calm.features.embed(picture, detections.xyxy)
        moved = camera.update(picture, detections.xyxy[detections.scores > 0.2])
        if moved is not None:
            with_motion.camera_moved(moved)
        for tracker, result in ((with_motion, found), (without, lost)):
            observations = tracker.update(Detections(detections.xyxy, detections.scores), embeddings, t, HEIGHT, WIDTH)
            result[number] = [(one.id, np.array(one.box_xyxy)) for one in observations]
        steady = calm.process_image(image, t)
        boxes = [(one.id, np.array(one.box_norm) * (768, 576, 768, 576) - window) for one in steady.people]
        inside = [(who, np.clip(box, 0, (WIDTH, HEIGHT) * 2)) for who, box in boxes]
        truth[number] = [(who, box) for who, box in inside if np.all(box[2:] - box[:2] > 20)]
    better, worse = score(truth, found, FRAMES), score(truth, lost, FRAMES)
    assert better["switches"] < worse["switches"], (better, worse)
    assert better["IDF1"] > worse["IDF1"]
