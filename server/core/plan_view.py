"""Where what was drawn lies in a frame that has another format than the frames it was drawn on."""

from dataclasses import dataclass, replace

from server.core.tracks import Tracks
from server.core.view import SAME, Affine, XyxyNorm, inverse, map_box


@dataclass(frozen=True, slots=True)
class PlanView:
    """Where the plan lies in the frame.

    Attributes
    ----------
    changed : bool
        Whether the frame has another format than the one on which the plan was drawn.
    fits : bool
        Whether it is known where the ground that was drawn on is now.
    affine : Affine
        From the plan to the frame.
    size : (int, int) or None
        Width and height of the frames on which the plan was drawn, pixels; None where it lies in the frame as it is.
    """

    changed: bool = False
    fits: bool = True
    affine: Affine = SAME
    size: tuple[int, int] | None = None

    def to_plan(self, tracks: Tracks) -> Tracks:
        """Return the same people in the frame on which the plan was drawn; there they may be outside of it."""
        if self.size is None:
            return tracks
        back = inverse(self.affine)
        people = tuple(replace(person, box_norm=map_box(back, person.box_norm)) for person in tracks.people)
        return replace(tracks, people=people, width=self.size[0], height=self.size[1])

    def box_to_frame(self, box_norm: XyxyNorm) -> XyxyNorm:
        """Return where a box of the plan's frame is in this one."""
        return box_norm if self.size is None else map_box(self.affine, box_norm)


HERE = PlanView()
"""The plan was drawn on frames like this one."""
