"""Crowd-like texture of a stream over time."""

from server.vision.crowd.evidence import TEXTURE
from server.vision.crowd.scene import Scene
from server.vision.crowd.structure import crowd_like

CLEARED = 0.5
"""Fraction of `TEXTURE` below which the scene counts as cleared, so that a later crowd is new: a covered lens, a
cut."""
TEXTURE_MS = 2_000.0
"""Interval between texture measurements, milliseconds."""


class Texture:
    """Crowd-like texture of one stream.

    Attributes
    ----------
    share : float
        Fraction of the frame with crowd-like texture and no known person.
    """

    def __init__(self) -> None:
        self.share = self._surveyed_share = 0.0
        self._t = float("-inf")

    def update(self, scene: Scene) -> None:
        """Measure the texture of a frame, unless the last measurement is recent."""
        if scene.t - self._t < TEXTURE_MS:
            return
        self._t = scene.t
        self.share = float(crowd_like(scene.image_bgr, scene.all_xyxy).mean())
        if self.share < CLEARED * TEXTURE:
            self._surveyed_share = 0.0

    def forget(self) -> None:
        """Reset after a change of the frame's shape."""
        self._t, self._surveyed_share = float("-inf"), 0.0

    def note_survey(self) -> None:
        """Record that a survey has started."""
        self._surveyed_share = self.share

    @property
    def like_a_crowd(self) -> bool:
        """Whether enough of the frame is crowd-like for people to be hidden in it."""
        return self.share >= TEXTURE

    @property
    def is_new(self) -> bool:
        """Whether the image became crowd-like after the latest survey, which is then out of date."""
        return self.like_a_crowd and self._surveyed_share < TEXTURE
