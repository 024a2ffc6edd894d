"""Watches whether a stream's scene is crowded, and estimates its people while it is."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from server.core.certainty import Certainty
from server.core.crowd import Crowd
from server.vision.crowd.closer import CloserLooks, Survey
from server.vision.crowd.estimate import BOXED_RANGE, DENSE, DENSE_FROM, Estimate
from server.vision.crowd.evidence import HINTS_ALONE, LOOKED_SHARE, TEXTURE, CloserEvidence, Evidence
from server.vision.crowd.looks import Looks
from server.vision.crowd.smoothed import SmoothedPeople
from server.vision.crowd.structure import crowd_like
from server.vision.crowd.tiles import tiles
from server.vision.crowd.uncounted import Uncounted
from server.vision.detections import Detections

logger = logging.getLogger("crowdcount.vision")

TILE_MS = 1_000.0
"""Between two looks at tiles, milliseconds of capture time, at least."""
CALM_MS = 5_000.0
"""Between two quick looks at the whole frame while nothing speaks for a crowd, at least."""
TILE_COST, QUICK_COST = 1.3, 4.2
"""What these looks cost in frames of the usual size."""
QUICK_MS, SURVEY_MS = 3_000.0, 12_000.0
"""Between two rounds of looks in a crowd: quick ones at the whole frame, and thorough ones, which ask for density."""
LITTLE = 1.35
"""How many times more people the looks at every part may find than quick ones, for these to be worth anything."""
DOUBT_MS = 60_000.0
"""Between two rounds of looks where the texture alone is like a crowd's: foliage stays foliage."""
CLEARED = 0.5
"""Part of a crowd's texture below which the next crowd's is a new one: a lens that was covered, a cut of a film."""
TEXTURE_MS = 2_000.0
"""Between two looks at the texture."""
LEAVES_MS = 10_000.0
"""How long nothing must speak for a crowd before it is over."""
RESTS_MS = 10_000.0
"""After a look that failed, before the next: what is broken stays broken for a while."""


SETTLED_MS, RECENT_MS = 1_500.0, 6_000.0
"""When a stream's count has settled after its start, and how long a closer look can be compared with the count."""
PLAIN = 0.25
"""Score from which on the usual look shows somebody, as detectors are used alone."""
SMALLEST_PX = 32
"""Shorter side of a frame, pixels, below which nobody can be found in it."""
NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Scene:
    """A frame as the usual look sees it.

    Attributes
    ----------
    image_bgr : ndarray of uint8, shape (height, width, 3)
    t : float
        Capture time, milliseconds.
    known_xyxy : ndarray, shape (n, 4)
        People who are followed, seen or hidden; pixels.
    count : int
        Those of them who are seen.
    certainty : Certainty
        What the usual look says of its own error.
    detections : Detections
        What it found, weak ones included; pixels.
    """

    image_bgr: NDArray[np.uint8]
    t: float
    known_xyxy: NDArray[np.float64]
    count: int
    certainty: Certainty
    detections: Detections

    @property
    def answered_xyxy(self) -> NDArray[np.float64]:
        """Boxes, shape (n, 4), of everybody whom the usual look shows, followed or not; pixels."""
        plain = self.detections.xyxy[self.detections.scores >= PLAIN]
        return np.vstack([self.known_xyxy, plain])


Take = Callable[["Scene"], None]


