"""Zones and lines, validated on construction."""

import re
from dataclasses import dataclass
from enum import Enum
from math import isfinite

from server.core.errors import CodedError
from server.core.geometry import PointNorm, is_simple
from server.core.text import is_text

MAX_POINTS = 32
MAX_NAME = 60
MAX_SECONDS = 3600.0
COLOUR = re.compile(r"#[0-9a-f]{6}")


class ShapeError(CodedError):
    """An invalid zone or line."""


class Anchor(Enum):
    """The part of a person that must be inside a zone."""

    FEET = "feet"  # bottom centre of the box
    CENTRE = "centre"  # centre of the box
    OVERLAP = "overlap"  # at least a tenth of the box


class LineMode(Enum):
    """The counting mode of a line."""

    EVERY = "every"  # each crossing, in both directions
    ONCE = "once"  # each person once: a crossing back cancels the crossing


@dataclass(frozen=True, slots=True)
class Zone:
    """A polygon in which people are counted, or are excluded from all counts.

    Attributes
    ----------
    id : str
        Unique within its camera.
    name : str
        Display name, 1 to 60 characters.
    points_norm : tuple of PointNorm
        3 to 32 corners of a simple polygon, normalised.
    anchor : Anchor
        The part of a person that must be inside.
    entry_s, exit_s : float
        Entry and exit delay, seconds.
    revisit_s : float
        Re-entry window, seconds: a sooner return continues the visit.
    colour : str
        ``#rrggbb``.
    counts : bool
        False for an exclusion zone: people with their feet inside are not counted anywhere in the frame.

    Raises
    ------
    ShapeError
        ``BAD_SHAPE``, ``BAD_NAME``, ``BAD_COLOUR`` or ``BAD_TIME``.
    """

    id: str
    name: str
    points_norm: tuple[PointNorm, ...]
    anchor: Anchor = Anchor.FEET
    entry_s: float = 0.2
    exit_s: float = 0.5
    revisit_s: float = 10.0
    colour: str = "#2f81f7"
    counts: bool = True

    def __post_init__(self) -> None:
        _check_common(self.id, self.name, self.points_norm, self.colour)
        if not 3 <= len(self.points_norm) <= MAX_POINTS:
            raise ShapeError("BAD_SHAPE", f"A zone has 3 to {MAX_POINTS} points.")
        if not is_simple(self.points_norm):
            raise ShapeError("BAD_SHAPE", "The outline of a zone must not cross or touch itself.")
        for name in ("entry_s", "exit_s", "revisit_s"):
            _check_seconds(name, getattr(self, name))


@dataclass(frozen=True, slots=True)
class Line:
    """A directed counting line. Looking from the first point to the second, *in* is from left to right.

    Attributes
    ----------
    id, name, colour
        As in `Zone`.
    points_norm : tuple of two PointNorm
        End points, normalised.
    mode : LineMode
        Whether repeated crossings of one person count each time.

    Raises
    ------
    ShapeError
        ``BAD_SHAPE``, ``BAD_NAME`` or ``BAD_COLOUR``.
    """

    id: str
    name: str
    points_norm: tuple[PointNorm, PointNorm]
    colour: str = "#d29922"
    mode: LineMode = LineMode.EVERY

    def __post_init__(self) -> None:
        _check_common(self.id, self.name, self.points_norm, self.colour)
        if len(self.points_norm) != 2 or self.points_norm[0] == self.points_norm[1]:
            raise ShapeError("BAD_SHAPE", "A line has two different points.")


def _check_common(id_: str, name: str, points: tuple[PointNorm, ...], colour: str) -> None:
    if not id_ or not is_text(id_):
        raise ShapeError("BAD_SHAPE", "A shape needs an id.")
    if not name.strip() or len(name) > MAX_NAME:
        raise ShapeError("BAD_NAME", f"A name has 1 to {MAX_NAME} characters.")
    if not is_text(name):
        raise ShapeError("BAD_NAME", "A name consists of whole characters.")
    if not COLOUR.fullmatch(colour):
        raise ShapeError("BAD_COLOUR", "A colour looks like #2f81f7.")
    for x, y in points:
        if not (isfinite(x) and isfinite(y) and 0 <= x <= 1 and 0 <= y <= 1):
            raise ShapeError("BAD_SHAPE", "Points lie between 0 and 1 of the frame.")


def _check_seconds(name: str, value: float) -> None:
    if not (isfinite(value) and 0 <= value <= MAX_SECONDS):
        raise ShapeError("BAD_TIME", f"{name} lies between 0 and {MAX_SECONDS:.0f} seconds.")
