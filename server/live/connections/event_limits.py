"""How many events the holders of connections may send, whatever number of connections they have or had."""

from collections.abc import Callable, Mapping

from server.common.rate_limit import RateLimiter
from server.live.connections.event_rules import COMING_BACK_S, CONNECT, EventRule

ROUNDING_S = 1e-6
"""Sums of steps are not exact, and the last event of a burst is one of the burst."""


class EventRateLimiter:
    """One for connecting, one for each event and one for all events together, for each holder of connections.

    A connection that comes back goes on with what its holder has left.

    Parameters
    ----------
    rules : mapping of str to EventRule
        Of events.
    overall : EventRule
        Of all events together, unknown ones included.
    connections : int
        That a holder may have.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(
        self, rules: Mapping[str, EventRule], overall: EventRule, connections: int, clock: Callable[[], float]
    ) -> None:
        def throttle(rule: EventRule) -> RateLimiter:
            least = connections if rule.coming_back else 0
            rate, burst = max(rule.rate, least / COMING_BACK_S), max(rule.burst, least)
            return RateLimiter(int(burst), burst / rate, clock)

        self._connecting, self._overall = throttle(CONNECT), throttle(overall)
        self._events = {event: throttle(rule) for event, rule in rules.items()}

    def take_connect(self, holder: str) -> bool:
        """Whether the holder may connect once more."""
        return _take(self._connecting, holder)

    def take(self, holder: str, event: str) -> bool:
        """Whether the holder may send one more such event; one without a rule costs as well."""
        of_event = self._events.get(event)
        return _take(self._overall, holder) and (of_event is None or _take(of_event, holder))


def _take(throttle: RateLimiter, holder: str) -> bool:
    if throttle.wait_s(holder) > ROUNDING_S:
        return False
    throttle.take(holder)
    return True
