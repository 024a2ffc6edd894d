"""Places where a person stands without ever moving: probably a poster, a screen or a mirror, not a person."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from server.core.geometry import PointNorm
from server.core.tracks import Track, Tracks
from server.core.view import XyxyNorm

STILL_MS = 40 * 60_000.0
"""No living person keeps their feet in one place for so long."""
MOVED = 0.1
"""How far the feet may be from where they were first, as a fraction of the height of the box. The lower edge of the
box of a standing person wanders by 1 to 3 %; a step is 40 %."""
SIGHTINGS = 20
"""Fewer are chance, where a frame comes once in many minutes."""
GAP_MS = (2_000.0, 60_000.0)
"""A place without anybody for so long is forgotten: a quarter of its age, between these two. People pass in front of a
poster for seconds; where people walk, places last as long as a step."""
EVERY_MS = 1_000.0
"""Places are compared so often; nothing that matters here is faster."""


@dataclass(frozen=True, slots=True)
class Still:
    """A place where a person has stood for long without moving.

    Attributes
    ----------
    key : int
        Of the place, positive; the same as long as it is the same place.
    since : float
        Capture time of its first sighting, milliseconds.
    box_norm : XyxyNorm
        The newest box.
    """

    key: int
    since: float
    box_norm: XyxyNorm


@dataclass(slots=True)
class _Place:
    """Where feet are, in frame heights, and since when; times are capture times in milliseconds."""

    key: int
    foot: PointNorm
    height: float
    since: float
    last: float
    box_norm: XyxyNorm
    sightings: int = 1

    @property
    def is_still(self) -> bool:
        """Whether a person has stood here for so long that it is probably no living one."""
        return self.last - self.since >= STILL_MS and self.sightings >= SIGHTINGS

    def is_over(self, t: float, step_ms: float) -> bool:
        """Whether the place was empty for too long; between frames that are far apart nothing was seen."""
        shortest, longest = GAP_MS
        return t - self.last > max(min(max((self.last - self.since) / 4, shortest), longest), 2 * step_ms)


@dataclass(slots=True)
class Stillness:
    """Finds the places of a stream where a track, or one after the other, stands without moving.

    Identities do not matter: the tracker may lose a poster while a person passes, and find it with another identity.
    """

    _places: list[_Place] = field(default_factory=list)
    _keys: int = 0
    _t: float = float("-inf")
    _found: tuple[Still, ...] = ()
    _scale_x: float = 0.0

    def update(self, tracks: Tracks) -> tuple[Still, ...]:
        """Take in a frame; return the places where a person has stood for forty minutes, the longest first."""
        scale_x = tracks.width / tracks.height
        if scale_x != self._scale_x:
            self._scale_x, self._places, self._found = scale_x, [], ()
        elif tracks.t - self._t < EVERY_MS:
            return self._found
        step_ms, self._t = tracks.t - self._t, tracks.t
        self._see(tracks.people, tracks.t, scale_x)
        self._places = [place for place in self._places if not place.is_over(tracks.t, step_ms)]
        self._found = tuple(Still(at.key, at.since, at.box_norm) for at in self._places if at.is_still)
        return self._found

    def _see(self, people: tuple[Track, ...], t: float, scale_x: float) -> None:
        """Give each person to the oldest place that their feet are at, or a new one."""
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
                place.sightings += place.last != t
                place.last, place.box_norm = t, person.box_norm


def _nearest(feet: NDArray[np.float64], foot: PointNorm, height: float) -> int | None:
    """Index of the first place, (x, y, height) each, that these feet have not left; None without one."""
    reach = MOVED * np.minimum(feet[:, 2], height)
    at = np.flatnonzero(np.hypot(feet[:, 0] - foot[0], feet[:, 1] - foot[1]) <= reach)
    return int(at[0]) if len(at) else None
