"""A vectorised Kalman filter for boxes, in seconds and fractions of a person's height.

The centre has a velocity with exponential decay, driven by white-noise acceleration. Source: Bar-Shalom, Li,
Kirubarajan, "Estimation with Applications to Tracking and Navigation", 2001, sections 6.2.2 and 8.2.3. The model is
integrated exactly, so one long step equals many short ones. Width and height follow a random walk. Both axes share
one covariance, because their noise is the same fraction of the height. A track therefore needs six numbers instead
of DeepSORT's 8 × 8.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ACCELERATION = 0.6
"""Acceleration noise, heights per s^1.5: a person of 1.7 m changes speed by 1 m/s within a second."""
VELOCITY_DECAY_S = 3.0
"""Time constant of the velocity, seconds: an undetected person is expected to have changed course."""
INITIAL_SPEED = 0.8
"""Standard deviation of a new track's velocity, heights per second; walking speed is 1.4 m/s."""
POSITION_NOISE = 0.06
"""Standard deviation of a confident detection's centre, heights. With 0.055, HOTA on PETS09-S2L1 rises from 0.652 to
0.654, and IDF1 on MOT17-09 falls from 0.652 to 0.634."""
SIZE_NOISE = 0.05
"""Standard deviation of a confident detection's width and height, heights."""
SIZE_DRIFT = 0.15
"""Random-walk noise of the size, heights per s^0.5: limbs swing, people turn and approach."""
SCORE_NOISE = 2.0
"""Noise of a detection with score s is scaled by 1 + SCORE_NOISE · (1 - s): weak scores often come from occluded
people."""


