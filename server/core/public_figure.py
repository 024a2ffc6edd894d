"""The public view of an area: the status page that needs no account."""

from dataclasses import dataclass

from server.core.alarm import Level
from server.core.venue import AreaReport


@dataclass(frozen=True, slots=True)
class PublicFigure:
    """The public view of an area.

    Attributes
    ----------
    state : str
        ``"go"``, ``"busy"``, ``"full"`` or ``"unknown"``. `go` requires that all parts are known and that the
        upper end of the range leaves room, with a delay after it did not.
    people : int or None
        None if any part is stale, missing or unknown, because the page cannot show which.
    low, high : int or None
        Range of an estimate; None for counts.
    estimated : bool
    """

    state: str = "unknown"
    people: int | None = None
    low: int | None = None
    high: int | None = None
    estimated: bool = False


def public_figure(report: AreaReport) -> PublicFigure:
    """Return the public view of an area."""
    found, state = report.total, _state(report)
    if not found.complete:
        return PublicFigure(state)
    if not found.estimated:
        return PublicFigure(state, found.people)
    return PublicFigure(state, found.people, found.low, found.high, estimated=True)


def _state(report: AreaReport) -> str:
    """Return the public state. An area that may be full is `busy`, because a wrong `go` sends people into a crowd."""
    if report.level is Level.CRITICAL or report.full:
        return "full"
    if report.level is Level.WARNING:
        return "busy"
    if not report.total.complete or report.total.high is None:
        return "unknown"
    return "busy" if report.may_be_full else "go"
