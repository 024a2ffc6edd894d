"""Count uncertainty, derived from detection scores and tracks.

A count has three sources of error: false positives, occluded people and missed people. Low scores indicate the
first, tracks without a detection the second. The third follows from people near the detection limit: each person
found with probability r stands for 1/r people (Horvitz and Thompson 1952).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.core.certainty import Certainty, count_range
from server.vision.boxes import coverage, iou
from server.vision.detections import Detections
from server.vision.observations import Observation, OccludedTracks

Array = NDArray[np.float64]

STRICT, LENIENT = (0.35, 0.7), (0.2, 0.6)
"""Mean scores of a track that map to probabilities 0 and 1 of being a person. Detectors are not calibrated: at a
score of 0.3, nearly all are people in some recordings; in others, half of those at 0.5 are not. So the range
extends from the lower end of the strict mapping to the upper end of the lenient one."""
MAX_PROBABILITY = 0.995
SCORE_EXPONENT = 1.5
"""Exponent applied to the scores of untracked detections in uncrowded scenes, where weak scores are mostly false
positives. In a saturated scene they are people."""
SCORE_MEMORY_S = 1.0
"""Time constant of a track's mean score, seconds."""
PERSISTENCE, PERSISTENCE_S = 0.7, 3.0
"""Probability that an undetected known person is still there, and its decay time, seconds."""
UNDETECTABLE_PX, DETECTABLE_PX = 16.0, 48.0
"""Heights in the detector's input at which almost no or almost all people are found, pixels: two and six cells of
its finest grid (8 pixels)."""
MIN_DETECTION_RATE = 0.33
"""Minimum detection probability, so that no person stands for more than three."""
OCCLUSION_LOSS = 0.15
"""Reduction of the detection probability for a fully occluded person."""
MAX_KNOWN_IOU = 0.3
"""A detection whose IoU with all known people is below this belongs to another person."""
MIN_TRACE_SCORE = 0.1
"""Minimum score of an uncounted detection that indicates a crowd; lower scores are noise."""
SATURATED, SATURATED_FROM = 0.2, 2.0
"""Minimum share and number of missing people at which a scene is saturated."""
MISSING_MEMORY_S = 2.0
"""Time constant of the missing share, seconds, to keep the flag from flickering."""


class CountUncertainty:
    """Estimates the uncertainty of one stream's counts."""

    def __init__(self) -> None:
        self._scores: dict[int, float] = {}
        self._t = 0.0
        self._missing = 0.0
        self._saturated = False

    def estimate(
        self,
        observations: Sequence[Observation],
        occluded: OccludedTracks,
        detections: Detections,
        scale: float,
        t: float,
    ) -> Certainty:
        """Process a frame and return the uncertainty of its count.

        Parameters
        ----------
        observations : sequence of Observation
            Tracked people that are counted.
        occluded : OccludedTracks
        detections : Detections
            All detections, including weak ones.
        scale : float
            Scale from frame pixels to detector input pixels.
        t : float
            Capture time, milliseconds.
        """
        seconds, self._t = max(0.0, t - self._t) / 1000, t
        boxes = np.array([person.box_xyxy for person in observations], np.float64).reshape(-1, 4)
        scores = self._mean_scores(observations, seconds)
        strict, lenient = _person_probability(scores, *STRICT), _person_probability(scores, *LENIENT)
        found = _detection_rate(boxes, scale)
        missed = (1 - found) / found
        traces = _untracked_scores(detections, np.vstack([boxes, occluded.xyxy]))
        missing = float((strict * missed).sum()) + float(traces[traces >= MIN_TRACE_SCORE].sum())
        self._update_saturation(missing, len(observations), seconds)
        chances = traces if self._saturated else traces**SCORE_EXPONENT
        others = np.concatenate([PERSISTENCE * np.exp(-occluded.unseen_s / PERSISTENCE_S), chances])
        low, _ = count_range(strict, others, float((strict * missed).sum()))
        _, high = count_range(lenient, others, float((lenient * missed).sum()))
        return Certainty(low, high, self._saturated)

    def _mean_scores(self, observations: Sequence[Observation], seconds: float) -> Array:
        """Return the exponentially smoothed score of each counted person, (n,)."""
        old = float(np.exp(-seconds / SCORE_MEMORY_S))
        self._scores = {
            person.id: old * self._scores.get(person.id, person.score) + (1 - old) * person.score
            for person in observations
        }
        return np.fromiter(self._scores.values(), np.float64, len(observations))

    def _update_saturation(self, missing: float, count: int, seconds: float) -> None:
        """Smooth the missing share and update the saturation flag, with hysteresis."""
        share = missing / (count + missing) if count + missing >= SATURATED_FROM else 0.0
        share = share if missing >= SATURATED_FROM else 0.0
        old = float(np.exp(-seconds / MISSING_MEMORY_S))
        self._missing = old * self._missing + (1 - old) * share
        self._saturated = self._missing >= (SATURATED * 0.75 if self._saturated else SATURATED)


def _person_probability(scores: Array, zero_at: float, one_at: float) -> Array:
    """Return the probability that each is a person, (n,)."""
    probability: Array = np.clip((scores - zero_at) / (one_at - zero_at), 0.0, MAX_PROBABILITY)
    return probability


def _detection_rate(boxes_xyxy: Array, scale: float) -> Array:
    """Return the detection probability of people of these sizes and occlusions, (n,)."""
    heights = (boxes_xyxy[:, 3] - boxes_xyxy[:, 1]) * scale
    covered = coverage(boxes_xyxy, boxes_xyxy)
    np.fill_diagonal(covered, 0.0)
    by_size = np.clip((heights - UNDETECTABLE_PX) / (DETECTABLE_PX - UNDETECTABLE_PX), MIN_DETECTION_RATE, 1.0)
    found: Array = by_size * (1.0 - OCCLUSION_LOSS * covered.max(axis=1, initial=0.0))
    return found


def _untracked_scores(detections: Detections, known_xyxy: Array) -> Array:
    """Return the scores of detections that do not belong to known people."""
    nearest = iou(detections.xyxy, known_xyxy).max(axis=1, initial=0.0)
    traces: Array = detections.scores[nearest < MAX_KNOWN_IOU]
    return traces
