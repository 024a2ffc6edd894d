"""How long what was counted is kept."""

from dataclasses import dataclass

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Retention:
    """Days; 0 is for ever.

    Attributes
    ----------
    samples : dict of int to int
        Of the course of the figures, by the length of their stretches in seconds.
    heat : int
        Of where people were in an hour.
    stills : int
        Of pictures of alerts.
    records : int
        Of alerts that ended and of totals of streams.
    """

    samples: dict[int, int]
    heat: int
    stills: int
    records: int
