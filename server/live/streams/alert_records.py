"""Alerts of a frame as they are stored: with their times on the clock, and how sure their peak is."""

from collections.abc import Iterable
from dataclasses import replace

from server.common.ids import new_id
from server.core.alarm import Alert, Level
from server.core.zone_monitor import ZoneReport
from server.storage.alerts.alerts import AlertRecord

Key = tuple[str, str]
"""Zone id and figure."""


def alert_record(
    camera_id: str, figure: str, report: ZoneReport, alert: Alert, opened_at: float, before: AlertRecord | None
) -> AlertRecord:
    """Return an active alert, as it is after a frame.

    Parameters
    ----------
    camera_id, figure : str
    report : ZoneReport
        Of the frame, with the alert.
    alert : Alert
    opened_at : float
        When the stream opened, Unix seconds; added to capture times.
    before : AlertRecord or None
        The same alert after the frame before; None when it begins.
    """
    record = AlertRecord(
        id=before.id if before else new_id("alr"),
        camera_id=camera_id,
        zone_id=report.zone.id,
        zone_name=report.zone.name,
        figure=figure,
        level=alert.worst.name.lower(),
        began_at=opened_at + alert.began / 1000,
        ended_at=None,
        peak=alert.peak,
        peak_at=opened_at + alert.peak_t / 1000,
    )
    if before is not None and (before.peak, before.peak_at) == (record.peak, record.peak_at):
        return replace(record, estimated=before.estimated, peak_low=before.peak_low, peak_high=before.peak_high)
    return _with_range(record, report)


def _with_range(record: AlertRecord, report: ZoneReport) -> AlertRecord:
    """Say of a peak that this frame brought whether it is an estimate, and between which values it lies."""
    found = report.range_of(record.figure)
    if found is None:
        return record
    low, high = found
    return replace(record, estimated=True, peak_low=min(low, record.peak), peak_high=max(high, record.peak))


def cleared_figures(zones: Iterable[ZoneReport]) -> set[Key]:
    """Return the figures that were seen to fall below their limits in this frame.

    The others are only not known any more: their zone or limit is gone, they have no size on the ground, or the number
    of people is not known.
    """
    return {
        (report.zone.id, figure)
        for report in zones
        for figure, step in report.steps
        if report.known and step.after is Level.CLEAR and not (figure == "density" and report.density is None)
    }
