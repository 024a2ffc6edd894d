"""Who took which alerts that go on: that is stored over HTTP, and the stream that counts does not know it."""

from dataclasses import replace

from server.storage.alerts.alerts import AlertRecord
from server.storage.alerts.area_alerts import AreaAlert

Alert = AlertRecord | AreaAlert
TAKEN = ("acknowledged_at", "acknowledged_by", "note", "claimed_at", "claimed_by")
"""What an alert has from whoever took it; everything else is counted."""


class AlertClaims:
    """Those of one room."""

    def __init__(self) -> None:
        self._stored: dict[str, Alert] = {}

    def note(self, stored: Alert) -> None:
        """Somebody acknowledged or claimed an alert that goes on."""
        self._stored[stored.id] = stored

    def complete(self, counted: Alert) -> Alert:
        """What was counted of an alert, with who took it. Of one that ended nothing more is remembered."""
        known = self._stored.get(counted.id)
        if counted.ended_at is not None:
            self._stored.pop(counted.id, None)
        if known is None:
            return counted
        return replace(counted, **{name: getattr(known, name) for name in TAKEN})
