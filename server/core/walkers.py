"""Where each identity is, seen from each line: arrays, since every person moves at every line in every frame."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.core.footing import Footing

FORGET_MS = 10_000.0
"""An identity that was not seen for so long has no side any more."""

OFFSET, ALONG, CROSSED, SIDE = range(4)
"""What is remembered: signed distance and position along the line in the last frame; where along the line the distance
last changed its sign; the last side that was clear of the band, -1 left, 1 right, 0 before any."""


class Walkers:
    """The sides of identities.

    Parameters
    ----------
    lines : int
    """

    def __init__(self, lines: int) -> None:
        self._rows: dict[int, int] = {}
        self._free: list[int] = []
        self._state: NDArray[np.float64] = np.full((4, lines, 0), np.nan)  # an unknown walker has no number
        self._seen: NDArray[np.float64] = np.zeros(0)
        self._forgot = 0.0

    def choose(self, before: Sequence[int | None]) -> None:
        """Other lines: each the one that had this index, or (None) one that knows nobody."""
        state = np.full((4, len(before), len(self._seen)), np.nan)
        for after, index in enumerate(before):
            if index is not None:
                state[:, after] = self._state[:, index]
        self._state = state

    def move(self, people: Footing, offset: NDArray[np.float64], along: NDArray[np.float64]) -> NDArray[np.int8]:
        """Take in where people are, both (lines, n); say who crossed: 1 inward, -1 outward, 0 not; (lines, n)."""
        rows = self._find(people.ids)
        self._seen[rows] = people.t
        last_offset, last_along, crossed, before = self._state[:, :, rows]
        new = np.isnan(last_offset)
        changed = ((offset > 0) != (last_offset > 0)) & ~new
        apart = last_offset - offset
        share = np.divide(last_offset, apart, out=np.zeros_like(offset), where=changed & (apart != 0))
        crossed = np.where(changed, last_along + share * (along - last_along), np.where(new, along, crossed))
        side = (offset > people.band).astype(np.int8) - (offset < -people.band)
        known = np.where(new, 0, before)
        self._state[:, :, rows] = offset, along, crossed, np.where(side == 0, known, side)
        through = (side * known < 0) & (crossed >= 0) & (crossed <= 1)
        return np.where(through, side, 0).astype(np.int8)

    def forget(self, t: float) -> None:
        """Drop those who were not seen for long, now and then."""
        if t - self._forgot < FORGET_MS / 10:
            return
        self._forgot = t
        for id_ in [id_ for id_, row in self._rows.items() if t - self._seen[row] > FORGET_MS]:
            row = self._rows.pop(id_)
            self._state[:, :, row] = np.nan
            self._free.append(row)

    def clear(self) -> None:
        """Know nobody."""
        self._rows.clear()
        self._free = list(range(len(self._seen)))
        self._state[:] = np.nan

    def _find(self, ids: list[int]) -> NDArray[np.intp]:
        """The row of each identity; new ones get a free one."""
        rows = [self._rows.get(id_, -1) for id_ in ids]
        for place, row in enumerate(rows):
            if row < 0:
                rows[place] = self._rows[ids[place]] = self._take()
        return np.array(rows, np.intp)

    def _take(self) -> int:
        if not self._free:
            had = len(self._seen)
            more = max(16, had)
            self._state = np.concatenate([self._state, np.full((4, self._state.shape[1], more), np.nan)], axis=2)
            self._seen = np.concatenate([self._seen, np.zeros(more)])
            self._free = list(range(had, had + more))
        return self._free.pop()
