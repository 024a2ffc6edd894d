"""The tracks of a stream as a structure of arrays, so that one array operation serves all of them."""

from dataclasses import dataclass

import numpy as np
from deep_sort_realtime.deep_sort.track import TrackState
from numpy.typing import NDArray

from server.vision.motion import Motion

MEMORY_S = 0.5
"""Time constant of the appearance embedding, seconds."""

STRENGTH_S = 1.0
"""Time constant of the track strength, seconds."""
_COLUMNS = ("embeddings", "states", "ids", "evidence", "seen", "confident_t", "strength")


@dataclass(slots=True)
class People:
    """n tracks; the first axis of every array is the track.

    Attributes
    ----------
    motion : Motion
        Kalman filter states.
    embeddings : ndarray of float32, shape (n, length)
        Unit appearance embeddings, exponential moving averages.
    states : ndarray of int, shape (n,)
        ``TrackState`` of deep-sort-realtime: tentative, confirmed, deleted.
    ids : ndarray of int, shape (n,)
        Track IDs; 0 while tentative.
    evidence : ndarray, shape (n,)
        Sum of the scores of all detections.
    seen : ndarray, shape (n,)
        Time of the last detection, seconds.
    confident_t : ndarray, shape (n,)
        Time of the last confident detection (`matching.CONFIDENT_SCORE`), seconds.
    strength : ndarray, shape (n,)
        Recent strength: the larger of the last score and the mean score over about `STRENGTH_S`, where frames without
        a detection score 0. For tentative tracks it is the best score.
    """

    motion: Motion
    embeddings: NDArray[np.float32]
    states: NDArray[np.intp]
    ids: NDArray[np.intp]
    evidence: NDArray[np.float64]
    seen: NDArray[np.float64]
    confident_t: NDArray[np.float64]
    strength: NDArray[np.float64]

    @classmethod
    def start(
        cls, boxes_xyxy: NDArray[np.float64], scores: NDArray[np.float64], embeddings: NDArray[np.float32], now: float
    ) -> "People":
        """Start tentative tracks from detections at time `now`, seconds."""
        n = len(scores)
        return cls(
            motion=Motion.start(boxes_xyxy, scores),
            embeddings=embeddings.copy(),
            states=np.full(n, TrackState.Tentative, np.intp),
            ids=np.zeros(n, np.intp),
            evidence=scores.copy(),
            seen=np.full(n, now),
            confident_t=np.full(n, now),
            strength=scores.copy(),
        )

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def confirmed(self) -> NDArray[np.bool_]:
        """Mask of the confirmed tracks, (n,)."""
        mask: NDArray[np.bool_] = self.states == TrackState.Confirmed
        return mask

    def update_embeddings(
        self, rows: NDArray[np.intp], embeddings: NDArray[np.float32], weights: NDArray[np.float64]
    ) -> None:
        """Blend new embeddings, (k, length), into those of the rows, with weights 0..1, (k,)."""
        share = weights[:, None].astype(np.float32)
        blend = (1 - share) * self.embeddings[rows] + share * embeddings
        self.embeddings[rows] = blend / np.linalg.norm(blend, axis=1, keepdims=True)

    def update_strength(self, rows: NDArray[np.intp], scores: NDArray[np.float64], seconds: float) -> None:
        """Update `strength` with the scores, (k,), of the rows, and 0 for all others, `seconds` after the previous
        frame."""
        seen = np.zeros(len(self))
        seen[rows] = scores
        old = np.exp(-seconds / STRENGTH_S)
        mean = old * self.strength + (1 - old) * seen
        self.strength = np.maximum(seen, np.where(self.confirmed, mean, self.strength))

    def drop_deleted(self) -> None:
        """Remove deleted tracks with all their state."""
        mask = self.states != TrackState.Deleted
        if mask.all():
            return
        self.motion.keep(mask)
        for name in _COLUMNS:
            setattr(self, name, getattr(self, name)[mask])

    def append(self, other: "People") -> None:
        """Append tracks."""
        self.motion.append(other.motion)
        for name in _COLUMNS:
            setattr(self, name, np.concatenate([getattr(self, name), getattr(other, name)]))