class CrowdWatch:
    """Follows one stream.

    Parameters
    ----------
    closer : CloserLooks
    looks : Looks
    """

    def __init__(self, closer: CloserLooks, looks: Looks) -> None:
        self._closer, self._looks = closer, looks
        self._evidence = CloserEvidence()
        self._texture = self._survey_texture = 0.0
        self._dense: bool | None = None
        self._tile_t = self._quick_t = self._survey_t = self._texture_t = self._rests_until = NEVER
        self._density_t = NEVER
        self._gain = 1.0
        self._quick_frame = self._tile_frame = 0
        self._looked, self._looked_t = 0.0, NEVER
        self._begun: float | None = None
        self._under: Future[Take] | None = None
        self._crowded = False
        self._sign_t = NEVER
        self._least = 0
        self._people = SmoothedPeople()
        self._uncounted = Uncounted()
        self._ratio: float | None = None
        self._frames = 0
        self._surveyed = False

    @property
    def found(self) -> Detections:
        """Everybody whom the newest closer look at each part found, pixels of the frame."""
        return self._evidence.found

    def follow(self, scene: Scene) -> tuple[Certainty, Crowd | None]:
        """Take in a frame and return what is known of its number of people; begin a closer look if one is due."""
        self._frames += 1
        self._begun = scene.t if self._begun is None else self._begun
        self._follow_shape(scene)
        self._uncounted.note(scene.detections, scene.count, scene.t)
        self._collect(scene)
        if self._under is None and scene.t >= self._rests_until:
            self._begin(scene)
            self._collect(scene)
        self._decide(scene)
        return self._verdict(scene)

    def _follow_shape(self, scene: Scene) -> None:
        """In a frame of another shape the tiles show other parts: what was found in them says nothing of it."""
        height, width = scene.image_bgr.shape[:2]
        ratio = width / height
        if self._ratio is not None and abs(ratio / self._ratio - 1) > 0.02:
            self._evidence, self._under = CloserEvidence(), None
            self._tile_t = self._quick_t = self._survey_t = self._texture_t = self._looked_t = NEVER
            self._people.forget()
            self._surveyed, self._least, self._survey_texture = False, 0, 0.0
            self._dense, self._density_t = None, NEVER
        self._ratio = ratio

    def _begin(self, scene: Scene) -> None:
        """Begin the look that is due most, if there is time for it."""
        t = scene.t
        if t - self._texture_t >= TEXTURE_MS:
            self._texture_t = t
            self._texture = float(crowd_like(scene.image_bgr, scene.answered_xyxy).mean())
            if self._texture < CLEARED * TEXTURE:
                self._survey_texture = 0.0
        if self._survey_due(t) and self._looks.may(crowded=True):
            self._survey_t = self._quick_t = t
            self._surveyed, self._survey_texture = self._surveyed and not self._new_texture, self._texture
            dense = self._asks_density(t)
            self._under = self._looks.take(lambda: self._survey(scene, dense=dense), crowded=True)
        elif self._quick_due(t) and self._looks.may(crowded=self._crowded):
            self._quick_t, self._quick_frame = t, self._frames
            self._under = self._looks.take(lambda: self._survey_quickly(scene), crowded=self._crowded)
        elif self._tile_due(t) and self._looks.may(crowded=False):
            self._tile_t, self._tile_frame = t, self._frames
            number = self._evidence.next_tile()
            self._under = self._looks.take(lambda: self._look(scene, number), crowded=False)

    def _survey_due(self, t: float) -> bool:
        """Whether every part is to be looked at: first, in a crowd, and where the texture is like that of one."""
        if self._crowded:
            return t - self._survey_t >= SURVEY_MS
        since = QUICK_MS if self._new_texture else DOUBT_MS
        return self._survey_t == NEVER or (self._texture >= TEXTURE and t - self._survey_t >= since)

    @property
    def _new_texture(self) -> bool:
        """Whether the picture became like a crowd's after the newest round of looks, which says nothing of it then."""
        return self._texture >= TEXTURE and self._survey_texture < TEXTURE

    def _asks_density(self, t: float) -> bool:
        """Whether density is asked: where it may say something, and in every crowd now and then.

        Boxes of a few people in front leave little texture to see of hundreds behind them.
        """
        asks = self._texture >= TEXTURE or bool(self._dense) or (self._crowded and t - self._density_t >= DOUBT_MS)
        self._density_t = t if asks else self._density_t
        return asks

    def _quick_due(self, t: float) -> bool:
        """Whether the whole frame is to be looked at once more."""
        if self._crowded:
            # Between thorough rounds: where boxes tell how the number of people changes.
            return not self._people.dense and self._gain <= LITTLE and t - self._quick_t >= QUICK_MS
        enough = self._frames - self._quick_frame >= QUICK_COST * self._looks.frames_each
        return enough and t - self._quick_t >= CALM_MS

    def _tile_due(self, t: float) -> bool:
        enough = self._frames - self._tile_frame >= TILE_COST * self._looks.frames_each
        return not self._crowded and enough and t - self._tile_t >= TILE_MS

    def _look(self, scene: Scene, number: int) -> Take:
        """Look at a tile; return what takes the result in, on the stream's own thread."""
        height, width = scene.image_bgr.shape[:2]
        tile = next(one for one in tiles(height, width) if one.number == number)
        found = self._closer.at_tile(scene.image_bgr, tile)
        return lambda _now: self._evidence.note(number, found, scene.answered_xyxy)

    def _survey_quickly(self, scene: Scene) -> Take:
        survey = self._closer.quickly(scene.image_bgr, scene.detections)
        return lambda _now: self._take_quick(survey, scene)

    def _take_quick(self, survey: Survey, scene: Scene) -> None:
        self._looked, self._looked_t = survey.quick.people, scene.t
        self._evidence.note_whole(survey.whole, scene.answered_xyxy)
        if self._crowded and not self._people.dense:
            self._people.take(survey.quick.times(self._gain), scene.t)

    def _survey(self, scene: Scene, *, dense: bool) -> Take:
        survey = self._closer.everywhere(scene.image_bgr, scene.detections, dense=dense)
        return lambda _now: self._take_survey(survey, scene)

    def _take_survey(self, survey: Survey, scene: Scene) -> None:
        self._surveyed = True
        self._evidence.note_whole(survey.whole, scene.answered_xyxy)
        self._evidence.note_all(survey.parts, scene.answered_xyxy)
        if survey.dense is not None:
            self._dense = self._too_dense(survey.dense, survey.boxed, scene)
        self._least = max(survey.boxed.least, int(survey.boxed.people * BOXED_RANGE[0]))
        self._looked, self._looked_t = survey.boxed.people, scene.t
        self._gain = survey.boxed.people / survey.quick.people if survey.quick.people > 0 else 1.0
        self._people.take(self._choose(survey, scene), scene.t)

    def _too_dense(self, dense: Estimate, boxed: Estimate, scene: Scene) -> bool:
        """Whether density tells the number of people, not boxes. Foliage is as dense, but shows no sign of people."""
        signs = self._signs(scene)
        more = signs.packed(already=False) and dense.density > boxed.people
        much_more = dense.density >= DENSE * boxed.people + DENSE_FROM
        return signs.hints >= HINTS_ALONE and (more or much_more)

    def _choose(self, survey: Survey, scene: Scene) -> Estimate | None:
        """The estimate that holds for the scene; None where it is packed and nothing can estimate it."""
        if survey.dense is not None and self._dense:
            return survey.dense
        packed = self._signs(scene).packed(self._crowded)
        return None if packed and not self._closer.sees_density else survey.boxed

    def _collect(self, scene: Scene) -> None:
        """Take in the look that is over. One that failed leaves the stream as it is, and no estimate that gets old."""
        if self._under is None or not self._under.done():
            return
        under, self._under = self._under, None
        try:
            take = under.result()
        except Exception:
            # The boundary of a closer look: people are followed without it.
            logger.exception("a closer look failed; the next one follows in %g s", RESTS_MS / 1000)
            self._people.forget()
            self._rests_until = scene.t + RESTS_MS
        else:
            take(scene)

    def _signs(self, scene: Scene) -> Evidence:
        return Evidence(
            more=self._evidence.more,
            hints=self._evidence.hints,
            texture=self._texture,
            known=len(scene.known_xyxy),
            saturated=scene.certainty.saturated,
            uncounted=self._uncounted.mean,
            looked=self._compare(scene),
            dense=self._dense,
        )

    def _compare(self, scene: Scene) -> float:
        """People whom the newest closer look estimates besides the counted ones; 0 where they cannot be compared."""
        settled = self._begun is not None and scene.t - self._begun >= SETTLED_MS
        if not settled or scene.t - self._looked_t > RECENT_MS:
            return 0.0
        return self._looked - (1 + LOOKED_SHARE) * scene.count

    def _decide(self, scene: Scene) -> None:
        """Say that a scene is crowded at once, and that it is so no more after some time without a sign."""
        if self._signs(scene).crowded(self._crowded):
            if not self._crowded:
                # The last round was made while nothing spoke for a crowd: look again, unless it just asked for density.
                asked = self._dense is not None and scene.t - self._survey_t < QUICK_MS
                self._survey_t = self._survey_t if asked else NEVER
            self._crowded, self._sign_t = True, scene.t
        elif self._crowded and scene.t - self._sign_t >= LEAVES_MS:
            self._crowded = False

    def _verdict(self, scene: Scene) -> tuple[Certainty, Crowd | None]:
        # That there is nobody, or that there are few in what is like a crowd's picture, closer looks have to confirm.
        looked = self._surveyed and not self._new_texture
        some = scene.count > 0 and self._texture < TEXTURE
        known = self._frames > 1 and (looked or some) and min(scene.image_bgr.shape[:2]) >= SMALLEST_PX
        if not self._crowded:
            return replace(scene.certainty, saturated=False, known=known), None
        crowd = self._people.crowd(scene.count, scene.certainty.low, scene.t)
        if crowd is None:
            return Certainty(max(self._least, scene.count, scene.certainty.low), None, saturated=True), None
        return Certainty(crowd.figure.low, crowd.figure.high, saturated=True), crowd
