"""What clients may send, and how often; an event that is not here is refused."""

from dataclasses import dataclass

EVENTS_PER_SECOND = 200.0
EVENTS_AT_ONCE = 400.0


@dataclass(frozen=True, slots=True)
class EventRule:
    """What applies to an event, besides being connected, which all need: its budget for each connection.

    Attributes
    ----------
    rate, burst : float
        Events a second in the long run, and at once.
    """

    rate: float
    burst: float


EVENTS = {
    "frame": EventRule(EVENTS_PER_SECOND, EVENTS_AT_ONCE),
    "stream_open": EventRule(5, 30),
    "stream_close": EventRule(5, 30),
    "heatmap_window": EventRule(5, 30),
    "counters_reset": EventRule(1, 10),
    "room_enter": EventRule(2, 20),
    "room_view": EventRule(10, 60),
    "room_editing": EventRule(5, 30),
    "room_leave": EventRule(2, 20),
    "renew": EventRule(0.5, 10),
}
"""For users."""
GUEST_EVENTS = frozenset({"frame", "stream_open", "stream_close"})
"""For devices that are guests: everything else does not exist for them."""
