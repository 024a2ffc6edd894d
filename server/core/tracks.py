"""Tracks: the result of vision for one frame, passed through the engine to analytics."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.core.certainty import Certainty
from server.core.crowd import Crowd
from server.core.quality import Advice
from server.core.view import View, XyxyNorm


@dataclass(frozen=True, slots=True)
class Track:
    """One tracked person in one frame.

    Attributes
    ----------
    id : int
        Track ID, positive, unique within its stream and epoch, never reused.
    box_norm : XyxyNorm
        Bounding box, the detection smoothed over time.
    score : float
        Confidence of the detection, 0..1.
    """

    id: int
    box_norm: XyxyNorm
    score: float


@dataclass(frozen=True, slots=True)
class Tracks:
    """The people in one frame: confirmed tracks with a detection in this frame.

    Attributes
    ----------
    t : float
        Capture time in milliseconds since the stream opened.
    width, height : int
        Frame size in pixels as displayed.
    people : tuple of Track
        Ordered by track ID.
    stages_ms : mapping of str to float
        Time spent in ``decode``, ``detect``, ``embed`` and ``track``, milliseconds.
    epoch : int
        Increases with each restart of the track IDs; set by the engine.
    certainty : Certainty, optional
        Uncertainty of the number of people; None if it was not computed.
    crowd : Crowd, optional
        The crowd estimate; None if the scene is not crowded, or without a density network.
    least : Crowd, optional
        The detected people of a saturated scene without an estimate. Only the lower ends of its range, and of the
        ranges of its parts, are meaningful.
    advice : Advice, optional
        The recommended quality, if people are too small for the current one.
    view : View, optional
        The mapping from the stream's first format, if this frame has another one.
    pictures : mapping of int to bytes
        The frame as small JPEGs by width in pixels, if a viewer requested them.
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
        """Whether the frame says anything about the number of people; False for the first frame of a stream."""
        return self.crowd is not None or self.certainty is None or self.certainty.known

    @property
    def is_reliable(self) -> bool:
        """Whether the displayed number is reliable. A saturated count without an estimate is only a lower bound."""
        saturated = self.certainty is not None and self.certainty.saturated
        return self.known and (self.crowd is not None or not saturated)
