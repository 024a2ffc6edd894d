"""Matching of detections to tracks, in three rounds per frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.vision.association import GATE, assign, cut_by_edge, identity_costs, overlaps, same_height
from server.vision.detections import Detections
from server.vision.features import Features
from server.vision.people import People

CONFIDENT_SCORE = 0.4
"""Minimum score of a confident detection. Weaker ones can only continue a track where a person is expected."""
AWAY_S = 0.5
"""Time without a confident detection, beyond the frame interval, after which a person counts as away, seconds. After
the same time without any detection, weak detections cannot continue the track."""
MAX_COST = 0.55
"""Maximum cost of a match. A detection without overlap needs a cosine distance below 0.17; one at the expected
position may have the appearance of another person."""
MIN_WEAK_OVERLAP = 0.3
"""Minimum overlap of a weak detection with the expected box."""
FAINT_SCORE, FAINT_OVERLAP = 0.05, 0.4
"""Score of very weak detections, and their minimum overlap: the weaker the score, the better the required fit."""
MIN_STRENGTH = 0.1
"""Minimum recent strength of a track (`People.strength`). Below it, weak detections cannot continue the track, and
it is not reported: of such observations, one in six is a person. Values from 0.1 to 0.3 hardly affect IDs; higher
ones miss more of the partly occluded people."""

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Scene:
    """The input of the matcher for one frame: m detections and n tracks.

    Attributes
    ----------
    detections : Detections
    embeddings : ndarray of float32, shape (m, length)
        Appearance embeddings of the detections.
    cut : ndarray of bool, shape (m,)
        Whether a box is truncated by the frame edge.
    expected_xyxy : ndarray, shape (n, 4)
        Predicted boxes of the tracks, pixels.
    unseen_s : ndarray, shape (n,)
        Time from the last detection to the previous frame, seconds; 0 if detected in it.
    unconfident_s : ndarray, shape (n,)
        The same for the last confident detection.
    """

    detections: Detections
    embeddings: NDArray[np.float32]
    cut: NDArray[np.bool_]
    expected_xyxy: NDArray[np.float64]
    unseen_s: NDArray[np.float64]
    unconfident_s: NDArray[np.float64]


class Matcher:
    """Assigns detections to tracks: first confirmed tracks, then tentative ones, then weak detections.

    Parameters
    ----------
    features : Features
        Provides the appearance thresholds.
    """

    def __init__(self, features: Features) -> None:
        self._different, self._reunite = features.different, features.reunite

    def match(
        self,
        people: People,
        detections: Detections,
        embeddings: NDArray[np.float32],
        before: float,
        size: tuple[int, int],
    ) -> Indices:
        """Return the index of the matching detection for each track, or -1; (n,).

        Parameters
        ----------
        people : People
            Tracks, predicted to this frame.
        detections : Detections
        embeddings : ndarray of float32, shape (m, length)
            Appearance embeddings of the detections.
        before : float
            Time of the previous frame, seconds.
        size : tuple of int
            Height and width of the frame, pixels.
        """
        scene = Scene(
            detections=detections,
            embeddings=embeddings,
            cut=cut_by_edge(detections.xyxy, *size),
            expected_xyxy=people.motion.boxes_xyxy(),
            unseen_s=np.maximum(0.0, before - people.seen),
            unconfident_s=np.maximum(0.0, before - people.confident_t),
        )
        matches = np.full(len(people), -1, np.intp)
        confident, weak = (
            np.flatnonzero(detections.scores >= CONFIDENT_SCORE),
            np.flatnonzero(detections.scores < CONFIDENT_SCORE),
        )
        known, tentative = np.flatnonzero(people.confirmed), np.flatnonzero(~people.confirmed)

        rows, columns = assign(self._identity_costs(people, known, scene, confident), MAX_COST)
        matches[known[rows]] = confident[columns]

        rest = np.setdiff1d(confident, matches)
        rows, columns = assign(self._identity_costs(people, tentative, scene, rest), MAX_COST)
        matches[tentative[rows]] = rest[columns]

        # Weak detections at the frame edge are too ambiguous to continue a track.
        weak = weak[~scene.cut[weak]]
        missed = np.flatnonzero((matches < 0) & (scene.unseen_s <= AWAY_S) & (people.strength >= MIN_STRENGTH))
        rows, columns = assign(_position_costs(people, missed, scene, weak), 1.0)
        matches[missed[rows]] = weak[columns]
        return matches

    def _identity_costs(self, people: People, rows: Indices, scene: Scene, columns: Indices) -> NDArray[np.float64]:
        """Return the costs of matching confident detections to tracks, shape (len(rows), len(columns))."""
        boxes, scores = scene.detections.xyxy[columns], scene.detections.scores[columns]
        cut, expected_xyxy = scene.cut[columns], scene.expected_xyxy[rows]
        away = np.minimum(scene.unconfident_s[rows] / AWAY_S, 1.0)
        shared = overlaps(expected_xyxy, boxes, cut)
        costs = identity_costs(
            people.motion.distances(rows, boxes, scores),
            shared,
            1 - (people.embeddings[rows] @ scene.embeddings[columns].T).astype(np.float64),
            away,
            self._different,
            self._reunite,
        )
        # An occluded person is inside the frame. A truncated box without overlap is an entering person.
        enters = cut[None] & (shared <= 0) & (away >= 1)[:, None]
        possible = same_height(people.motion.xywh[rows, 3], boxes[:, 3] - boxes[:, 1], cut)
        costs[enters | ~possible] = np.inf
        return costs


def _position_costs(people: People, rows: Indices, scene: Scene, columns: Indices) -> NDArray[np.float64]:
    """Return the costs by position alone: 1 - overlap, within the gate and above the minimum overlap.

    Returns
    -------
    ndarray, shape (len(rows), len(columns))
    """
    boxes, scores = scene.detections.xyxy[columns], scene.detections.scores[columns]
    shared = overlaps(scene.expected_xyxy[rows], boxes, scene.cut[columns])
    fits = shared >= np.where(scores < FAINT_SCORE, FAINT_OVERLAP, MIN_WEAK_OVERLAP)[None]
    return np.where(fits & (people.motion.distances(rows, boxes, scores) <= GATE), 1 - shared, np.inf)
