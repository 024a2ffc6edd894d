"""Whether a scene is crowded: whom closer looks find besides the people who are known, and where they cannot tell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.vision.boxes import coverage, iou
from server.vision.crowd.tiles import SIDE
from server.vision.detections import Detections

HINT, FOUND = 0.02, 0.2
"""Scores in a closer look: from the first on something there is like a person; from the second on a person is there.
In eleven scenes without a crowd closer looks gave at most 12 hints and 3 people more; in crowds 27 and up."""
APART, INSIDE = 0.3, 0.6
"""A box that overlaps a known person by less, and lies in them by less, is another person."""
MORE, MORE_SHARE = 4.0, 0.25
"""People found besides those of the usual look that make a scene crowded: so many, and that share of the known."""
UNCOUNTED, UNCOUNTED_SHARE = 1.0, 0.35
"""People whom the usual look's detections stand for besides the counted ones, that make a scene crowded: so many, and
that share of the counted. Scenes without a crowd stayed below 0.4."""
LOOKED, LOOKED_SHARE = 3.0, 0.5
"""People whom a closer look estimates besides the counted ones, likewise; scenes without a crowd stayed below 0."""
HINTS, HINTS_ALONE = 20.0, 8.0
"""Hints that make a scene packed where a part, or most of it, has a crowd's texture."""
TEXTURE, TEXTURE_ALL = 0.3, 0.5
"""Shares of the frame that are such a part, and most of it."""
STAYS = 0.6
"""What a scene that is crowded already needs of all these: a figure that jumps between two kinds is of no use."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a crowd.

    Attributes
    ----------
    more : float
        People found by closer looks besides those of the usual look.
    hints : float
        Weak signs of people besides them.
    texture : float
        Share of the frame with a crowd's texture and no known person.
    known : int
        People who are known.
    saturated : bool
        Whether the usual look alone says that many are missed.
    uncounted : float
        People whom the usual look's detections stand for, less the counted ones and `UNCOUNTED_SHARE` of these; a mean
        over some seconds.
    looked : float
        People whom the newest closer look estimates, less the counted ones and `LOOKED_SHARE` of these.
    dense : bool or None
        Whether density finds a crowd; None where it was not asked.
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
        """Whether boxes of the usual look do not tell how many people there are."""
        part = STAYS if already else 1.0
        found_more = self.more >= part * MORE and self.more >= part * MORE_SHARE * self.known
        packed = self.packed(already) or bool(self.dense)
        uncounted = self.uncounted >= part * UNCOUNTED or self.looked >= part * LOOKED
        return self.saturated or found_more or packed or uncounted

    def packed(self, already: bool) -> bool:
        """Whether the picture is like a crowd in which not even closer looks find everybody."""
        part = STAYS if already else 1.0
        some = self.texture >= part * TEXTURE and self.hints >= part * HINTS
        return some or (self.texture >= part * TEXTURE_ALL and self.hints >= part * HINTS_ALONE)


class CloserEvidence:
    """What the newest looks at the whole frame and at each tile found besides the people of the usual look."""

    def __init__(self) -> None:
        self._whole = (0.0, 0.0)
        self._more = np.zeros(SIDE * SIDE)
        self._hints = np.zeros(SIDE * SIDE)
        self._found: list[Detections | None] = [None] * (SIDE * SIDE)
        self._next = 0

    def note_all(self, parts: list[tuple[int, Detections]], known_xyxy: NDArray[np.float64]) -> None:
        """Take in looks at every tile of one frame: they tell all, whatever was found before."""
        for number, found in parts:
            self._found[number] = None
            self.note(number, found, known_xyxy)

    def note(self, number: int, found: Detections, known_xyxy: NDArray[np.float64]) -> None:
        """Take in a closer look at a tile; what it found lies in the tile's core.

        People walk from tile to tile between two looks, so the look before counts half.
        """
        more, hints = _count(found, known_xyxy)
        if self._found[number] is not None:
            more, hints = (more + self._more[number]) / 2, (hints + self._hints[number]) / 2
        self._more[number], self._hints[number], self._found[number] = more, hints, found

    def note_whole(self, found: Detections, known_xyxy: NDArray[np.float64]) -> None:
        """Take in a closer look at the whole frame."""
        self._whole = _count(found, known_xyxy)

    @property
    def more(self) -> float:
        """People found besides those of the usual look, by what found more of them."""
        return max(self._whole[0], float(self._more.sum()))

    @property
    def hints(self) -> float:
        """Weak signs of people besides those of the usual look, by what found more of them."""
        return max(self._whole[1], float(self._hints.sum()))

    @property
    def found(self) -> Detections:
        """Everybody whom the newest look at each tile found, pixels of the frame."""
        known = [one for one in self._found if one is not None]
        if not known:
            return Detections(np.zeros((0, 4)), np.zeros(0))
        return Detections(np.vstack([one.xyxy for one in known]), np.concatenate([one.scores for one in known]))

    def next_tile(self) -> int:
        """The number of the tile whose turn it is: neighbours come far apart, so that half a round shows all parts."""
        self._next += 1
        return self._next * _STRIDE % (SIDE * SIDE)


_STRIDE = 7
"""Prime to the number of tiles: every tile has its turn."""


def _count(found: Detections, known_xyxy: NDArray[np.float64]) -> tuple[float, float]:
    """People and hints besides the known."""
    others = found.scores[others_than(found.xyxy, known_xyxy)]
    return float((others >= FOUND).sum()), float((others >= HINT).sum())


def others_than(boxes_xyxy: NDArray[np.float64], known_xyxy: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which boxes, shape (n,), are none of the people of the usual look's; both in pixels."""
    apart = iou(boxes_xyxy, known_xyxy).max(axis=1, initial=0.0) < APART
    outside = coverage(boxes_xyxy, known_xyxy).max(axis=1, initial=0.0) < INSIDE
    others: NDArray[np.bool_] = apart & outside
    return others
