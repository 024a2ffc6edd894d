"""The people that a tracker knows of, as columns: one array operation serves all of them."""

from dataclasses import dataclass

import numpy as np
from deep_sort_realtime.deep_sort.track import TrackState
from numpy.typing import NDArray

from server.vision.motion import Motion

MEMORY_S = 0.5
"""Seconds after which a look has mostly been replaced by what was seen since."""

STRENGTH_S = 1.0
"""The same for how well somebody was seen."""
_COLUMNS = ("looks", "states", "ids", "evidence", "seen", "sure", "strength")


@dataclass(slots=True)
class People:
    """n people; every array's first axis is the person.

    Attributes
    ----------
    motion : Motion
        Where they are.
    looks : ndarray of float32, shape (n, length)
        How they look: decaying means of features, of length 1.
    states : ndarray of int, shape (n,)
        ``TrackState`` of deep-sort-realtime: tentative, confirmed, deleted.
    ids : ndarray of int, shape (n,)
        Identity; 0 while tentative.
    evidence : ndarray, shape (n,)
        Sum of the scores of all detections.
    seen : ndarray, shape (n,)
        Time of the last detection, seconds.
    sure : ndarray, shape (n,)
        Time of the last sure detection, seconds; `matching.SURE` says from which score on.
    strength : ndarray, shape (n,)
        How well they were seen lately: the last score, or the mean of the scores over about `STRENGTH_S` if that is
        better, with 0 for a frame without a detection. Of tentative people it is the best score.
    """

    motion: Motion
    looks: NDArray[np.float32]
    states: NDArray[np.intp]
    ids: NDArray[np.intp]
    evidence: NDArray[np.float64]
    seen: NDArray[np.float64]
    sure: NDArray[np.float64]
    strength: NDArray[np.float64]

    @classmethod
    def start(
        cls, boxes_xyxy: NDArray[np.float64], scores: NDArray[np.float64], looks: NDArray[np.float32], now: float
    ) -> "People":
        """Begin with detections; everybody is tentative."""
        n = len(scores)
        return cls(
            motion=Motion.start(boxes_xyxy, scores),
            looks=looks.copy(),
            states=np.full(n, TrackState.Tentative, np.intp),
            ids=np.zeros(n, np.intp),
            evidence=scores.copy(),
            seen=np.full(n, now),
            sure=np.full(n, now),
            strength=scores.copy(),
        )

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def confirmed(self) -> NDArray[np.bool_]:
        """Who has an identity."""
        mask: NDArray[np.bool_] = self.states == TrackState.Confirmed
        return mask

    def learn_looks(self, rows: NDArray[np.intp], looks: NDArray[np.float32], weights: NDArray[np.float64]) -> None:
        """Blend new features of shape (k, length) into the looks of the rows, by weights 0..1 of shape (k,)."""
        share = weights[:, None].astype(np.float32)
        blend = (1 - share) * self.looks[rows] + share * looks
        self.looks[rows] = blend / np.linalg.norm(blend, axis=1, keepdims=True)

    def note_scores(self, rows: NDArray[np.intp], scores: NDArray[np.float64], seconds: float) -> None:
        """Take scores of shape (k,) of the rows into `strength`, and 0 of all others, after so many seconds."""
        seen = np.zeros(len(self))
        seen[rows] = scores
        old = np.exp(-seconds / STRENGTH_S)
        mean = old * self.strength + (1 - old) * seen
        self.strength = np.maximum(seen, np.where(self.confirmed, mean, self.strength))

    def drop_deleted(self) -> None:
        """Forget whoever's state is deleted; what is kept of a person goes with them."""
        mask = self.states != TrackState.Deleted
        if mask.all():
            return
        self.motion.keep(mask)
        for name in _COLUMNS:
            setattr(self, name, getattr(self, name)[mask])

    def append(self, other: "People") -> None:
        """Add people at the end."""
        self.motion.append(other.motion)
        for name in _COLUMNS:
            setattr(self, name, np.concatenate([getattr(self, name), getattr(other, name)]))