@dataclass(slots=True)
class Motion:
    """Filter states of n boxes; the first axis of every array is the box.

    Attributes
    ----------
    xywh : ndarray, shape (n, 4)
        Centre x, centre y, width, height, pixels.
    velocity : ndarray, shape (n, 2)
        Pixels per second.
    spread : ndarray, shape (n, 3)
        Variance of position, covariance of position and velocity, variance of velocity; equal for x and y.
    size_spread : ndarray, shape (n,)
        Variance of width and height, squared pixels.
    """

    xywh: Array
    velocity: Array
    spread: Array
    size_spread: Array

    @classmethod
    def start(cls, boxes_xyxy: Array, scores: Array) -> "Motion":
        """Initialise with detections: boxes (n, 4), pixels, and scores (n,)."""
        xywh = to_xywh(boxes_xyxy)
        height = xywh[:, 3]
        speed = (INITIAL_SPEED * height) ** 2
        spread = np.stack([noise(height, scores, POSITION_NOISE), np.zeros_like(speed), speed], 1)
        return cls(xywh, np.zeros((len(xywh), 2)), spread, noise(height, scores, SIZE_NOISE))

    def boxes_xyxy(self) -> Array:
        """Return the boxes, shape (n, 4), pixels."""
        centre, half = self.xywh[:, :2], self.xywh[:, 2:] / 2
        return np.hstack([centre - half, centre + half])

    def move(self, affine: Array) -> None:
        """Transform the states into the new frame after a camera motion.

        `affine`, shape (2, 3), is a similarity, or scales the axes independently. After a quarter turn, width and
        height are swapped.
        """
        turn, shift = affine[:, :2], affine[:, 2]
        scale = float(np.sqrt(abs(np.linalg.det(turn))))
        self.xywh[:, :2] = self.xywh[:, :2] @ turn.T + shift
        lies = abs(turn[0, 1]) > abs(turn[0, 0])
        self.xywh[:, 2:] = self.xywh[:, [3, 2] if lies else [2, 3]] * np.linalg.norm(turn, axis=1)
        self.velocity = self.velocity @ turn.T
        self.spread = self.spread * scale**2
        self.size_spread = self.size_spread * scale**2

    def predict(self, seconds: float) -> None:
        """Predict the states `seconds` ahead."""
        height = self.xywh[:, 3]
        fade = np.exp(-seconds / VELOCITY_DECAY_S)
        reach = VELOCITY_DECAY_S * (1.0 - fade)  # distance at an initial velocity of 1 pixel/s
        density = (ACCELERATION * height) ** 2
        self.xywh[:, :2] += self.velocity * reach
        self.velocity *= fade
        position, both, speed = self.spread.T
        self.spread = np.stack(
            [
                position + 2 * reach * both + reach**2 * speed + density * _position_variance(seconds, fade),
                (both + reach * speed) * fade + density * reach**2 / 2,
                speed * fade**2 + density * VELOCITY_DECAY_S / 2 * (1.0 - fade**2),
            ],
            1,
        )
        self.size_spread = self.size_spread + (SIZE_DRIFT * height) ** 2 * seconds

    def distances(self, rows: NDArray[np.intp], boxes_xyxy: Array, scores: Array) -> Array:
        """Return squared Mahalanobis distances of centres, (len(rows), m); chi-squared with 2 degrees of freedom."""
        measured = to_xywh(boxes_xyxy)
        offsets = measured[None, :, :2] - self.xywh[rows, None, :2]
        variance = self.spread[rows, 0][:, None] + noise(measured[:, 3], scores, POSITION_NOISE)[None]
        distances: Array = (offsets**2).sum(2) / variance
        return distances

    def correct(self, rows: NDArray[np.intp], boxes_xyxy: Array, scores: Array) -> None:
        """Update the rows with one detection each."""
        measured = to_xywh(boxes_xyxy)
        position, both, speed = self.spread[rows].T
        innovation = position + noise(measured[:, 3], scores, POSITION_NOISE)
        gain, speed_gain = position / innovation, both / innovation
        offset = measured[:, :2] - self.xywh[rows, :2]
        self.xywh[rows, :2] += gain[:, None] * offset
        self.velocity[rows] += speed_gain[:, None] * offset
        self.spread[rows] = np.stack([(1 - gain) * position, (1 - gain) * both, speed - speed_gain * both], 1)
        size_spread = self.size_spread[rows]
        size_gain = size_spread / (size_spread + noise(measured[:, 3], scores, SIZE_NOISE))
        self.xywh[rows, 2:] += size_gain[:, None] * (measured[:, 2:] - self.xywh[rows, 2:])
        self.size_spread[rows] = (1 - size_gain) * size_spread

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Keep only the boxes of the mask."""
        self.xywh, self.velocity = self.xywh[mask], self.velocity[mask]
        self.spread, self.size_spread = self.spread[mask], self.size_spread[mask]

    def append(self, other: "Motion") -> None:
        """Append boxes."""
        self.xywh = np.vstack([self.xywh, other.xywh])
        self.velocity = np.vstack([self.velocity, other.velocity])
        self.spread = np.vstack([self.spread, other.spread])
        self.size_spread = np.concatenate([self.size_spread, other.size_spread])


def _position_variance(seconds: float, fade: float) -> float:
    """Return the position variance after `seconds` of unit white-noise acceleration (Ornstein and Uhlenbeck 1930).

    T² · (seconds - 2 · T · (1 - fade) + T / 2 · (1 - fade²)) with T = VELOCITY_DECAY_S. For short times this
    suffers from cancellation, so seconds³ / 3 is used.
    """
    if seconds < 0.001 * VELOCITY_DECAY_S:
        return seconds**3 / 3
    return VELOCITY_DECAY_S**2 * (seconds - 2 * VELOCITY_DECAY_S * (1 - fade) + VELOCITY_DECAY_S / 2 * (1 - fade**2))


def to_xywh(boxes_xyxy: Array) -> Array:
    """Convert boxes (n, 4) from xyxy to centre x, centre y, width, height."""
    first, last = boxes_xyxy[:, :2], boxes_xyxy[:, 2:]
    return np.hstack([(first + last) / 2, last - first])


def noise(heights: Array, scores: Array, fraction: float) -> Array:
    """Return the measurement variance of detections with these heights and scores, (n,)."""
    variance: Array = (fraction * heights * (1 + SCORE_NOISE * (1 - scores))) ** 2
    return variance
