"""Which closer look a stream needs next."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from server.vision.crowd.looks import Purse

TILE_MS = 1_000.0
"""Between two looks at tiles, milliseconds of capture time, at least."""
CALM_MS = 5_000.0
"""Between two quick looks at the whole frame while nothing speaks for a crowd, at least."""
TILE_COST, QUICK_COST = 1.3, 4.2
"""What these looks cost in frames of the usual size."""
QUICK_MS, SURVEY_MS = 3_000.0, 12_000.0
"""Between two rounds of looks in a crowd: quick ones at the whole frame, and thorough ones, which ask for density."""
DOUBT_MS = 60_000.0
"""Between two rounds of looks where the texture alone is like a crowd's: foliage stays foliage."""
FIRST_MS = 60_000.0
"""Time in which a stream has two rounds that do not wait for their share, at most: that of its first frame, and that
of a crowd seen since. A scene that changes all the time has to wait."""
RESTS_MS = 10_000.0
"""After a look that failed, before the next: what is broken stays broken for a while."""
NEVER = float("-inf")


class Look(Enum):
    """What is looked at: every part, the whole frame once more, or one tile."""

    SURVEY = "survey"
    QUICK = "quick"
    TILE = "tile"


@dataclass(frozen=True, slots=True)
class Needs:
    """What a stream is like when the next look is chosen.

    Attributes
    ----------
    t : float
        Capture time, milliseconds.
    frame : int
        Number of the frame, from 1.
    crowded : bool
    textured : bool
        Whether the picture is like a crowd's.
    newly : bool
        Whether it became so after the newest round.
    boxes_tell : bool
        Whether boxes of the whole frame show how the number of people changes.
    dense : bool
        Whether it takes density to tell their number: a quick look renews no estimate.
    answered : bool
        Whether the usual look shows somebody: a number of people stands, and the first look only has to confirm it.
    ageing : bool
        Whether the estimate gets old: a busy machine had no time for a newer one. Then the look that is enough for one
        does not wait for its share.
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
    """One stream's.

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
        """The scene is another one: no look was taken at it yet."""
        self._tile_t = self._quick_t = self._survey_t = NEVER

    def hurry(self) -> None:
        """Every part is to be looked at as soon as possible."""
        self._survey_t = NEVER

    def rest(self, t: float) -> None:
        """A look failed at `t`."""
        self._rests_until = t + RESTS_MS

    def surveyed_within(self, ms: float, t: float) -> bool:
        """Whether the newest round of looks at every part began less than `ms` before `t`."""
        return t - self._survey_t < ms

    def due(self, needs: Needs) -> Iterator[tuple[Look, Purse]]:
        """Yield the looks that are due, the most urgent first, and which share of the time each may use."""
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
        """One of them is taken now."""
        if look is Look.SURVEY:
            if self._is_first(needs.t):
                self._firsts.append(needs.t)
            self._survey_t = self._quick_t = needs.t
        elif look is Look.QUICK:
            self._quick_t, self._quick_frame = needs.t, needs.frame
        else:
            self._tile_t, self._tile_frame = needs.t, needs.frame

    def _is_first(self, t: float) -> bool:
        """Whether people wait for this round: the number of people is still unknown."""
        return self._survey_t == NEVER and t - self._firsts[0] >= FIRST_MS

    def _survey_due(self, needs: Needs) -> bool:
        """Whether every part is to be looked at: first, in a crowd, and where the picture is like a crowd's."""
        since = needs.t - self._survey_t
        if needs.crowded:
            return since >= SURVEY_MS
        doubt = needs.textured and since >= (QUICK_MS if needs.newly else DOUBT_MS)
        return self._survey_t == NEVER or doubt

    def _quick_due(self, needs: Needs) -> bool:
        """Whether the whole frame is to be looked at once more: in a crowd between thorough rounds."""
        since = needs.t - self._quick_t
        if needs.crowded:
            return since >= QUICK_MS and (needs.boxes_tell or (needs.ageing and not needs.dense))
        return needs.frame - self._quick_frame >= QUICK_COST * self._frames_each and since >= CALM_MS

    def _tile_due(self, needs: Needs) -> bool:
        enough = needs.frame - self._tile_frame >= TILE_COST * self._frames_each
        return not needs.crowded and enough and needs.t - self._tile_t >= TILE_MS
