"""What of a stream is kept: alerts and samples."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from server.core.alarm import Limits
from server.core.analytics import Analysis, Analytics
from server.core.certainty import Certainty
from server.core.crowd import Crowd, CrowdFigure, Method
from server.core.ground import Calibration
from server.core.plan import Plan, ZoneLimits
from server.core.tracks import Tracks
from server.core.zone import Zone
from server.live.streams.sample_buffer import MAX_PENDING, SAMPLES_AT_ONCE, Pending, SampleBuffer
from server.storage.history.samples import Sample
from tests.support.engine import person

ALL = Zone("all", "All", ((0, 0), (1, 0), (1, 1), (0, 1)), entry_s=0, exit_s=0)
LIMITS = Limits(warning=2, critical=3, hold_s=0, hysteresis=0, clear_s=0, cooldown_s=0)
OPENED = 1_700_000_000.0


def play(journal: SampleBuffer, analytics: Analytics, *counts: int, start: int = 0) -> None:
    """So many people in each second."""
    for second, count in enumerate(counts, start):
        people = tuple(person(n + 1, left=0.05 + n / 20, right=0.08 + n / 20) for n in range(count))
        t = second * 1000.0
        journal.note(t, analytics.update(Tracks(t, 640, 480, people)))


@pytest.fixture
def analytics() -> Analytics:
    return Analytics(Plan((ALL,), limits={"all": ZoneLimits(people=LIMITS)}))


def test_an_alert_is_one_record_from_its_beginning_to_its_end(analytics: Analytics) -> None:
    journal = SampleBuffer("cam_1", OPENED)
    play(journal, analytics, 0, 2, 2)
    (begun,) = journal.drain().alerts.values()
    assert (begun.level, begun.began_at, begun.ended_at, begun.peak) == ("warning", OPENED + 1, None, 2)
    assert journal.open_alert("all", "people") == begun
    play(journal, analytics, 3, 3, start=3)
    (worse,) = journal.drain().alerts.values()
    assert (worse.id, worse.level, worse.peak, worse.peak_at) == (begun.id, "critical", 3, OPENED + 3)
    play(journal, analytics, 3, start=5)
    assert journal.drain().alerts == {}, "nothing changed, nothing is written"
    play(journal, analytics, 0, start=6)
    (ended,) = journal.drain().alerts.values()
    assert (ended.id, ended.level, ended.ended_at) == (begun.id, "critical", OPENED + 6)
    assert not ended.interrupted, "it was seen to be over"
    play(journal, analytics, 2, start=7)
    (next_,) = journal.drain().alerts.values()
    assert next_.id != begun.id


def test_alerts_end_with_their_zone_and_their_stream(analytics: Analytics) -> None:
    journal = SampleBuffer("cam_1", OPENED)
    play(journal, analytics, 2)
    journal.drain()
    analytics.set_plan(Plan())
    play(journal, analytics, 2, start=1)
    assert [(one.ended_at, one.interrupted) for one in journal.drain().alerts.values()] == [(OPENED + 1, True)]
    analytics.set_plan(Plan((ALL,), limits={"all": ZoneLimits(people=LIMITS)}))
    play(journal, analytics, 2, start=2)
    journal.close()
    assert [(one.ended_at, one.interrupted) for one in journal.drain().alerts.values()] == [(OPENED + 2, True)]


@pytest.mark.parametrize("after", [Plan((ALL,)), Plan((ALL,), limits={"all": ZoneLimits(density=LIMITS)})])
def test_what_is_not_watched_any_more_is_not_said_to_be_clear(after: Plan) -> None:
    """Without its limit, or without the ground that a density needs."""
    limits = replace(LIMITS, warning=0.01, critical=None)
    ground = Calibration(((0, 0), (0.5, 0)), ((0.0, 0.0), (1.0, 0.0)))
    analytics = Analytics(Plan((ALL,), limits={"all": ZoneLimits(density=limits)}, calibration=ground))
    journal = SampleBuffer("cam_1", OPENED)
    play(journal, analytics, 2)
    assert [one.figure for one in journal.drain().alerts.values()] == ["density"]
    analytics.set_plan(after)
    play(journal, analytics, 2, start=1)
    assert [(one.ended_at, one.interrupted) for one in journal.drain().alerts.values()] == [(OPENED + 1, True)]


def test_samples_of_the_frame_and_each_zone(analytics: Analytics) -> None:
    journal = SampleBuffer("cam_1", OPENED)
    play(journal, analytics, *[1] * 10, *[0] * 5)
    journal.close()
    samples = journal.drain().samples
    assert [(s.zone_id, s.at - OPENED, s.most, s.entries, s.exits) for s in samples] == [
        ("", 0, 1, 0, 0),
        ("all", 0, 1, 1, 0),
        ("", 10, 0, 0, 0),
        ("all", 10, 0, 0, 0),
    ]


def crowd(people: float, version: int = 1) -> Crowd:
    """So many people, evenly over the frame."""
    figure = CrowdFigure(people, int(people * 0.8), int(people * 1.2), Method.DENSITY)
    return Crowd(figure, version, np.full((4, 4), people / 16, np.float32))


def look(journal: SampleBuffer, analytics: Analytics, second: float, boxed: int, **known: Any) -> Analysis:
    """A frame with so many boxed people and what else is known of it."""
    people = tuple(person(n + 1, left=0.05 + n / 20, right=0.08 + n / 20) for n in range(boxed))
    analysis = analytics.update(Tracks(second * 1000.0, 640, 480, people, **known))
    journal.note(second * 1000.0, analysis)
    return analysis


NOT_YET = Certainty(0, 0, known=False)
TOO_MANY = Certainty(2, None, saturated=True)


def test_samples_of_a_crowd_are_its_estimate_beside_its_boxes(analytics: Analytics) -> None:
    journal = SampleBuffer("cam_1", OPENED)
    for second in range(10):
        look(journal, analytics, second, 2, certainty=TOO_MANY, crowd=crowd(100 + second, second + 1))
    look(journal, analytics, 10, 2)
    journal.close()
    whole, zone, *later = journal.drain().samples
    for sample in (whole, zone):
        assert (sample.least, sample.mean, sample.most, sample.seconds) == (2, 2.0, 2, 10.0)
        assert sample.estimate == pytest.approx(104.5, abs=1e-3)
        assert sample.estimate_most == pytest.approx(109, abs=1e-3)
        assert (sample.crowded_s, sample.unknown_s) == (10.0, 0.0)
    assert [(sample.estimate, sample.crowded_s) for sample in later] == [(None, 0.0)] * 2


@pytest.mark.parametrize("certainty", [NOT_YET, TOO_MANY])
def test_what_is_not_known_is_stored_as_that(analytics: Analytics, certainty: Certainty) -> None:
    journal = SampleBuffer("cam_1", OPENED)
    for second in range(11):
        look(journal, analytics, second, 0, certainty=certainty)
    whole, zone = journal.drain().samples
    for sample in (whole, zone):
        assert (sample.least, sample.mean, sample.most, sample.last, sample.estimate) == (None,) * 5
        assert (sample.seconds, sample.unknown_s) == (0.0, 10.0)


def test_a_first_frame_lowers_nothing(analytics: Analytics) -> None:
    journal = SampleBuffer("cam_1", OPENED)
    look(journal, analytics, 0, 0, certainty=NOT_YET)
    for second in range(1, 11):
        look(journal, analytics, second, 2)
    whole, zone = journal.drain().samples
    assert (whole.least, whole.mean, whole.seconds, whole.unknown_s) == (2, 2.0, 9.0, 1.0)
    assert (zone.least, zone.entries) == (2, 2)


def test_boxes_of_a_saturated_frame_stay_and_are_said_to_be_a_lower_bound(analytics: Analytics) -> None:
    journal = SampleBuffer("cam_1", OPENED)
    for second in range(11):
        look(journal, analytics, second, 2, certainty=TOO_MANY)
    whole, _ = journal.drain().samples
    assert (whole.mean, whole.seconds, whole.unknown_s, whole.estimate) == (2.0, 10.0, 10.0, None)


def test_an_alert_says_that_its_peak_is_an_estimate(analytics: Analytics) -> None:
    journal = SampleBuffer("cam_1", OPENED)
    look(journal, analytics, 0, 3)
    (counted,) = journal.open_alerts()
    assert (counted.peak, counted.estimated, counted.peak_low, counted.peak_high) == (3, False, None, None)
    look(journal, analytics, 1, 2, certainty=TOO_MANY, crowd=crowd(100))
    (estimated,) = journal.open_alerts()
    assert (estimated.id, estimated.peak, estimated.estimated) == (counted.id, 100, True)
    assert (estimated.peak_low, estimated.peak_high) == (80, 120)
    look(journal, analytics, 2, 2, certainty=TOO_MANY, crowd=crowd(50, version=2))
    look(journal, analytics, 3, 3)
    assert journal.open_alerts() == [estimated], "of the peak, not of the newest frame"


def test_the_peak_of_a_density_has_its_range_in_its_unit() -> None:
    ground = Calibration(((0, 0), (0.5, 0)), ((0.0, 0.0), (1.0, 0.0)))
    limits = replace(LIMITS, warning=0.01, critical=None)
    analytics = Analytics(Plan((ALL,), limits={"all": ZoneLimits(density=limits)}, calibration=ground))
    journal = SampleBuffer("cam_1", OPENED)
    area = look(journal, analytics, 0, 2, certainty=TOO_MANY, crowd=crowd(100)).zones[0].area_m2
    assert area is not None
    (alert,) = journal.open_alerts()
    assert alert.estimated
    assert (alert.peak_low, alert.peak_high) == (pytest.approx(80 / area), pytest.approx(120 / area))
    assert alert.peak == pytest.approx(100 / area, rel=1e-3)


def test_nobody_is_told_that_an_unknown_zone_is_clear(analytics: Analytics) -> None:
    journal = SampleBuffer("cam_1", OPENED)
    look(journal, analytics, 0, 3)
    for second in range(1, 60):
        look(journal, analytics, second, 0, certainty=TOO_MANY)
    assert [alert.ended_at for alert in journal.drain().alerts.values()] == [None], "it goes on"
    journal.close()
    (ended,) = journal.drain().alerts.values()
    assert ended.interrupted


def test_samples_hold_the_exits_of_zones_that_are_gone_and_of_the_end() -> None:
    journal, other = SampleBuffer("cam_1", OPENED), replace(ALL, id="other", name="Other")
    analytics = Analytics(Plan((ALL, other)))
    play(journal, analytics, 1, 2, 2)
    analytics.set_plan(Plan((other,)))
    play(journal, analytics, 2, start=3)
    found = [(s.zone_id, s.entries, s.exits, s.visits, s.dwell_s) for s in journal.drain().samples]
    assert found == [("all", 2, 2, 2, 3.0)], "it ended with its zone"
    play(journal, analytics, 1, start=4)
    journal.close(analytics.close())
    found = sorted((s.zone_id, s.entries, s.exits, s.visits, s.dwell_s) for s in journal.drain().samples)
    assert found == [("", 0, 0, 0, 0.0), ("other", 2, 2, 2, 6.0)]


def test_what_came_back_is_handed_over_again_as_it_was(analytics: Analytics) -> None:
    journal = SampleBuffer("cam_1", OPENED)
    play(journal, analytics, *[1] * 60)
    first = journal.drain()
    play(journal, analytics, *[1] * 30, start=60)
    second_part = journal.drain()
    journal.give_back(first)
    journal.give_back(second_part)
    play(journal, analytics, *[1] * 30, start=90)
    again = [journal.drain() for _ in range(3)]
    assert [(part.number, part.samples) for part in again[:2]] == [
        (first.number, first.samples),
        (second_part.number, second_part.samples),
    ]
    assert again[2].number not in (None, first.number, second_part.number)
    assert again[2].samples
    assert not journal.behind


def test_what_could_not_be_written_waits_in_order_and_within_bounds(analytics: Analytics) -> None:
    journal = SampleBuffer("cam_1", OPENED)
    play(journal, analytics, 2)
    first = journal.drain()
    play(journal, analytics, 3, start=1)
    journal.give_back(first)
    assert [record.level for record in journal.drain().alerts.values()] == ["critical"], "the newer state wins"
    old = Sample("cam_1", "", "", 10, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)
    journal.give_back(Pending(samples=[old] * (MAX_PENDING + 5)))
    parts = 0
    while journal.behind:
        assert len(journal.drain().samples) == SAMPLES_AT_ONCE
        parts += 1
    assert parts * SAMPLES_AT_ONCE == MAX_PENDING
