"""What of a stream is to be kept: collected on the frame path, written elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from server.core.alarm import Alert
from server.core.analytics import Analysis
from server.core.bare_picture import bare
from server.core.bucket import Bucket, BucketMaker
from server.core.crowd import CrowdFigure
from server.core.heat_hours import HourHeat
from server.core.zone_monitor import ClosedZone, ZoneReport
from server.live.streams.alert_records import Key, alert_record, cleared_figures
from server.live.streams.quotas import Quota
from server.storage.alerts.alerts import AlertRecord
from server.storage.alerts.snapshots import Still
from server.storage.history.heatmaps import HeatRecord
from server.storage.history.samples import STEPS_S, Sample

WHOLE = ("", "")
"""Id and name under which the whole frame is kept."""
MAX_PENDING = 50_000
"""Samples that wait for a database that does not answer; the oldest go first. A day of one camera with five zones."""

SAMPLES_AT_ONCE = 200
"""Are handed over for one transaction: no other writer waits long behind it, however much has gathered."""

MAX_HEAT = 60
"""Heatmaps that wait likewise: an hour of one camera."""

MAX_STILLS = 20
"""Pictures of alerts that wait."""


@dataclass(slots=True)
class Pending:
    """What waits to be written; alerts by id, the newest state of each.

    Attributes
    ----------
    number : int or None
        Of samples and heat that are handed over together; they keep it, and each other, until they are written.
    """

    alerts: dict[str, AlertRecord] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    heat: list[HeatRecord] = field(default_factory=list)
    stills: list[Still] = field(default_factory=list)
    number: int | None = None


class SampleBuffer:
    """Collects the alerts and samples of one stream.

    Parameters
    ----------
    camera_id : str
    opened_at : float
        When the stream opened, Unix seconds; added to capture times.
    quota : Quota, optional
        How many alerts and pictures may come of it.

    Attributes
    ----------
    wants_stills : bool
        Whether the frame in which an alert begins is held for whoever writes. Until it is known what the owner of the
        camera chose it is held, too: it is stored only where the database says so.
    """

    def __init__(self, camera_id: str, opened_at: float, quota: Quota | None = None) -> None:
        self.opened_at = opened_at
        self._quota = quota
        self._shown_alone: dict[Key, float] = {}
        self.wants_stills = True
        self._camera_id = camera_id
        self._pending = Pending()
        self._unsure: list[Pending] = []
        self._parts = 0
        self._going_on: dict[Key, AlertRecord] = {}
        self._makers: dict[str, tuple[str, BucketMaker]] = {}
        self._t = 0.0

    def note(self, t: float, analysis: Analysis, jpeg: bytes = b"") -> None:
        """Take in what a frame at capture time `t` (ms) brought, and the frame."""
        self._t = t
        before = {record.id for record in self._going_on.values()}
        self._finish(analysis.closed)
        whole = self._maker(*WHOLE)
        followed = analysis.followed
        bucket = whole.update(
            t, analysis.figures.count, estimate=_middle(analysis.crowd), known=analysis.known, followed=followed
        )
        self._keep(*WHOLE, bucket)
        for report in analysis.zones:
            zone = report.zone
            bucket = self._maker(zone.id, zone.name).update(
                t,
                report.figures.occupancy,
                report.events,
                estimate=_middle(report.crowd),
                known=report.known,
                followed=followed,
            )
            self._keep(zone.id, zone.name, bucket)
            for figure, alert in report.alerts.items():
                self._follow((zone.id, figure), report, alert)
        current = {(report.zone.id, figure) for report in analysis.zones for figure in report.alerts}
        cleared = cleared_figures(analysis.zones)
        for key in self._going_on.keys() - current:
            self._end(key, watched=key in cleared)
        new = [record.id for record in self._going_on.values() if record.id not in before]
        if self.wants_stills and jpeg and new:
            self._keep_picture(t, jpeg, *new)

    def _keep_picture(self, t: float, jpeg: bytes, first: str, *others: str) -> None:
        """Hold the frame for the alerts that begin with it, without what does not show."""
        picture = bare(jpeg)
        if self._quota is None or self._quota.take_picture(len(picture)):
            self._pending.stills.append(Still(first, self._camera_id, self._at(t), picture, others))
            del self._pending.stills[:-MAX_STILLS]

    def note_heat(self, hours: Iterable[HourHeat]) -> None:
        """Take in where people were."""
        self._pending.heat += [HeatRecord(self._camera_id, hour.start_ms / 1000, hour.cells) for hour in hours]
        del self._pending.heat[:-MAX_HEAT]

    def open_alert(self, zone_id: str, figure: str) -> AlertRecord | None:
        """The active alert."""
        return self._going_on.get((zone_id, figure))

    def open_alerts(self) -> list[AlertRecord]:
        """The active alerts."""
        return list(self._going_on.values())

    @property
    def at(self) -> float:
        """When the newest frame was taken, Unix seconds."""
        return self._at(self._t)

    def close(self, zones: Iterable[ClosedZone] = ()) -> None:
        """The stream ends: so do its alerts, its stretches of time and these zones, with what happened in them."""
        for key in list(self._going_on):
            self._end(key, watched=False)
        self._finish(zones)
        for zone_id, (name, maker) in self._makers.items():
            self._keep(zone_id, name, maker.close())
        self._makers.clear()

    def drain(self) -> Pending:
        """Hand over what waits; of samples the oldest ones, as many as go into one transaction.

        Samples and heat that came back come first and alone, as they were: they may be stored in spite of the error.
        """
        drained, self._pending = self._pending, Pending()
        if self._unsure:
            unsure = self._unsure.pop(0)
            self._pending.samples, self._pending.heat = drained.samples, drained.heat
            return replace(drained, samples=unsure.samples, heat=unsure.heat, number=unsure.number)
        drained.samples, self._pending.samples = drained.samples[:SAMPLES_AT_ONCE], drained.samples[SAMPLES_AT_ONCE:]
        if drained.samples or drained.heat:
            self._parts += 1
            drained.number = self._parts
        return drained

    @property
    def behind(self) -> bool:
        """Whether samples wait."""
        return bool(self._pending.samples or self._unsure)

    def give_back(self, drained: Pending) -> None:
        """It could not be written: it waits again, behind nothing newer."""
        self._pending.alerts = drained.alerts | self._pending.alerts
        self._pending.stills = (drained.stills + self._pending.stills)[-MAX_STILLS:]
        if drained.number is not None:
            self._unsure.append(drained)
            return
        self._pending.samples = (drained.samples + self._pending.samples)[-MAX_PENDING:]
        self._pending.heat = (drained.heat + self._pending.heat)[-MAX_HEAT:]

    def _maker(self, zone_id: str, name: str) -> BucketMaker:
        """What cuts the course of a zone by its newest name."""
        known = self._makers.get(zone_id)
        maker = known[1] if known else BucketMaker(self.opened_at * 1000)
        if known is None or known[0] != name:
            self._makers[zone_id] = name, maker
        return maker

    def _finish(self, zones: Iterable[ClosedZone]) -> None:
        """End the stretches of time of zones that are gone, with what happened last in them."""
        for closed in zones:
            zone = closed.zone
            known = self._makers.get(zone.id)
            if known is None:
                continue
            name, maker = known
            maker.count(closed.events)
            self._keep(zone.id, name, maker.close())
            del self._makers[zone.id]

    def _keep(self, zone_id: str, name: str, bucket: Bucket | None) -> None:
        if bucket is None:
            return
        sample = Sample(
            camera_id=self._camera_id,
            zone_id=zone_id,
            zone_name=name,
            step_s=STEPS_S[0],
            at=bucket.start_ms / 1000,
            seconds=bucket.seconds,
            least=bucket.least,
            mean=bucket.mean,
            most=bucket.most,
            last=bucket.last,
            entries=bucket.entries,
            exits=bucket.exits,
            dwell_s=bucket.dwell_s,
            visits=bucket.visits,
            estimate=bucket.estimate,
            estimate_most=bucket.estimate_most,
            crowded_s=bucket.crowded_s,
            unknown_s=bucket.unknown_s,
            unfollowed_s=bucket.unfollowed_s,
        )
        self._pending.samples.append(sample)
        del self._pending.samples[:-MAX_PENDING]

    def _follow(self, key: Key, report: ZoneReport, alert: Alert) -> None:
        before = self._going_on.get(key)
        began_at = self._at(alert.began)
        if before is not None and before.began_at != began_at:
            self._end(key, watched=report.known)  # it ended and another began between two frames
            before = None
        if before is None and not self._may_begin(key, alert.began):
            return
        record = alert_record(self._camera_id, key[1], report, alert, self.opened_at, before)
        if record != before:
            self._going_on[key] = self._pending.alerts[record.id] = record

    def _may_begin(self, key: Key, began: float) -> bool:
        """Whether an alert is stored; one beyond the owner's quota is shown alone, until it is over."""
        if self._shown_alone.get(key) == began:
            return False
        if self._quota is None or self._quota.take_alert():
            self._shown_alone.pop(key, None)
            return True
        self._shown_alone[key] = began
        return False

    def _end(self, key: Key, *, watched: bool) -> None:
        record = self._going_on.pop(key)
        self._pending.alerts[record.id] = replace(record, ended_at=self._at(self._t), interrupted=not watched)

    def _at(self, t: float) -> float:
        return self.opened_at + t / 1000


def _middle(crowd: CrowdFigure | None) -> float | None:
    return crowd.estimate if crowd else None
