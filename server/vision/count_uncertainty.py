"""How far a stream's count may be off, from what the detector and the tracker are not sure of.

Three things make a count wrong: something is counted that is nobody, somebody known is hidden for a moment, and
somebody is never found. The first shows in low scores, the second in people who are expected and not seen, the third
in people at the limit of detection: where some of a size are found, others of that size are not (Horvitz and Thompson
1952: each who is found with probability r stands for 1/r).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.core.certainty import Certainty, count_range
from server.vision.boxes import coverage, iou
from server.vision.detections import Detections
from server.vision.observations import OccludedTracks, Sighting

Array = NDArray[np.float64]

STRICT, LENIENT = (0.35, 0.7), (0.2, 0.6)
"""Mean scores of somebody who is followed, from which on nobody and everybody is a person. Detectors are not
calibrated: on some recordings nearly all at 0.3 are people, on others half of those at 0.5. So there are two readings;
the range reaches from what the strict one says at least to what the lenient one says at most."""
SURE_ENOUGH = 0.995
TRUST = 1.5
"""Where nobody else is about, a weak score promises more than it keeps: its chance is this power of it. In a saturated
scene it is somebody."""
SCORE_MEMORY_S = 1.0
"""Seconds after which a person's mean score has mostly been replaced."""
STAYS, STAYS_S = 0.7, 3.0
"""Probability that somebody known who is not seen is still there, and the seconds in which it fades."""
NEVER_PX, ALWAYS_PX = 16.0, 48.0
"""Heights in the detector's input at which nearly nobody and nearly everybody is found: two and six cells of
its finest grid (8 pixels)."""
RAREST = 0.33
"""Least probability of being found that is reckoned with: nobody stands for more than three."""
CROWDED = 0.15
"""How much rarer somebody is found who is covered altogether by others."""
APART = 0.3
"""A detection that overlaps a known person by less is a trace of somebody else."""
TRACE = 0.1
"""Score from which on a detection that nobody is counted for hints at a crowd; below there is noise everywhere."""
SATURATED, SATURATED_FROM = 0.2, 2.0
"""Missing share of the people, and number of them, that count as probably undercounting."""
CALM_S = 2.0
"""Seconds over which the missing share is averaged: a flag that flickers helps nobody."""


class CountUncertainty:
    """Judges the counts of one stream."""

    def __init__(self) -> None:
        self._scores: dict[int, float] = {}
        self._t = 0.0
        self._missing = 0.0
        self._saturated = False

    def judge(
        self, sightings: Sequence[Sighting], hidden: OccludedTracks, detections: Detections, scale: float, t: float
    ) -> Certainty:
        """Take in a frame.

        Parameters
        ----------
        sightings : sequence of Sighting
            Whom the tracker counts.
        hidden : OccludedTracks
        detections : Detections
            All, weak ones included.
        scale : float
            Pixels of the detector's input for one of the frame.
        t : float
            Capture time, milliseconds.
        """
        seconds, self._t = max(0.0, t - self._t) / 1000, t
        boxes = np.array([person.box_xyxy for person in sightings], np.float64).reshape(-1, 4)
        scores = self._mean_scores(sightings, seconds)
        strict, lenient = _likely(scores, *STRICT), _likely(scores, *LENIENT)
        found = _found(boxes, scale)
        missed = (1 - found) / found
        traces = _traces(detections, np.vstack([boxes, hidden.xyxy]))
        missing = float((strict * missed).sum()) + float(traces[traces >= TRACE].sum())
        self._note_missing(missing, len(sightings), seconds)
        chances = traces if self._saturated else traces**TRUST
        others = np.concatenate([STAYS * np.exp(-hidden.unseen_s / STAYS_S), chances])
        low, _ = count_range(strict, others, float((strict * missed).sum()))
        _, high = count_range(lenient, others, float((lenient * missed).sum()))
        return Certainty(low, high, self._saturated)

    def _mean_scores(self, sightings: Sequence[Sighting], seconds: float) -> Array:
        """Mean score of each of the counted, shape (n,), mostly of the last second."""
        old = float(np.exp(-seconds / SCORE_MEMORY_S))
        self._scores = {
            person.id: old * self._scores.get(person.id, person.score) + (1 - old) * person.score
            for person in sightings
        }
        return np.fromiter(self._scores.values(), np.float64, len(sightings))

    def _note_missing(self, missing: float, count: int, seconds: float) -> None:
        """Average what is missing, and say so with some inertia."""
        share = missing / (count + missing) if count + missing >= SATURATED_FROM else 0.0
        share = share if missing >= SATURATED_FROM else 0.0
        old = float(np.exp(-seconds / CALM_S))
        self._missing = old * self._missing + (1 - old) * share
        self._saturated = self._missing >= (SATURATED * 0.75 if self._saturated else SATURATED)


def _likely(scores: Array, nobody: float, everybody: float) -> Array:
    """Probability, shape (n,), that each is a person."""
    likely: Array = np.clip((scores - nobody) / (everybody - nobody), 0.0, SURE_ENOUGH)
    return likely


def _found(boxes_xyxy: Array, scale: float) -> Array:
    """Probability, shape (n,), that a person of that size among those others is found."""
    heights = (boxes_xyxy[:, 3] - boxes_xyxy[:, 1]) * scale
    covered = coverage(boxes_xyxy, boxes_xyxy)
    np.fill_diagonal(covered, 0.0)
    by_size = np.clip((heights - NEVER_PX) / (ALWAYS_PX - NEVER_PX), RAREST, 1.0)
    found: Array = by_size * (1.0 - CROWDED * covered.max(axis=1, initial=0.0))
    return found


def _traces(detections: Detections, known_xyxy: Array) -> Array:
    """Scores of the detections that are nobody who is known."""
    nearest = iou(detections.xyxy, known_xyxy).max(axis=1, initial=0.0)
    traces: Array = detections.scores[nearest < APART]
    return traces
