"""The mapping from a plan to frames of another format than those on which it was drawn."""

from dataclasses import dataclass, replace

from server.core.tracks import Tracks
from server.core.view import IDENTITY, Affine, XyxyNorm, inverse, map_box


@dataclass(frozen=True, slots=True)
class PlanView:
    """The mapping from a plan to the current frame.

    Attributes
    ----------
    changed : bool
        Whether the frame has another format than the frames on which the plan was drawn.
    fits : bool
        Whether the mapping between the two formats is known.
    affine : Affine
        Mapping from plan to frame coordinates.
    size : (int, int) or None
        Width and height of the frames on which the plan was drawn, pixels; None if no mapping is needed.
    """

    changed: bool = False
    fits: bool = True
    affine: Affine = IDENTITY
    size: tuple[int, int] | None = None

    def to_plan(self, tracks: Tracks) -> Tracks:
        """Return the tracks in plan coordinates; they may lie outside 0..1 there."""
        if self.size is None:
            return tracks
        back = inverse(self.affine)
        people = tuple(replace(person, box_norm=map_box(back, person.box_norm)) for person in tracks.people)
        return replace(tracks, people=people, width=self.size[0], height=self.size[1])

    def box_to_frame(self, box_norm: XyxyNorm) -> XyxyNorm:
        """Return a box in plan coordinates as a box in frame coordinates."""
        return box_norm if self.size is None else map_box(self.affine, box_norm)


IDENTITY_VIEW = PlanView()
"""The identity: the plan was drawn on frames like the current one."""
