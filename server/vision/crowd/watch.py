"""Crowd detection and estimation for one stream."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

from server.core.certainty import Certainty
from server.core.crowd import Crowd, CrowdFigure, Method
from server.vision.crowd.closer import CloserLooks, Survey
from server.vision.crowd.estimate import BOXED_RANGE, DENSE, DENSE_FROM, Estimate
from server.vision.crowd.evidence import HINTS_ALONE, LOOKED_SHARE, CloserEvidence, Evidence
from server.vision.crowd.looks import Looks
from server.vision.crowd.recent_mean import RecentMean
from server.vision.crowd.scene import Scene
from server.vision.crowd.schedule import BACK_OFF_MS, NEVER, QUICK_MS, TEXTURE_SURVEY_MS, Look, LookSchedule, Needs
from server.vision.crowd.smoothed import SmoothedPeople
from server.vision.crowd.texture import Texture
from server.vision.crowd.tiles import tiles
from server.vision.crowd.uncounted import UncountedPeople
from server.vision.crowd.usual_look import UsualLook
from server.vision.crowd.visibility import VisibilityCheck
from server.vision.detections import Detections

logger = logging.getLogger("crowdcount.vision")

MAX_GAIN = 1.35
"""Maximum ratio of survey to quick estimate at which quick looks are reliable."""
EXIT_DELAY_MS = 10_000.0
"""Time without evidence after which a scene is no longer crowded, milliseconds."""
SETTLED_MS, SETTLED_FRAMES, SURELY_MS = 1_500.0, 5, 5_000.0
"""The count has settled after the first time (milliseconds) and number of frames, or after the longer time. Before
that, tracks are still being confirmed, and a low count does not indicate a crowd."""
RECENT_MS = 6_000.0
"""Maximum age of a closer look for a comparison with the count, milliseconds."""
SMALLEST_PX = 32
"""Minimum shorter side of a frame in which people can be found, pixels."""


ApplyResult = Callable[[Scene], None]
"""Applies the result of a look, on the stream's own thread, with the latest frame."""


