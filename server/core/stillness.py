"""Detections that never move: probably a poster, a screen or a mirror instead of a person."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from server.core.geometry import PointNorm
from server.core.tracks import Track, Tracks
from server.core.view import XyxyNorm

STILL_MS = 40 * 60_000.0
"""Minimum age of a motionless detection, milliseconds. No person keeps their feet in one place for this long."""
MOVE_TOLERANCE = 0.1
"""Distance from the first position, as a fraction of the box height, from which a person has moved. The lower edge
of a standing person's box jitters by 1 to 3 %; a step is 40 %."""
MIN_OBSERVATIONS = 20
"""Minimum number of observations; fewer may be chance at one frame in many minutes."""
GAP_RANGE_MS = (2_000.0, 60_000.0)
"""A place is dropped when empty for a quarter of its age, clamped to this range, milliseconds. People occlude a
poster for seconds; where people walk, places last as long as a step."""
UPDATE_MS = 1_000.0
"""Update interval, milliseconds; nothing relevant is faster."""


@dataclass(frozen=True, slots=True)
class Still:
    """A place with a detection that has not moved for long.

    Attributes
    ----------
    key : int
        Key of the place, positive, constant over its lifetime.
    since : float
        Capture time of the first observation, milliseconds.
    box_norm : XyxyNorm
        The latest box.
    """

    key: int
    since: float
    box_norm: XyxyNorm


@dataclass(slots=True)
class _Place:
    """A place with feet, position in frame heights; times are capture times, milliseconds."""

    key: int
    foot: PointNorm
    height: float
    since: float
    last: float
    box_norm: XyxyNorm
    observations: int = 1

    @property
    def is_still(self) -> bool:
        """Whether the detection has been here for so long that it is probably not a person."""
        return self.last - self.since >= STILL_MS and self.observations >= MIN_OBSERVATIONS

    def is_over(self, t: float, step_ms: float) -> bool:
        """Return whether the place was empty for too long. Time between sparse frames does not count as empty."""
        shortest, longest = GAP_RANGE_MS
        return t - self.last > max(min(max((self.last - self.since) / 4, shortest), longest), 2 * step_ms)


@dataclass(slots=True)
class Stillness:
    """Finds places in a stream where one track, or a sequence of tracks, stands motionless.

    Track IDs are ignored: the tracker may lose a poster during an occlusion and assign it another ID.
    """

    _places: list[_Place] = field(default_factory=list)
    _keys: int = 0
    _t: float = float("-inf")
    _found: tuple[Still, ...] = ()
    _scale_x: float = 0.0

    def update(self, tracks: Tracks) -> tuple[Still, ...]:
        """Process a frame and return the motionless detections, oldest first."""
        scale_x = tracks.width / tracks.height
        if scale_x != self._scale_x:
            self._scale_x, self._places, self._found = scale_x, [], ()
        elif tracks.t - self._t < UPDATE_MS:
            return self._found
        step_ms, self._t = tracks.t - self._t, tracks.t
        self._assign(tracks.people, tracks.t, scale_x)
        self._places = [place for place in self._places if not place.is_over(tracks.t, step_ms)]
        self._found = tuple(Still(at.key, at.since, at.box_norm) for at in self._places if at.is_still)
        return self._found

    def _assign(self, people: tuple[Track, ...], t: float, scale_x: float) -> None:
        """Assign each person to the oldest place at their feet, or to a new one."""
        feet = np.array([(place.foot[0], place.foot[1], place.height) for place in self._places]).reshape(-1, 3)
        for person in people:
            left, top, right, bottom = person.box_norm
            foot, height = ((left + right) / 2 * scale_x, bottom), bottom - top
            at = _nearest(feet, foot, height)
            if at is None:
                self._keys += 1
                self._places.append(_Place(self._keys, foot, height, t, t, person.box_norm))
            else:
                place = self._places[at]
                place.observations += place.last != t
                place.last, place.box_norm = t, person.box_norm


def _nearest(feet: NDArray[np.float64], foot: PointNorm, height: float) -> int | None:
    """Return the index of the first place, (x, y, height) each, within reach of these feet; None if there is none."""
    reach = MOVE_TOLERANCE * np.minimum(feet[:, 2], height)
    at = np.flatnonzero(np.hypot(feet[:, 0] - foot[0], feet[:, 1] - foot[1]) <= reach)
    return int(at[0]) if len(at) else None
