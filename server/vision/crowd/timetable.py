"""The schedule of a stream's closer looks."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from server.vision.crowd.looks import Purse

TILE_MS = 1_000.0
"""Minimum interval between looks at tiles, milliseconds of capture time."""
CALM_MS = 5_000.0
"""Minimum interval between quick looks at an uncrowded scene, milliseconds."""
TILE_COST, QUICK_COST = 1.3, 4.2
"""Costs of these looks, relative to a frame of usual size."""
QUICK_MS, SURVEY_MS = 3_000.0, 12_000.0
"""Intervals between quick looks and between surveys in a crowd, milliseconds; surveys may include density."""
DOUBT_MS = 60_000.0
"""Interval between surveys if only the texture is crowd-like, milliseconds: foliage stays foliage."""
FIRST_MS = 60_000.0
"""Window in which a stream gets at most two surveys outside its time budget, milliseconds: for its first frame, and
for a crowd that appears later. A scene that changes constantly has to wait."""
RESTS_MS = 10_000.0
"""Back-off after a failed look, milliseconds."""
NEVER = float("-inf")


class Look(Enum):
    """The kind of a closer look: all tiles, the whole frame, or one tile."""

    SURVEY = "survey"
    QUICK = "quick"
    TILE = "tile"


@dataclass(frozen=True, slots=True)
class Needs:
    """The state of a stream from which the next look is chosen.

    Attributes
    ----------
    t : float
        Capture time, milliseconds.
    frame : int
        Number of the frame, from 1.
    crowded : bool
    textured : bool
        Whether the texture is crowd-like.
    newly : bool
        Whether it became so after the latest survey.
    boxes_tell : bool
        Whether a quick look suffices to follow the number of people.
    dense : bool
        Whether the estimate needs density, which a quick look cannot renew.
    answered : bool
        Whether the usual look shows people, so that the first look only has to confirm a count.
    ageing : bool
        Whether the estimate is about to expire, for example on a busy machine. The next look then does not wait for its
        budget.
    """

    t: float
    frame: int
    crowded: bool
    textured: bool
    newly: bool
    boxes_tell: bool
    dense: bool = False
    answered: bool = False
    ageing: bool = False


class Timetable:
    """The schedule of one stream.

    Parameters
    ----------
    frames_each : int
        See `server.vision.crowd.looks.Looks`.
    """

    def __init__(self, frames_each: int) -> None:
        self._frames_each = frames_each
        self._tile_t = self._quick_t = self._survey_t = self._rests_until = NEVER
        self._firsts = deque([NEVER, NEVER], maxlen=2)
        self._quick_frame = self._tile_frame = 0

    def forget(self) -> None:
        """Reset, because the scene has changed."""
        self._tile_t = self._quick_t = self._survey_t = NEVER

    def hurry(self) -> None:
        """Make a survey due now."""
        self._survey_t = NEVER

    def rest(self, t: float) -> None:
        """Back off after a failed look at `t`."""
        self._rests_until = t + RESTS_MS

    def surveyed_within(self, ms: float, t: float) -> bool:
        """Return whether the latest survey started less than `ms` before `t`."""
        return t - self._survey_t < ms

    def due(self, needs: Needs) -> Iterator[tuple[Look, Purse]]:
        """Yield the looks that are due, most urgent first, with the budget that each may use."""
        if needs.t < self._rests_until:
            return
        usual = Purse.CROWD if needs.crowded else Purse.CALM
        urgent = needs.crowded and needs.ageing
        glance = needs.answered and not needs.textured
        if self._quick_t == NEVER and glance and not self._frames_each:
            yield Look.QUICK, Purse.FIRST
        if self._survey_due(needs):
            first = self._is_first(needs.t) or (urgent and needs.dense)
            if first and (needs.crowded or not glance):
                yield Look.SURVEY, Purse.FIRST
            yield Look.SURVEY, Purse.CALM if glance and not needs.crowded else Purse.CROWD
        if self._quick_due(needs):
            yield Look.QUICK, Purse.FIRST if urgent else usual
        if self._tile_due(needs):
            yield Look.TILE, Purse.CALM

    def begin(self, look: Look, needs: Needs) -> None:
        """Record that a look starts."""
        if look is Look.SURVEY:
            if self._is_first(needs.t):
                self._firsts.append(needs.t)
            self._survey_t = self._quick_t = needs.t
        elif look is Look.QUICK:
            self._quick_t, self._quick_frame = needs.t, needs.frame
        else:
            self._tile_t, self._tile_frame = needs.t, needs.frame

    def _is_first(self, t: float) -> bool:
        """Return whether users wait for this survey, because the number of people is still unknown."""
        return self._survey_t == NEVER and t - self._firsts[0] >= FIRST_MS

    def _survey_due(self, needs: Needs) -> bool:
        """Return whether a survey is due: the first one, in a crowd, or for a crowd-like texture."""
        since = needs.t - self._survey_t
        if needs.crowded:
            return since >= SURVEY_MS
        doubt = needs.textured and since >= (QUICK_MS if needs.newly else DOUBT_MS)
        return self._survey_t == NEVER or doubt

    def _quick_due(self, needs: Needs) -> bool:
        """Return whether a quick look is due, between surveys in a crowd or at a low rate otherwise."""
        since = needs.t - self._quick_t
        if needs.crowded:
            return since >= QUICK_MS and (needs.boxes_tell or (needs.ageing and not needs.dense))
        return needs.frame - self._quick_frame >= QUICK_COST * self._frames_each and since >= CALM_MS

    def _tile_due(self, needs: Needs) -> bool:
        enough = needs.frame - self._tile_frame >= TILE_COST * self._frames_each
        return not needs.crowded and enough and needs.t - self._tile_t >= TILE_MS
