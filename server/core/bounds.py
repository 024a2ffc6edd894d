"""Upper bounds for the number of alerts and of alert snapshots."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds set by the operator.

    Attributes
    ----------
    alert_floor_s : float
        Minimum for `hold_s`, `clear_s` and `cooldown_s` of limits, seconds.
    alerts_per_hour : int
        Maximum number of alerts an hour, over all streams of one owner.
    pictures_mb_per_hour : float
        Maximum size of alert snapshots an hour, over all streams of one owner, megabytes.
    """

    alert_floor_s: float = 1.0
    alerts_per_hour: int = 600
    pictures_mb_per_hour: float = 20.0
