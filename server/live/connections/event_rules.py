"""What clients may send, and how often; an event that is not here is refused."""

from dataclasses import dataclass

RESERVED = frozenset({"connect", "disconnect"})
"""What the library itself calls the coming and going of connections: no client may send events of these names."""
COMING_BACK_S = 32.0
"""As many connections as a holder may have come back at once, and again after this time."""


@dataclass(frozen=True, slots=True)
class EventRule:
    """What applies to an event, besides being connected, which all need: its budget for each user or guest.

    Attributes
    ----------
    rate, burst : float
        Events a second in the long run, and at once.
    coming_back : bool
        Sent by every connection as it comes, so that the budget grows with the connections that a user may have.
    """

    rate: float
    burst: float
    coming_back: bool = False


OVERALL = EventRule(200, 400)
"""Of all events together; a user has it for every four streams that a user may have."""
CONNECT = EventRule(2, 32, coming_back=True)
"""Of connecting: a new connection, and coming back on one that is there."""
EVENTS = {
    "frame": OVERALL,
    "stream_open": EventRule(5, 30, coming_back=True),
    "stream_close": EventRule(5, 30),
    "heatmap_window": EventRule(5, 30),
    "counters_reset": EventRule(1, 10),
    "room_enter": EventRule(2, 20, coming_back=True),
    "room_view": EventRule(10, 60, coming_back=True),
    "room_editing": EventRule(5, 30),
    "room_leave": EventRule(2, 20),
    "renew": EventRule(0.5, 10, coming_back=True),
}
"""For users."""
GUEST_EVENTS = {
    "frame": OVERALL,
    "stream_open": EventRule(0.5, 30, coming_back=True),
    "stream_close": EventRule(5, 30),
}
"""For devices that are guests: everything else does not exist for them. Every stream leaves a row in the database."""
