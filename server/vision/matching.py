"""Who took which detection: the three rounds of one frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.vision.association import GATE, assign, cut_by_edge, identity_costs, overlaps, same_height
from server.vision.detections import Detections
from server.vision.features import Features
from server.vision.people import People

SURE = 0.4
"""Detections from this score on may be anybody; weaker ones only continue somebody who is expected there."""
AWAY_S = 0.5
"""Seconds, beyond the frame interval, without a sure detection after which a person counts as away; unseen for longer,
weak detections continue nobody."""
COST = 0.55
"""Largest cost of an identity. A detection that does not even touch the expected box has to look the same within
0.17 of the cosine distance; one in its midst may look as different as another person."""
WEAK_OVERLAP = 0.3
"""Least overlap of a weak detection with the expected box."""
FAINT, FAINT_OVERLAP = 0.05, 0.4
"""Score below which a detection is a mere hint, and the overlap it needs: the fainter, the better it has to fit."""
HELD = 0.1
"""How well somebody has been seen lately (`People.strength`): below it weak detections continue nobody, and nobody is
reported: of the sightings of such people, one in six is a person. From 0.1 to 0.3 it
makes little difference to identities; above 0.1 half-hidden people are missed more often."""

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Scene:
    """One frame's detections as the matcher looks at them.

    Attributes
    ----------
    detections : Detections
    looks : ndarray of float32, shape (m, length)
    cut : ndarray of bool, shape (m,)
        Which boxes the frame's edge cuts.
    expected_xyxy : ndarray, shape (n, 4)
        Where the people are expected.
    unseen_s : ndarray, shape (n,)
        How long before the last frame each was seen, seconds; 0 for those seen in it.
    unsure_s : ndarray, shape (n,)
        The same for sure detections.
    """

    detections: Detections
    looks: NDArray[np.float32]
    cut: NDArray[np.bool_]
    expected_xyxy: NDArray[np.float64]
    unseen_s: NDArray[np.float64]
    unsure_s: NDArray[np.float64]


class Matcher:
    """Assigns detections to people: first identities, then tentative people, then weak detections.

    Parameters
    ----------
    features : Features
        What the looks are; their distances decide what looks alike.
    """

    def __init__(self, features: Features) -> None:
        self._different, self._reunite = features.different, features.reunite

    def match(
        self, people: People, detections: Detections, looks: NDArray[np.float32], before: float, size: tuple[int, int]
    ) -> Indices:
        """Return for each person the index of a detection, or -1.

        Parameters
        ----------
        people : People
            Predicted to this frame.
        detections : Detections
        looks : ndarray of float32, shape (m, length)
        before : float
            Time of the last frame, seconds.
        size : tuple of int
            Height and width of the frame, pixels.
        """
        scene = Scene(
            detections=detections,
            looks=looks,
            cut=cut_by_edge(detections.xyxy, *size),
            expected_xyxy=people.motion.boxes_xyxy(),
            unseen_s=np.maximum(0.0, before - people.seen),
            unsure_s=np.maximum(0.0, before - people.sure),
        )
        matches = np.full(len(people), -1, np.intp)
        sure, weak = np.flatnonzero(detections.scores >= SURE), np.flatnonzero(detections.scores < SURE)
        known, tentative = np.flatnonzero(people.confirmed), np.flatnonzero(~people.confirmed)

        rows, columns = assign(self._identity_costs(people, known, scene, sure), COST)
        matches[known[rows]] = sure[columns]

        rest = np.setdiff1d(sure, matches)
        rows, columns = assign(self._identity_costs(people, tentative, scene, rest), COST)
        matches[tentative[rows]] = rest[columns]

        # At the edge of the frame anything looks like a part of somebody: weak detections there hold nobody.
        weak = weak[~scene.cut[weak]]
        missed = np.flatnonzero((matches < 0) & (scene.unseen_s <= AWAY_S) & (people.strength >= HELD))
        rows, columns = assign(_position_costs(people, missed, scene, weak), 1.0)
        matches[missed[rows]] = weak[columns]
        return matches

    def _identity_costs(self, people: People, rows: Indices, scene: Scene, columns: Indices) -> NDArray[np.float64]:
        """Costs of taking sure detections for confirmed people, shape (len(rows), len(columns))."""
        boxes, scores = scene.detections.xyxy[columns], scene.detections.scores[columns]
        cut, expected_xyxy = scene.cut[columns], scene.expected_xyxy[rows]
        away = np.minimum(scene.unsure_s[rows] / AWAY_S, 1.0)
        shared = overlaps(expected_xyxy, boxes, cut)
        costs = identity_costs(
            people.motion.distances(rows, boxes, scores),
            shared,
            1 - (people.looks[rows] @ scene.looks[columns].T).astype(np.float64),
            away,
            self._different,
            self._reunite,
        )
        # Who was hidden is inside the frame: whoever is cut by its edge, and not where they are expected, just enters.
        enters = cut[None] & (shared <= 0) & (away >= 1)[:, None]
        possible = same_height(people.motion.xywh[rows, 3], boxes[:, 3] - boxes[:, 1], cut)
        costs[enters | ~possible] = np.inf
        return costs


def _position_costs(people: People, rows: Indices, scene: Scene, columns: Indices) -> NDArray[np.float64]:
    """Costs by position alone: 1 - overlap, inside the gate and from the least overlap on.

    Returns
    -------
    ndarray, shape (len(rows), len(columns))
    """
    boxes, scores = scene.detections.xyxy[columns], scene.detections.scores[columns]
    shared = overlaps(scene.expected_xyxy[rows], boxes, scene.cut[columns])
    fits = shared >= np.where(scores < FAINT, FAINT_OVERLAP, WEAK_OVERLAP)[None]
    return np.where(fits & (people.motion.distances(rows, boxes, scores) <= GATE), 1 - shared, np.inf)
