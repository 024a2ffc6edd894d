"""The plan of a camera: zones, lines, limits and calibration, as one value."""

from collections import Counter
from dataclasses import dataclass, field

from server.core.alarm import Limits
from server.core.errors import CodedError
from server.core.ground import Calibration
from server.core.zone import Line, Zone

MAX_SHAPES = 50
MAX_ASPECT = 100


@dataclass(frozen=True, slots=True)
class ZoneLimits:
    """The limits of a zone by metric; None disables the alarm.

    Attributes
    ----------
    people : Limits or None
        Limits of the occupancy.
    density : Limits or None
        Limits of the people per m²; needs a calibration.
    dwell : Limits or None
        Limits of the longest ongoing dwell time, seconds.
    """

    people: Limits | None = None
    density: Limits | None = None
    dwell: Limits | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that users draw on one camera's frame.

    Attributes
    ----------
    zones : tuple of Zone
    lines : tuple of Line
    limits : dict of str to ZoneLimits
        Limits by zone ID; zones without limits, such as exclusion zones, have no entry.
    calibration : Calibration or None
    aspect : float or None
        Aspect ratio (width / height) of the frames on which the plan was drawn; None if unknown.

    Raises
    ------
    CodedError
        ``BAD_PLAN``, ``TOO_MANY_SHAPES``, ``BAD_SHAPE``, ``NAME_TAKEN`` or ``BAD_LIMIT``.
    """

    zones: tuple[Zone, ...] = ()
    lines: tuple[Line, ...] = ()
    limits: dict[str, ZoneLimits] = field(default_factory=dict)
    calibration: Calibration | None = None
    aspect: float | None = None

    def __post_init__(self) -> None:
        if self.aspect is not None and not 1 / MAX_ASPECT <= self.aspect <= MAX_ASPECT:
            raise CodedError("BAD_PLAN", f"aspect lies between 1/{MAX_ASPECT} and {MAX_ASPECT}.")
        shapes: list[Zone | Line] = [*self.zones, *self.lines]
        if len(shapes) > MAX_SHAPES:
            raise CodedError("TOO_MANY_SHAPES", f"A camera has at most {MAX_SHAPES} zones and lines.")
        _unique("BAD_SHAPE", "id", [shape.id for shape in shapes])
        _unique("NAME_TAKEN", "name", [shape.name.strip().casefold() for shape in shapes])
        unknown = self.limits.keys() - {zone.id for zone in self.zones}
        if unknown:
            raise CodedError("BAD_LIMIT", f"There is no zone {min(unknown)} that these limits could be for.")
        for zone in self.zones:
            if not zone.counts and zone.id in self.limits:
                raise CodedError("BAD_LIMIT", f"{zone.name} is not counted, so it has no limits.")


def _unique(code: str, what: str, values: list[str]) -> None:
    twice = [value for value, times in Counter(values).items() if times > 1]
    if twice:
        raise CodedError(code, f"Two shapes have the same {what}: {twice[0]}.")