class CrowdWatch:
    """Detects and estimates the crowd of one stream.

    Parameters
    ----------
    closer : CloserLooks
        Runs closer looks.
    looks : Looks
        Schedules them.

    Attributes
    ----------
    least : Crowd or None
        Lower bound for the latest frame, see `server.core.tracks.Tracks`.
    """

    def __init__(self, closer: CloserLooks, looks: Looks) -> None:
        self._closer, self._looks = closer, looks
        self._evidence = CloserEvidence()
        self._texture = Texture()
        self._visibility = VisibilityCheck()
        self._dense: bool | None = None
        self._schedule = LookSchedule(looks.frames_each)
        self._density_t = NEVER
        self._gain = 1.0
        self._looked, self._looked_t = 0.0, NEVER
        self._begun: float | None = None
        self._pending: Future[ApplyResult] | None = None
        self._crowded = False
        self._sign_t = NEVER
        self._least = 0
        self._boxed: Estimate | None = None
        self._surveys = 0
        self.least: Crowd | None = None
        self._people = SmoothedPeople()
        self._uncounted = UncountedPeople()
        self._mean_count, self._usual = RecentMean(RECENT_MS), UsualLook()
        self._ratio: float | None = None
        self._frames = 0
        self._surveyed = False

    @property
    def found(self) -> Detections:
        """All detections of the latest closer look at each tile, frame pixels."""
        return self._evidence.found

    def update(self, scene: Scene) -> tuple[Certainty, Crowd | None]:
        """Process a frame: return certainty and crowd, and start a closer look if one is due."""
        self._frames += 1
        self._begun = scene.t if self._begun is None else self._begun
        self._check_shape(scene)
        self._uncounted.note(scene.detections, scene.count, scene.t)
        self._mean_count.note(scene.count, scene.t)
        self._usual.note(scene.detections, scene.image_bgr.shape[0], scene.t)
        self._collect(scene)
        if self._pending is None:
            self._texture.update(scene)
            self._begin(scene)
            self._collect(scene)
        self._update_state(scene)
        return self._result(scene)

    def _check_shape(self, scene: Scene) -> None:
        """Reset after a change of the aspect ratio, because tiles then show other parts of the scene."""
        height, width = scene.image_bgr.shape[:2]
        ratio = width / height
        if self._ratio is not None and abs(ratio / self._ratio - 1) > 0.02:
            self._evidence, self._pending = CloserEvidence(), None
            self._schedule.forget()
            self._texture.forget()
            self._looked_t = NEVER
            self._people.forget()
            self._surveyed, self._least, self._boxed = False, 0, None
            self._dense, self._density_t = None, NEVER
        self._ratio = ratio

    def _begin(self, scene: Scene) -> None:
        """Start the most urgent look that the budget allows."""
        needs = self._needs(scene)
        for look, budget in self._schedule.due(needs):
            if self._looks.has_budget(budget):
                self._schedule.begin(look, needs)
                self._pending = self._looks.run(self._work(look, scene), budget)
                return

    def _needs(self, scene: Scene) -> Needs:
        t, people_visible = scene.t, scene.count > 0 or len(scene.detected_xyxy) > 0
        ageing = self._people.ageing(t)
        boxes_tell = not self._dense_here and self._gain <= MAX_GAIN
        return Needs(
            t,
            self._frames,
            crowded=self._crowded,
            textured=self._texture.like_a_crowd,
            newly_textured=self._texture.is_new,
            boxes_tell=boxes_tell,
            dense=self._dense_here,
            people_visible=people_visible,
            ageing=ageing,
        )

    @property
    def _dense_here(self) -> bool:
        """Whether the estimate needs density; judged by the texture before the first survey."""
        return self._people.dense if self._surveyed else self._texture.like_a_crowd

    def _work(self, look: Look, scene: Scene) -> Callable[[], ApplyResult]:
        if look is Look.TILE:
            number = self._evidence.next_tile()
            return lambda: self._look(scene, number)
        if look is Look.QUICK:
            return lambda: self._survey_quickly(scene)
        self._surveyed = self._surveyed and not self._texture.is_new
        self._texture.note_survey()
        dense = self._asks_density(scene)
        return lambda: self._survey(scene, dense=dense)

    def _asks_density(self, scene: Scene) -> bool:
        """Return whether to estimate density: if it is promising, and periodically in every crowd.

        A few people in front can hide the texture of hundreds behind them.
        """
        if _is_too_small(scene):
            return False
        waited = scene.t - self._density_t >= TEXTURE_SURVEY_MS
        asks = self._texture.like_a_crowd or bool(self._dense) or (self._crowded and waited)
        self._density_t = scene.t if asks else self._density_t
        return asks

    def _look(self, scene: Scene, number: int) -> ApplyResult:
        """Look at a tile; return the function that applies the result on the stream's own thread."""
        height, width = scene.image_bgr.shape[:2]
        tile = next(one for one in tiles(height, width) if one.number == number)
        found = self._closer.at_tile(scene.image_bgr, tile)
        return lambda _now: self._evidence.note(number, found, scene.all_xyxy)

    def _survey_quickly(self, scene: Scene) -> ApplyResult:
        usual = self._usual.people
        survey = self._closer.quickly(scene.image_bgr, scene.detections)
        return lambda _now: self._take_quick(survey, scene, usual)

    def _take_quick(self, survey: Survey, scene: Scene, usual: float) -> None:
        self._looked, self._looked_t = survey.quick.people, scene.t
        self._evidence.note_whole(survey.whole, scene.all_xyxy)
        if self._crowded and not self._dense_here:
            self._people.take(survey.quick.scaled(self._gain), scene.t, usual)

    def _survey(self, scene: Scene, *, dense: bool) -> ApplyResult:
        usual = self._usual.people
        survey = self._closer.everywhere(scene.image_bgr, scene.detections, dense=dense)
        return lambda _now: self._take_survey(survey, scene, usual)

    def _take_survey(self, survey: Survey, scene: Scene, usual: float) -> None:
        self._surveyed = True
        self._evidence.note_whole(survey.whole, scene.all_xyxy)
        self._evidence.note_all(survey.parts, scene.all_xyxy)
        if survey.dense is not None:
            self._dense = self._too_dense(survey.dense, survey.boxed, scene)
        self._boxed, self._surveys = survey.boxed, self._surveys + 1
        self._least = max(survey.boxed.least, int(survey.boxed.people * BOXED_RANGE[0]))
        self._looked, self._looked_t = survey.boxed.people, scene.t
        self._gain = survey.boxed.people / survey.quick.people if survey.quick.people > 0 else 1.0
        self._people.take(self._choose(survey, scene), scene.t, usual)

    def _too_dense(self, dense: Estimate, boxed: Estimate, scene: Scene) -> bool:
        """Return whether density is more reliable than detections. Foliage is dense, too, but without hints of
        people."""
        signs = self._signs(scene)
        more = signs.packed(already=False) and dense.density > boxed.people
        much_more = dense.density >= DENSE * boxed.people + DENSE_FROM
        return signs.hints >= HINTS_ALONE and (more or much_more)

    def _choose(self, survey: Survey, scene: Scene) -> Estimate | None:
        """Return the estimate to use; None if the scene is packed and density is unavailable."""
        if _is_too_small(scene):
            return None
        if survey.dense is not None and self._dense:
            return survey.dense
        packed = self._signs(scene).packed(self._crowded)
        return None if packed and not self._closer.sees_density else survey.boxed

    def _collect(self, scene: Scene) -> None:
        """Apply the result of a finished look. After a failure, discard the estimate and back off."""
        if self._pending is None or not self._pending.done():
            return
        pending, self._pending = self._pending, None
        try:
            apply = pending.result()
        except Exception:
            # Boundary of a closer look: tracking continues without it.
            logger.exception("closer look failed; retrying in %g s", BACK_OFF_MS / 1000)
            self._people.forget()
            self._schedule.back_off(scene.t)
        else:
            apply(scene)

    def _signs(self, scene: Scene) -> Evidence:
        return Evidence(
            more=self._evidence.more,
            hints=self._evidence.hints,
            texture=self._texture.share,
            known=len(scene.known_xyxy),
            saturated=scene.certainty.saturated and self._settled(scene.t),
            uncounted=self._uncounted.mean,
            looked=self._excess_people(scene),
            dense=self._dense,
        )

    def _excess_people(self, scene: Scene) -> float:
        """Return how many people the latest closer look estimates beyond the count; 0 if they are not comparable.

        The count is averaged, because after a scene cut all tracks have to be confirmed again.
        """
        if not self._settled(scene.t) or scene.t - self._looked_t > RECENT_MS:
            return 0.0
        return self._looked - (1 + LOOKED_SHARE) * self._mean_count.mean

    def _settled(self, t: float) -> bool:
        age = t - (t if self._begun is None else self._begun)
        return age >= SURELY_MS or (age >= SETTLED_MS and self._frames >= SETTLED_FRAMES)

    def _update_state(self, scene: Scene) -> None:
        """Update the crowded state: it starts immediately and ends after some time without evidence."""
        if self._signs(scene).crowded(self._crowded):
            # The last survey was made for an uncrowded scene: repeat it, unless it has just included density.
            asked = self._dense is not None and self._schedule.surveyed_within(QUICK_MS, scene.t)
            if not self._crowded and not asked:
                self._schedule.request_survey()
            self._crowded, self._sign_t = True, scene.t
        elif self._crowded and scene.t - self._sign_t >= EXIT_DELAY_MS:
            self._crowded = False

    def _result(self, scene: Scene) -> tuple[Certainty, Crowd | None]:
        # A survey must confirm an empty scene, or few people in a crowd-like image.
        looked = self._surveyed and not self._texture.is_new
        some = scene.count > 0 and not self._texture.like_a_crowd
        shown = not _is_too_small(scene) and self._visibility.is_visible(scene)
        known = self._frames > 1 and (looked or some) and shown
        self.least = None
        if not self._crowded:
            high = scene.certainty.high if shown else None
            return replace(scene.certainty, high=high, saturated=False, known=known), None
        crowd = self._people.crowd(scene.count, scene.certainty.low, scene.t, self._usual.people)
        if crowd is None:
            low = max(self._least, scene.count, scene.certainty.low)
            self.least = self._least_crowd(low)
            return Certainty(low, None, saturated=True), None
        return Certainty(crowd.figure.low, crowd.figure.high, saturated=True), crowd

    def _least_crowd(self, low: int) -> Crowd | None:
        """Return the distribution of the certain people, from the latest survey."""
        boxed = self._boxed
        if boxed is None or boxed.people <= 0:
            return None
        people = max(boxed.people, float(low))
        return Crowd(CrowdFigure(people, low, int(people) + 1, Method.BOXES), self._surveys, boxed.grid)


def _is_too_small(scene: Scene) -> bool:
    return bool(min(scene.image_bgr.shape[:2]) < SMALLEST_PX)
