"""How many alerts, and pictures of alerts, there may be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the operator sets.

    Attributes
    ----------
    alert_floor_s : float
        Hold, clear and cooldown of limits are at least so long.
    alerts_per_hour : int
        Of the streams of one owner.
    pictures_mb_per_hour : float
        The same, of alerts' pictures.
    """

    alert_floor_s: float = 1.0
    alerts_per_hour: int = 600
    pictures_mb_per_hour: float = 20.0
