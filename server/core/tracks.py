"""What vision says about one frame: the value that crosses from vision through the engine to analytics."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.core.certainty import Certainty
from server.core.crowd import Crowd
from server.core.quality import Advice
from server.core.view import View, XyxyNorm


@dataclass(frozen=True, slots=True)
class Track:
    """One person seen in one frame.

    Attributes
    ----------
    id : int
        Identity, positive, unique within its stream and epoch, never reused.
    box_norm : XyxyNorm
        Where the person is, normalised to the frame: the detection, smoothed by those before it.
    score : float
        Confidence of the detection, 0..1.
    """

    id: int
    box_norm: XyxyNorm
    score: float


@dataclass(frozen=True, slots=True)
class Tracks:
    """The people seen in one frame: confirmed tracks with a detection in this very frame.

    Attributes
    ----------
    t : float
        Capture time in milliseconds since the stream opened.
    width, height : int
        Frame size in pixels as displayed.
    people : tuple of Track
        Ordered by identity.
    stages_ms : mapping of str to float
        Time spent in ``decode``, ``detect``, ``embed`` and ``track``, in milliseconds.
    epoch : int
        Grows when identities had to start again; the engine sets it.
    certainty : Certainty, optional
        How far the number of people may be off; None where it was not judged.
    crowd : Crowd, optional
        How many people there are where boxes do not tell; None where the scene is not crowded, or nothing can estimate.
    least : Crowd, optional
        Where the scene is saturated and nothing can estimate it: those who were found. The low end of its figure, and
        of each of its parts, is a lower bound; the rest of it means nothing.
    advice : Advice, optional
        The quality to choose where people are too small for the chosen one.
    view : View, optional
        How the frame lies to those that vision saw first, where it has another format.
    pictures : mapping of int to bytes
        The frame as small JPEGs, by width in pixels, where a viewer asked for them.
    """

    t: float
    width: int
    height: int
    people: tuple[Track, ...]
    stages_ms: Mapping[str, float] = field(default_factory=dict)
    epoch: int = 1
    certainty: Certainty | None = None
    crowd: Crowd | None = None
    least: Crowd | None = None
    advice: Advice | None = None
    view: View | None = None
    pictures: Mapping[int, bytes] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Whether anything can be said about how many people there are: not so in the first frame of a stream."""
        return self.crowd is not None or self.certainty is None or self.certainty.known

    @property
    def stands(self) -> bool:
        """Whether the number shown can be relied on: a saturated count without an estimate is a lower bound alone."""
        saturated = self.certainty is not None and self.certainty.saturated
        return self.known and (self.crowd is not None or not saturated)
