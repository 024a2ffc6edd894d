"""How many alerts and pictures of alerts an owner's streams may bring; by the server's clock, whatever frames say."""

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from prometheus_client import Counter

from server.common.rate_limit import RateLimiter
from server.core.bounds import Bounds
from server.core.plan import Plan, ZoneLimits

logger = logging.getLogger("crowdcount.live")

PICTURE_EVERY_S = 10.0
"""A camera has one picture in this time; alerts that begin with one frame share it."""
BYTES_A_MINUTE = 1_000_000
HOUR_S, MINUTE_S = 3600.0, 60.0
MOST_OWNERS = 10_000
AREA_PART = 4
"""One area has this part of what all areas of its owner have: one that flickers leaves something to the others."""

ALERTS_OVER = Counter("crowdcount_alerts_over_quota_total", "Alerts that were shown and not stored")
PICTURES_OVER = Counter("crowdcount_alert_pictures_over_quota_total", "Alerts whose picture was not kept")


class Quotas:
    """Those of all owners.

    Parameters
    ----------
    bounds : Bounds
    clock : callable
        Seconds, monotonic.
    """

    def __init__(self, bounds: Bounds, clock: Callable[[], float]) -> None:
        self.bounds = bounds
        self._clock = clock
        self._alerts = RateLimiter(bounds.alerts_per_hour, HOUR_S, clock)
        self._areas = RateLimiter(max(1, bounds.alerts_per_hour // AREA_PART), HOUR_S, clock)
        self._pictures = RateLimiter(1, PICTURE_EVERY_S, clock)
        self._told = RateLimiter(1, HOUR_S, clock)
        self._bytes: dict[str, deque[tuple[float, int]]] = {}

    def of(self, camera_id: str, owner_id: str) -> "Quota":
        """For the stream of a camera."""
        return Quota(self, camera_id, owner_id)

    def take_alert(self, owner_id: str) -> bool:
        """Whether one more alert may be stored."""
        if self._alerts.wait_s(owner_id) <= 0:
            self._alerts.take(owner_id)
            return True
        ALERTS_OVER.inc()
        if self._told.wait_s(owner_id) <= 0:
            self._told.take(owner_id)
            told = "user %s has more than %d alerts in an hour; further ones are shown and not stored"
            logger.warning(told, owner_id, self.bounds.alerts_per_hour, extra={"user": owner_id})
        return False

    def take_area_alert(self, area_id: str, owner_id: str) -> bool:
        """Whether one more alert of an area may be stored.

        Areas have a quota beside that of zones: whatever cameras are in an area, they use up nothing of the zones'.
        """
        if self._areas.wait_s(area_id) > 0:
            ALERTS_OVER.inc()
            return False
        if not self.take_alert(f"{owner_id}/areas"):
            return False
        self._areas.take(area_id)
        return True

    def take_picture(self, camera_id: str, owner_id: str, size: int) -> bool:
        """Whether a picture of so many bytes may be kept."""
        now = self._clock()
        kept = self._bytes.pop(owner_id, deque())
        self._bytes[owner_id] = kept
        while len(self._bytes) > MOST_OWNERS:
            del self._bytes[next(iter(self._bytes))]
        while kept and now - kept[0][0] >= HOUR_S:
            kept.popleft()
        in_hour = sum(length for _, length in kept) + size
        in_minute = sum(length for at, length in kept if now - at < MINUTE_S) + size
        over = in_minute > BYTES_A_MINUTE or in_hour > self.bounds.pictures_mb_per_hour * 1e6
        if over or self._pictures.wait_s(camera_id) > 0:
            PICTURES_OVER.inc()
            return False
        self._pictures.take(camera_id)
        kept.append((now, size))
        return True


@dataclass(frozen=True, slots=True)
class Quota:
    """What one stream may still bring; made by `Quotas.of`."""

    all: Quotas
    camera_id: str
    owner_id: str

    def take_alert(self) -> bool:
        """Whether one more alert may be stored."""
        return self.all.take_alert(self.owner_id)

    def take_picture(self, size: int) -> bool:
        """Whether a picture of so many bytes may be kept."""
        return self.all.take_picture(self.camera_id, self.owner_id, size)


def with_floor(plan: Plan, floor_s: float) -> Plan:
    """A plan whose limits must be reached, and kept, for at least so long, and whose alerts pause for as long."""
    limits = {zone: _zone_with_floor(one, floor_s) for zone, one in plan.limits.items()}
    return replace(plan, limits=limits)


def _zone_with_floor(limits: ZoneLimits, floor_s: float) -> ZoneLimits:
    found = (getattr(limits, name) for name in ZoneLimits.__dataclass_fields__)
    return ZoneLimits(*(one and one.with_floor(floor_s) for one in found))
