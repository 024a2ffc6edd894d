"""The filter for many boxes against a textbook filter for one."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import expm

from server.vision import motion
from server.vision.motion import Motion, noise, to_xywh

Array = NDArray[np.float64]


def box(x: float, y: float, height: float) -> Array:
    """A box of shape (1, 4) with this centre; half as wide as high."""
    return np.array([[x - height / 4, y - height / 2, x + height / 4, y + height / 2]])


class TextbookFilter:
    """Position and velocity of one axis with 2 × 2 matrices (Kalman 1960), in continuous time (Van Loan 1978)."""

    def __init__(self, position: float, height: float, score: float) -> None:
        self.height = height
        self.state = np.array([position, 0.0])
        self.covariance = np.diag([self.noise(score), (motion.INITIAL_SPEED * height) ** 2])

    def noise(self, score: float) -> float:
        return float(noise(np.array([self.height]), np.array([score]), motion.POSITION_NOISE)[0])

    def predict(self, seconds: float) -> None:
        flow = np.array([[0.0, 1.0], [0.0, -1.0 / motion.VELOCITY_DECAY_S]])
        density = np.diag([0.0, (motion.ACCELERATION * self.height) ** 2])
        both = expm(np.block([[-flow, density], [np.zeros((2, 2)), flow.T]]) * seconds)
        step = both[2:, 2:].T
        self.state = step @ self.state
        self.covariance = step @ self.covariance @ step.T + step @ both[:2, 2:]

    def correct(self, position: float, score: float) -> None:
        innovation = self.covariance[0, 0] + self.noise(score)
        gain = self.covariance[:, 0] / innovation
        self.state = self.state + gain * (position - self.state[0])
        self.covariance = self.covariance - np.outer(gain, self.covariance[0])


def test_agrees_with_the_textbook() -> None:
    rng = np.random.default_rng(1)
    tracked = Motion.start(box(100, 200, 80), np.array([0.9]))
    x, y = TextbookFilter(100, 80, 0.9), TextbookFilter(200, 80, 0.9)
    row = np.array([0])
    for _ in range(50):
        seconds, score = rng.uniform(0.03, 0.6), rng.uniform(0.4, 1.0)
        at = x.state[0] + rng.normal(0, 5), y.state[0] + rng.normal(0, 5)
        tracked.predict(seconds)
        tracked.correct(row, box(*at, 80), np.array([score]))
        for axis, reference in enumerate((x, y)):
            reference.predict(seconds)
            reference.correct(at[axis], score)
            assert tracked.xywh[0, axis] == pytest.approx(reference.state[0])
            assert tracked.velocity[0, axis] == pytest.approx(reference.state[1])
            assert tracked.spread[0] == pytest.approx(reference.covariance[np.triu_indices(2)])
        assert tracked.xywh[0, 2:] == pytest.approx([40, 80])


@pytest.mark.parametrize("fps", [2, 7, 30])
def test_a_walk_is_learnt_at_any_frame_rate(fps: int) -> None:
    tracked = Motion.start(box(0, 100, 80), np.array([0.9]))
    for frame in range(1, 3 * fps):
        tracked.predict(1 / fps)
        tracked.correct(np.array([0]), box(60 * frame / fps, 100, 80), np.array([0.9]))
    assert tracked.velocity[0, 0] == pytest.approx(60, rel=0.15)
    assert tracked.velocity[0, 1] == pytest.approx(0, abs=1)


@pytest.mark.parametrize(("seconds", "steps"), [(0.1, 2), (3.0, 90), (5.0, 150)])
def test_many_short_steps_are_one_long_step(seconds: float, steps: int) -> None:
    """Where somebody is expected after a gap must not depend on how many frames there were in it."""
    once, often = (Motion.start(box(0, 0, 80), np.array([0.9])) for _ in range(2))
    for tracked in (once, often):
        tracked.velocity[:] = (100.0, -20.0)
    once.predict(seconds)
    for _ in range(steps):
        often.predict(seconds / steps)
    assert often.xywh == pytest.approx(once.xywh)
    assert often.velocity == pytest.approx(once.velocity)
    assert often.spread == pytest.approx(once.spread)


def test_large_and_small_people_are_alike() -> None:
    """What is measured in heights must not depend on the camera's resolution."""
    small, large = Motion.start(box(0, 0, 50), np.array([0.7])), Motion.start(box(0, 0, 500), np.array([0.7]))
    for tracked, scale in ((small, 1), (large, 10)):
        tracked.predict(0.2)
        tracked.correct(np.array([0]), box(10 * scale, 5 * scale, 50 * scale), np.array([0.7]))
    assert large.xywh == pytest.approx(small.xywh * 10)
    both = small.distances(np.array([0]), box(20, 5, 50), np.array([0.5]))
    assert large.distances(np.array([0]), box(200, 50, 500), np.array([0.5])) == pytest.approx(both)


def test_weak_detections_pull_less() -> None:
    weak, strong = (Motion.start(box(0, 0, 80), np.array([0.9])) for _ in range(2))
    for tracked, score in ((weak, 0.2), (strong, 0.9)):
        tracked.predict(0.1)
        tracked.correct(np.array([0]), box(10, 0, 80), np.array([score]))
    assert 0 < weak.xywh[0, 0] < strong.xywh[0, 0] < 10


def test_to_xywh_inverts_boxes() -> None:
    boxes = np.array([[1.0, 2.0, 5.0, 10.0], [0.0, 0.0, 3.0, 7.0]])
    assert Motion.start(boxes, np.array([0.5, 0.5])).boxes_xyxy() == pytest.approx(boxes)
    assert to_xywh(boxes)[0].tolist() == [3.0, 6.0, 4.0, 8.0]
