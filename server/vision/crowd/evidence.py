"""Evidence that a scene is crowded: people found by closer looks but not by the usual look, and texture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.vision.boxes import coverage, iou
from server.vision.crowd.tiles import SIDE
from server.vision.detections import Detections

HINT, FOUND = 0.02, 0.2
"""Scores in a closer look of a hint of a person, and of a person. In eleven uncrowded scenes, closer looks gave at
most 12 hints and 3 people more; in crowds 27 and up."""
APART, INSIDE = 0.3, 0.6
"""A box is another person if its IoU and coverage with all known people are below these."""
MORE, MORE_SHARE = 4.0, 0.25
"""Minimum number of additional people found, absolute and relative to the known, in a crowded scene."""
UNCOUNTED, UNCOUNTED_SHARE = 1.0, 0.35
"""Minimum number of detected but uncounted people, absolute and relative to the counted, in a crowded scene.
Uncrowded scenes stayed below 0.4."""
LOOKED, LOOKED_SHARE = 3.0, 0.5
"""The same for people estimated by a closer look beyond the counted; uncrowded scenes stayed below 0."""
HINTS, HINTS_ALONE = 20.0, 8.0
"""Minimum number of hints in a packed scene where a part, or most, of the frame has a crowd-like texture."""
TEXTURE, TEXTURE_ALL = 0.3, 0.5
"""Fractions of the frame that count as a part and as most of it."""
STAYS = 0.6
"""Factor on all these thresholds while a scene is crowded (hysteresis)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence for a crowd.

    Attributes
    ----------
    more : float
        Additional people found by closer looks.
    hints : float
        Additional weak detections of closer looks.
    texture : float
        Fraction of the frame with crowd-like texture and no known person.
    known : int
        Number of known people.
    saturated : bool
        Whether the count uncertainty of the usual look is saturated.
    uncounted : float
        Expected people in the detections of the usual look, minus ``1 + UNCOUNTED_SHARE`` times the count; a moving
        average.
    looked : float
        Estimate of the latest closer look, minus ``1 + LOOKED_SHARE`` times the count.
    dense : bool or None
        Whether density indicates a crowd; None if it was not computed.
    """

    more: float
    hints: float
    texture: float
    known: int
    saturated: bool
    uncounted: float = 0.0
    looked: float = 0.0
    dense: bool | None = None

    def crowded(self, already: bool) -> bool:
        """Return whether the scene is crowded: the usual look does not show how many people there are."""
        part = STAYS if already else 1.0
        found_more = self.more >= part * MORE and self.more >= part * MORE_SHARE * self.known
        packed = self.packed(already) or bool(self.dense)
        uncounted = self.uncounted >= part * UNCOUNTED or self.looked >= part * LOOKED
        return self.saturated or found_more or packed or uncounted

    def packed(self, already: bool) -> bool:
        """Return whether the image looks like a crowd in which even closer looks miss people."""
        part = STAYS if already else 1.0
        some = self.texture >= part * TEXTURE and self.hints >= part * HINTS
        return some or (self.texture >= part * TEXTURE_ALL and self.hints >= part * HINTS_ALONE)


class CloserEvidence:
    """The additional people found by the latest closer looks at the whole frame and at each tile."""

    def __init__(self) -> None:
        self._whole = (0.0, 0.0)
        self._more = np.zeros(SIDE * SIDE)
        self._hints = np.zeros(SIDE * SIDE)
        self._found: list[Detections | None] = [None] * (SIDE * SIDE)
        self._next = 0

    def note_all(self, parts: list[tuple[int, Detections]], known_xyxy: NDArray[np.float64]) -> None:
        """Record looks at all tiles of one frame; they replace earlier results."""
        for number, found in parts:
            self._found[number] = None
            self.note(number, found, known_xyxy)

    def note(self, number: int, found: Detections, known_xyxy: NDArray[np.float64]) -> None:
        """Record a closer look at a tile, with detections in the core of the tile.

        People move between tiles from one look to the next, so the result is averaged with the previous one.
        """
        more, hints = _count(found, known_xyxy)
        if self._found[number] is not None:
            more, hints = (more + self._more[number]) / 2, (hints + self._hints[number]) / 2
        self._more[number], self._hints[number], self._found[number] = more, hints, found

    def note_whole(self, found: Detections, known_xyxy: NDArray[np.float64]) -> None:
        """Record a closer look at the whole frame."""
        self._whole = _count(found, known_xyxy)

    @property
    def more(self) -> float:
        """Additional people, by tiles or by the whole frame, whichever found more."""
        return max(self._whole[0], float(self._more.sum()))

    @property
    def hints(self) -> float:
        """Additional weak detections, by tiles or by the whole frame, whichever found more."""
        return max(self._whole[1], float(self._hints.sum()))

    @property
    def found(self) -> Detections:
        """All detections of the latest look at each tile, frame pixels."""
        known = [one for one in self._found if one is not None]
        if not known:
            return Detections(np.zeros((0, 4)), np.zeros(0))
        return Detections(np.vstack([one.xyxy for one in known]), np.concatenate([one.scores for one in known]))

    def next_tile(self) -> int:
        """Return the number of the next tile. Consecutive tiles are far apart, so half a round covers all regions."""
        self._next += 1
        return self._next * _STRIDE % (SIDE * SIDE)


_STRIDE = 7
"""Coprime to the number of tiles, so that every tile is visited."""


def _count(found: Detections, known_xyxy: NDArray[np.float64]) -> tuple[float, float]:
    """Return the numbers of additional people and of additional hints."""
    others = found.scores[others_than(found.xyxy, known_xyxy)]
    return float((others >= FOUND).sum()), float((others >= HINT).sum())


def others_than(boxes_xyxy: NDArray[np.float64], known_xyxy: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which boxes, (n,), do not belong to known people; both in pixels."""
    apart = iou(boxes_xyxy, known_xyxy).max(axis=1, initial=0.0) < APART
    outside = coverage(boxes_xyxy, known_xyxy).max(axis=1, initial=0.0) < INSIDE
    others: NDArray[np.bool_] = apart & outside
    return others
