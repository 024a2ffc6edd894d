"""The schedule of a stream's closer looks."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from server.vision.crowd.looks import Budget

TILE_MS = 1_000.0
"""Minimum interval between looks at tiles, milliseconds of capture time."""
CALM_MS = 5_000.0
"""Minimum interval between quick looks at an uncrowded scene, milliseconds."""
TILE_COST, QUICK_COST = 1.3, 4.2
"""Costs of these looks, relative to a frame of usual size."""
QUICK_MS, SURVEY_MS = 3_000.0, 12_000.0
"""Intervals between quick looks and between surveys in a crowd, milliseconds; surveys may include density."""
TEXTURE_SURVEY_MS = 60_000.0
"""Interval between surveys if only the texture is crowd-like, milliseconds: foliage stays foliage."""
FIRST_MS = 60_000.0
"""Window in which a stream gets at most two surveys outside its time budget, milliseconds: for its first frame, and
for a crowd that appears later. A scene that changes constantly has to wait."""
BACK_OFF_MS = 10_000.0
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
    newly_textured : bool
        Whether it became so after the latest survey.
    boxes_tell : bool
        Whether a quick look suffices to follow the number of people.
    dense : bool
        Whether the estimate needs density, which a quick look cannot renew.
    people_visible : bool
        Whether the usual look shows people, so that the first look only has to confirm a count.
    ageing : bool
        Whether the estimate is about to expire, for example on a busy machine. The next look then does not wait for its
        budget.
    """

    t: float
    frame: int
    crowded: bool
    textured: bool
    newly_textured: bool
    boxes_tell: bool
    dense: bool = False
    people_visible: bool = False
    ageing: bool = False


class LookSchedule:
    """The schedule of one stream.

    Parameters
    ----------
    frames_each : int
        See `server.vision.crowd.looks.Looks`.
    """

    def __init__(self, frames_each: int) -> None:
        self._frames_each = frames_each
        self._tile_t = self._quick_t = self._survey_t = self._retry_t = NEVER
        self._firsts = deque([NEVER, NEVER], maxlen=2)
        self._quick_frame = self._tile_frame = 0

    def forget(self) -> None:
        """Reset, because the scene has changed."""
        self._tile_t = self._quick_t = self._survey_t = NEVER

    def request_survey(self) -> None:
        """Make a survey due now."""
        self._survey_t = NEVER

    def back_off(self, t: float) -> None:
        """Back off after a failed look at `t`."""
        self._retry_t = t + BACK_OFF_MS

    def surveyed_within(self, ms: float, t: float) -> bool:
        """Return whether the latest survey started less than `ms` before `t`."""
        return t - self._survey_t < ms

    def due(self, needs: Needs) -> Iterator[tuple[Look, Budget]]:
        """Yield the looks that are due, most urgent first, with the budget that each may use."""
        if needs.t < self._retry_t:
            return
        usual = Budget.CROWD if needs.crowded else Budget.CALM
        urgent = needs.crowded and needs.ageing
        glance = needs.people_visible and not needs.textured
        if self._quick_t == NEVER and glance and not self._frames_each:
            yield Look.QUICK, Budget.FIRST
        if self._survey_due(needs):
            first = self._is_first(needs.t) or (urgent and needs.dense)
            if first and (needs.crowded or not glance):
                yield Look.SURVEY, Budget.FIRST
            yield Look.SURVEY, Budget.CALM if glance and not needs.crowded else Budget.CROWD
        if self._quick_due(needs):
            yield Look.QUICK, Budget.FIRST if urgent else usual
        if self._tile_due(needs):
            yield Look.TILE, Budget.CALM

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
        by_texture = needs.textured and since >= (QUICK_MS if needs.newly_textured else TEXTURE_SURVEY_MS)
        return self._survey_t == NEVER or by_texture

    def _quick_due(self, needs: Needs) -> bool:
        """Return whether a quick look is due, between surveys in a crowd or at a low rate otherwise."""
        since = needs.t - self._quick_t
        if needs.crowded:
            return since >= QUICK_MS and (needs.boxes_tell or (needs.ageing and not needs.dense))
        return needs.frame - self._quick_frame >= QUICK_COST * self._frames_each and since >= CALM_MS

    def _tile_due(self, needs: Needs) -> bool:
        enough = needs.frame - self._tile_frame >= TILE_COST * self._frames_each
        return not needs.crowded and enough and needs.t - self._tile_t >= TILE_MS
