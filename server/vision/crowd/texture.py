"""How much of a stream's picture is like a crowd's, and whether closer looks know of it."""

from server.vision.crowd.evidence import TEXTURE
from server.vision.crowd.scene import Scene
from server.vision.crowd.structure import crowd_like

CLEARED = 0.5
"""Part of a crowd's texture below which the next crowd's is a new one: a lens that was covered, a cut of a film."""
TEXTURE_MS = 2_000.0
"""Between two looks at the texture."""


class Texture:
    """Follows one stream.

    Attributes
    ----------
    share : float
        Part of the frame that is like a crowd's picture and shows no known person.
    """

    def __init__(self) -> None:
        self.share = self._surveyed_share = 0.0
        self._t = float("-inf")

    def follow(self, scene: Scene) -> None:
        """Look at a frame, unless the newest look was just before it."""
        if scene.t - self._t < TEXTURE_MS:
            return
        self._t = scene.t
        self.share = float(crowd_like(scene.image_bgr, scene.answered_xyxy).mean())
        if self.share < CLEARED * TEXTURE:
            self._surveyed_share = 0.0

    def forget(self) -> None:
        """The frame has another shape: closer looks know nothing of it."""
        self._t, self._surveyed_share = float("-inf"), 0.0

    def note_survey(self) -> None:
        """Closer looks are taken at every part now."""
        self._surveyed_share = self.share

    @property
    def like_a_crowd(self) -> bool:
        """Whether so large a part is like a crowd's picture that people may hide in it."""
        return self.share >= TEXTURE

    @property
    def is_new(self) -> bool:
        """Whether the picture became like a crowd's after the newest round of looks, which says nothing of it then."""
        return self.like_a_crowd and self._surveyed_share < TEXTURE
