"""Where each identity is, seen from each line: arrays, since every person moves at every line in every frame."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.core.foot_points import BAND, FootPoints

FORGET_MS = 10_000.0
"""An identity that was not seen for so long has no side any more."""
DOUBT = 1.0
"""Standard deviations of the distance to a line within which a sighting says nothing about the side."""
CLEAR = 3.0
"""Standard deviations from which it says all that one sighting can say; in between it says a part."""
CERTAIN_MS = 100.0
"""So much time clearly on a side makes certain that a person is there. Errors of neighbouring frames are alike, so
it is time that counts and not frames."""
HOLDS_MS = 200.0
"""A sighting speaks for the time since the one before, at most for so long. It is more than `CERTAIN_MS`: at a few
frames a second one sighting has to do."""
FASTEST = 3.0
"""Body heights a second, which is 5 metres: few run faster. Feet or a head that move faster than this
belong to another person, to whom the identity jumped, and the side is not known any more."""
LEAP = 0.3
"""Body heights by which feet and head may leap besides, from one sighting to the next: boxes are wrong by less."""

OFFSET, ALONG, CROSSED, SIDE, PROOF = range(5)
"""What is remembered: signed distance and position along the line in the last frame; where along the line the distance
last changed its sign; the side that is certain, -1 left, 1 right, 0 before any; milliseconds of proof, signed, for
the other side."""
Array = NDArray[np.float64]


class LineSideTracker:
    """The sides of identities.

    A sequential test (Page's cumulative sum): sightings on the other side of the line add to the proof that a person
    crossed, each by its distance over its uncertainty and for the time it speaks for; sightings on the known side take
    from it. Faint sightings say nothing.

    Parameters
    ----------
    lines : int
    """

    def __init__(self, lines: int) -> None:
        self._rows: dict[int, int] = {}
        self._free: list[int] = []
        self._state: Array = np.full((5, lines, 0), np.nan)  # an unknown walker has no number
        self._seen: Array = np.zeros(0)
        self._last: Array = np.zeros((4, 0))  # of the last firm sighting: feet x, y, height, time
        self._forgot = 0.0

    def choose(self, before: Sequence[int | None]) -> None:
        """Other lines: each the one that had this index, or (None) one without known people."""
        state = np.full((5, len(before), len(self._seen)), np.nan)
        for after, index in enumerate(before):
            if index is not None:
                state[:, after] = self._state[:, index]
        self._state = state

    def move(self, people: FootPoints, offset: Array, along: Array, spread: Array) -> NDArray[np.int8]:
        """Take in where people are, say who crossed: 1 inward, -1 outward, 0 not; all (lines, n)."""
        known = self._find(people.ids)  # first: it may put another array in the place of this one
        self._seen[known] = people.t
        found = np.zeros(offset.shape, np.int8)
        firm = np.flatnonzero(people.firm)
        if len(firm):
            rows = known[firm]
            clear = _clearness(offset[:, firm], spread[:, firm], BAND * people.heights[firm])
            found[:, firm] = self._step(rows, offset[:, firm], along[:, firm], clear * self._speaks_for(rows, people))
        return found

    def _speaks_for(self, rows: NDArray[np.intp], people: FootPoints) -> Array:
        """Milliseconds that each firm sighting stands for, (n,); people who leapt have no side any more."""
        feet, heights = people.feet[people.firm], people.heights[people.firm]
        x, y, height, t = self._last[:, rows]
        passed = people.t - t
        reach = np.minimum(heights, height) * (FASTEST * passed / 1000 + LEAP)
        feet_moved, head_moved = feet[:, 1] - y, feet[:, 1] - heights - y + height
        leapt = np.hypot(feet[:, 0] - x, np.maximum(np.abs(feet_moved), np.abs(head_moved))) > reach
        self._state[:, :, rows[leapt]] = np.nan
        self._last[:, rows] = feet[:, 0], feet[:, 1], heights, np.full(len(rows), people.t)
        return np.where(np.isnan(t) | leapt, HOLDS_MS, np.minimum(passed, HOLDS_MS))

    def _step(self, rows: NDArray[np.intp], offset: Array, along: Array, proof: Array) -> NDArray[np.int8]:
        """Weigh firm sightings, (lines, n): `proof` in milliseconds, positive for the right side."""
        last_offset, last_along, crossed, side, before = self._state[:, :, rows]
        new = np.isnan(last_offset)
        changed = ((offset > 0) != (last_offset > 0)) & ~new
        apart = last_offset - offset
        share = np.divide(last_offset, apart, out=np.zeros_like(offset), where=changed & (apart != 0))
        crossed = np.where(changed, last_along + share * (along - last_along), np.where(new, along, crossed))
        side = np.where(new, 0, side)
        # What speaks for the side that is known anyway takes doubt away, and is not hoarded.
        total = np.where(new, 0, before) + proof
        total = np.where(side * total > 0, 0, total)
        sure = np.abs(total) >= CERTAIN_MS
        after = np.where(sure, np.sign(total), side)
        self._state[:, :, rows] = offset, along, crossed, after, np.where(sure, 0, total)
        through = sure & (side != 0) & (crossed >= 0) & (crossed <= 1)
        return np.where(through, after, 0).astype(np.int8)

    def forget(self, t: float) -> list[int]:
        """Drop identities that were not seen for long, now and then; return the dropped ones."""
        if t - self._forgot < FORGET_MS / 10:
            return []
        self._forgot = t
        gone = [id_ for id_, row in self._rows.items() if t - self._seen[row] > FORGET_MS]
        for id_ in gone:
            row = self._rows.pop(id_)
            self._state[:, :, row] = self._last[:, row] = np.nan
            self._free.append(row)
        return gone

    def clear(self) -> None:
        """Forget all people."""
        self._rows.clear()
        self._free = list(range(len(self._seen)))
        self._state[:] = self._last[:] = np.nan

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
            self._state = np.concatenate([self._state, np.full((5, self._state.shape[1], more), np.nan)], axis=2)
            self._last = np.concatenate([self._last, np.full((4, more), np.nan)], axis=1)
            self._seen = np.concatenate([self._seen, np.zeros(more)])
            self._free = list(range(had, had + more))
        return self._free.pop()


def _clearness(offset: Array, spread: Array, band: Array) -> Array:
    """How clearly each sighting lies on a side, -1 (left) .. 1 (right); 0 within the band or the uncertainty."""
    away = np.abs(offset)
    share = np.clip((away / spread - DOUBT) / (CLEAR - DOUBT), 0, 1)
    clear: Array = np.sign(offset) * np.where(away >= band, share, 0)
    return clear
