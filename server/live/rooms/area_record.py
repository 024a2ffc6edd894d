"""The alert of an area as it is stored: with its times on the clock, and how sure its peak is."""

from dataclasses import replace

from server.common.ids import new_id
from server.core.alarm import Alert
from server.core.venue import AreaReport
from server.storage.alerts.area_alerts import PREFIX, AreaAlert
from server.storage.rooms.areas import Area


def area_alert(area: Area, report: AreaReport, alert: Alert, shift_s: float, before: AreaAlert | None) -> AreaAlert:
    """Return an active alert, as it is now.

    Parameters
    ----------
    area : Area
    report : AreaReport
        The newest, with the alert.
    alert : Alert
    shift_s : float
        Seconds between the room's clock and Unix time.
    before : AreaAlert or None
        The same alert a moment ago; None when it begins.
    """
    record = AreaAlert(
        id=before.id if before else new_id(PREFIX),
        area_id=area.id,
        level=alert.worst.name.lower(),
        began_at=before.began_at if before else alert.began / 1000 + shift_s,
        ended_at=None,
        peak=alert.peak,
        peak_at=alert.peak_t / 1000 + shift_s,
    )
    if before is not None and before.peak == record.peak:
        peak_low, peak_high = before.peak_low, before.peak_high
        return replace(
            record, peak_at=before.peak_at, estimated=before.estimated, peak_low=peak_low, peak_high=peak_high
        )
    found = report.total
    if not found.estimated:
        return record
    high = None if found.high is None else max(float(found.high), record.peak)
    return replace(record, estimated=True, peak_low=min(float(found.low), record.peak), peak_high=high)
