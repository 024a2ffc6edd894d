"""What everybody may know of an area: the page without an account."""

from dataclasses import dataclass

from server.core.alarm import Level
from server.core.venue import AreaReport


@dataclass(frozen=True, slots=True)
class PublicFigure:
    """What everybody may know of an area.

    Attributes
    ----------
    state : str
        ``"go"``, ``"busy"``, ``"full"`` or ``"unknown"``; `go` only where every part is known and even the upper end of
        the range leaves room, for some seconds where it left none before.
    people : int or None
        None while a part of it is old, missing or not known: the page cannot show which.
    low, high : int or None
        The range of an estimate, None for anything else.
    estimated : bool
    """

    state: str = "unknown"
    people: int | None = None
    low: int | None = None
    high: int | None = None
    estimated: bool = False


def public_figure(report: AreaReport) -> PublicFigure:
    """Return what everybody may know of an area."""
    found, state = report.total, _state(report)
    if not found.complete:
        return PublicFigure(state)
    if not found.estimated:
        return PublicFigure(state, found.people)
    return PublicFigure(state, found.people, found.low, found.high, estimated=True)


def _state(report: AreaReport) -> str:
    """How full it is. Where it may be full, but is probably not, it is busy: a wrong `go` sends people into a crowd."""
    if report.level is Level.CRITICAL or report.full:
        return "full"
    if report.level is Level.WARNING:
        return "busy"
    if not report.total.complete or report.total.high is None:
        return "unknown"
    return "busy" if report.may_be_full else "go"
