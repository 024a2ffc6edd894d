"""The side of each line on which each track is, vectorised over lines and tracks."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.core.foot_points import BAND, FootPoints

FORGET_MS = 10_000.0
"""Time without a detection after which the state of a track ID is dropped, milliseconds."""
MIN_SIGMAS = 1.0
"""Distance to the line, in standard deviations, below which an observation carries no evidence."""
FULL_SIGMAS = 3.0
"""Distance from which an observation carries full evidence; linear in between."""
CONFIRM_MS = 100.0
"""Full evidence for this long confirms a side, milliseconds. Errors of neighbouring frames are correlated, so time
counts, not the number of frames."""
MAX_WEIGHT_MS = 200.0
"""Longest time one observation stands for, milliseconds. It exceeds `CONFIRM_MS`, so that one observation suffices
at low frame rates."""
MAX_SPEED = 3.0
"""Maximum speed in body heights a second, about 5 m/s. Feet or head that move faster indicate an ID switch: the side
becomes unknown."""
MAX_JUMP = 0.3
"""Additional displacement between observations, in body heights, that box errors may cause."""

OFFSET, ALONG, CROSSED, SIDE, EVIDENCE = range(5)
"""Rows of the state: signed distance and position along the line in the latest frame; position along the line of the
latest sign change; confirmed side (-1 left, 1 right, 0 unknown); signed evidence for the other side,
milliseconds."""
Array = NDArray[np.float64]


class LineSideTracker:
    """Follows the side of each line on which people are.

    Uses a sequential test (Page's CUSUM). Observations on the other side add evidence for a crossing, weighted by
    distance over uncertainty and by time; observations on the confirmed side reduce it. Low scores are ignored.

    Parameters
    ----------
    lines : int
        Number of lines.
    """

    def __init__(self, lines: int) -> None:
        self._rows: dict[int, int] = {}
        self._free: list[int] = []
        self._state: Array = np.full((5, lines, 0), np.nan)  # NaN: unknown
        self._last_t: Array = np.zeros(0)
        self._last: Array = np.zeros((4, 0))  # latest reliable observation: feet x, y, height, time
        self._pruned_t = 0.0

    def set_lines(self, before: Sequence[int | None]) -> None:
        """Replace the lines: `before` has the previous index of each new line, None for a line without state."""
        state = np.full((5, len(before), len(self._last_t)), np.nan)
        for after, index in enumerate(before):
            if index is not None:
                state[:, after] = self._state[:, index]
        self._state = state

    def update(self, people: FootPoints, offset: Array, along: Array, spread: Array) -> NDArray[np.int8]:
        """Process the positions of a frame and return crossings: 1 inward, -1 outward, 0 none; all (lines, n)."""
        known = self._find(people.ids)  # must come first: it may reallocate the state
        self._last_t[known] = people.t
        found = np.zeros(offset.shape, np.int8)
        reliable = np.flatnonzero(people.reliable)
        if len(reliable):
            rows = known[reliable]
            clear = _clearness(offset[:, reliable], spread[:, reliable], BAND * people.heights[reliable])
            found[:, reliable] = self._step(
                rows, offset[:, reliable], along[:, reliable], clear * self._weights_ms(rows, people)
            )
        return found

    def _weights_ms(self, rows: NDArray[np.intp], people: FootPoints) -> Array:
        """Return the time each reliable observation stands for, (n,) milliseconds; reset people after an ID switch."""
        feet, heights = people.feet[people.reliable], people.heights[people.reliable]
        x, y, height, t = self._last[:, rows]
        passed = people.t - t
        reach = np.minimum(heights, height) * (MAX_SPEED * passed / 1000 + MAX_JUMP)
        feet_moved, head_moved = feet[:, 1] - y, feet[:, 1] - heights - y + height
        switched = np.hypot(feet[:, 0] - x, np.maximum(np.abs(feet_moved), np.abs(head_moved))) > reach
        self._state[:, :, rows[switched]] = np.nan
        self._last[:, rows] = feet[:, 0], feet[:, 1], heights, np.full(len(rows), people.t)
        return np.where(np.isnan(t) | switched, MAX_WEIGHT_MS, np.minimum(passed, MAX_WEIGHT_MS))

    def _step(self, rows: NDArray[np.intp], offset: Array, along: Array, evidence: Array) -> NDArray[np.int8]:
        """Accumulate the evidence of reliable observations, (lines, n) milliseconds, positive for the right side."""
        last_offset, last_along, crossed, side, before = self._state[:, :, rows]
        new = np.isnan(last_offset)
        changed = ((offset > 0) != (last_offset > 0)) & ~new
        apart = last_offset - offset
        share = np.divide(last_offset, apart, out=np.zeros_like(offset), where=changed & (apart != 0))
        crossed = np.where(changed, last_along + share * (along - last_along), np.where(new, along, crossed))
        side = np.where(new, 0, side)
        # Evidence for the confirmed side only cancels evidence against it; it does not accumulate.
        total = np.where(new, 0, before) + evidence
        total = np.where(side * total > 0, 0, total)
        confirmed = np.abs(total) >= CONFIRM_MS
        after = np.where(confirmed, np.sign(total), side)
        self._state[:, :, rows] = offset, along, crossed, after, np.where(confirmed, 0, total)
        through = confirmed & (side != 0) & (crossed >= 0) & (crossed <= 1)
        return np.where(through, after, 0).astype(np.int8)

    def forget(self, t: float) -> list[int]:
        """Periodically drop track IDs that have not been detected for long; return the dropped ones."""
        if t - self._pruned_t < FORGET_MS / 10:
            return []
        self._pruned_t = t
        dropped = [id_ for id_, row in self._rows.items() if t - self._last_t[row] > FORGET_MS]
        for id_ in dropped:
            row = self._rows.pop(id_)
            self._state[:, :, row] = self._last[:, row] = np.nan
            self._free.append(row)
        return dropped

    def clear(self) -> None:
        """Drop the state of all people."""
        self._rows.clear()
        self._free = list(range(len(self._last_t)))
        self._state[:] = self._last[:] = np.nan

    def _find(self, ids: list[int]) -> NDArray[np.intp]:
        """Return the row of each track ID; allocate rows for new ones."""
        rows = [self._rows.get(id_, -1) for id_ in ids]
        for place, row in enumerate(rows):
            if row < 0:
                rows[place] = self._rows[ids[place]] = self._allocate()
        return np.array(rows, np.intp)

    def _allocate(self) -> int:
        if not self._free:
            had = len(self._last_t)
            more = max(16, had)
            self._state = np.concatenate([self._state, np.full((5, self._state.shape[1], more), np.nan)], axis=2)
            self._last = np.concatenate([self._last, np.full((4, more), np.nan)], axis=1)
            self._last_t = np.concatenate([self._last_t, np.zeros(more)])
            self._free = list(range(had, had + more))
        return self._free.pop()


def _clearness(offset: Array, spread: Array, band: Array) -> Array:
    """Return the evidence of each observation, -1 (left) to 1 (right); 0 within the band or the uncertainty."""
    away = np.abs(offset)
    share = np.clip((away / spread - MIN_SIGMAS) / (FULL_SIGMAS - MIN_SIGMAS), 0, 1)
    clear: Array = np.sign(offset) * np.where(away >= band, share, 0)
    return clear
