"""How many people a file shows, in one sentence, for those who run `crowdcount track` without a file to write to."""

from typing import Any


def people_words(people: dict[str, Any], frames: int, missing: str | None = None) -> str:
    """Say what ``people`` of the statistics means; see `server.cli.track.counts.CountStats.report`.

    Parameters
    ----------
    people : dict
    frames : int
        Of the file; one is a photograph.
    missing : str, optional
        What of the file could not be read, a sentence.
    """
    return f"{_people(people, frames)} Incomplete: {missing}" if missing else _people(people, frames)


def _people(people: dict[str, Any], frames: int) -> str:
    figure = people["estimate_mean"]
    if figure is None:
        least = _number(people["low"] or 0.0, frames)
        return "The number of people is not known" + (f": at least {least}." if least != "0" else ".")
    number = _number(figure, frames)
    crowded = people["crowded"] > 0
    said = f"{'About ' if crowded else ''}{number} {'person' if number == '1' else 'people'}"
    said += " on average" if frames > 1 else ""
    return f"{said}{_range(people, frames, crowded=crowded)}{_unknown(people['unknown'], frames)}."


def _range(people: dict[str, Any], frames: int, *, crowded: bool) -> str:
    if people["high"] is None:
        return ", estimated" if crowded else ""
    low, high = _number(people["low"], frames), _number(people["high"], frames)
    if crowded:
        return f", estimated, {low} to {high}"
    return "" if low == high else f", probably {low} to {high}"


def _unknown(share: float, frames: int) -> str:
    """The first frame of a film is never known: it is not worth a word."""
    number = round(share * frames)
    return f"; not known in {number} of {frames} frames" if number > 1 else ""


def _number(value: float, frames: int) -> str:
    """People of a photograph are whole, a mean over frames has tenths while it is small."""
    return f"{value:.0f}" if frames == 1 or value >= 100 else f"{value:.1f}"
