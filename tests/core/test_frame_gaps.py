"""Frames that are too far apart to follow people: numbers of identities are unknown, not 0 and not wrong."""

import json

import pytest

from server.cli.track.formats import jsonl_lines
from server.cli.track.zones import ZoneStats, summary
from server.core.alarm import Level, Limits
from server.core.analytics import Analysis, Analytics
from server.core.frame_gaps import FrameGaps
from server.core.plan import Plan, ZoneLimits
from server.core.report_json import encode_line, encode_zone
from server.core.tracks import Track, Tracks
from server.core.zone import Line, Zone
from tests.core.walk import SIZE, at

HALL = Zone("hall", "Hall", ((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
DOOR = Line("door", "Door", ((0.5, 1.0), (0.5, 0.0)))
PLAN = Plan(
    (HALL,), (DOOR,), {"hall": ZoneLimits(people=Limits(warning=2, hold_s=0), dwell=Limits(warning=1, hold_s=0))}
)


def frame(t: float, *ids: int, x: float = 0.2) -> Tracks:
    return Tracks(t, *SIZE, tuple(Track(id_, at(x, 0.6), 0.9) for id_ in ids))


def slow(analytics: Analytics, start: float, frames: int, first: int, gap: float = 12_000.0) -> list[Analysis]:
    """Two people in each frame, others each time: their identities are new, who they are nobody knows."""
    return [
        analytics.update(frame(start + n * gap, first + 2 * n, first + 2 * n + 1, x=0.2 if n % 2 else 0.8))
        for n in range(frames)
    ]


@pytest.mark.parametrize(
    ("gaps", "followed"),
    [
        ([], True),
        ([16.7] * 10, True),
        ([1000.0] * 5, True),
        ([2000.0] * 5, True),
        ([3000.0] * 5, False),
        ([12_000.0], False),
        ([3_600_000.0] * 3, False),
        ([33.0] * 20 + [15_000.0], True),
        ([33.0] * 20 + [15_000.0] * 3, False),
        ([15_000.0] * 20 + [33.0] * 3, True),
    ],
)
def test_the_usual_gap_decides(gaps: list[float], followed: bool) -> None:
    frame_gaps, t = FrameGaps(), 0.0
    frame_gaps.update(t)
    for gap in gaps:
        t += gap
        frame_gaps.update(t)
    assert frame_gaps.followed is followed


def test_what_counts_identities_is_null() -> None:
    analytics = Analytics(PLAN)
    found = slow(analytics, 0.0, 10, 1)
    last = found[-1]
    assert not last.followed
    assert analytics.unique is None
    zone = encode_zone(last.zones[0])
    assert [zone[name] for name in ("entries", "exits", "lost", "visitors")] == [None] * 4
    assert set(zone["dwell"].values()) == {None}
    assert encode_line(last.lines[0], followed=last.followed) == {"id": "door", "in": None, "out": None}
    (line,) = jsonl_lines(10, last.tracks, last)
    decoded = json.loads(line)
    assert decoded["followed"] is False
    assert decoded["zones"][0]["visitors"] is None
    assert decoded["lines"] == [{"id": "door", "in": None, "out": None}]


def test_people_of_one_frame_are_counted_in_zones_at_once() -> None:
    """Nobody is there for long enough to enter; whoever is inside is there."""
    found = slow(Analytics(PLAN), 0.0, 8, 1)
    assert [analysis.zones[0].figures.occupancy for analysis in found[1:]] == [2, 0, 2, 0, 2, 0, 2]
    assert found[-1].zones[0].present == (15, 16)
    assert found[-1].zones[0].level is Level.WARNING
    assert "dwell" not in found[-1].zones[0].alerts


def test_a_slow_stretch_adds_nothing_to_the_totals() -> None:
    analytics = Analytics(PLAN)
    for n in range(50):
        analytics.update(frame(n * 100.0, 1, 2))
    before = analytics.unique
    slow(analytics, 17_000.0, 40, 10)
    assert analytics.unique is None
    analyses = [analytics.update(frame(600_000.0 + n * 100.0, 200, 201)) for n in range(50)]
    # Three slow frames pass before it is clear that they are slow, and two more until it is fast again.
    assert before == 2
    assert analytics.unique is not None
    assert analytics.unique <= 2 + 3 * 2 + 2
    figures = analyses[-1].zones[0].figures
    assert figures.visitors <= 2 + 2
    assert (analyses[-1].lines[0].inward, analyses[-1].lines[0].outward) == (0, 0)


def test_a_visit_that_went_on_ends_where_frames_become_rare() -> None:
    analytics = Analytics(PLAN)
    for n in range(100):
        analytics.update(frame(n * 100.0, 1))
    figures = slow(analytics, 22_000.0, 10, 10)[-1].zones[0].figures
    assert (figures.entries, figures.exits) == (1, 1)
    assert figures.dwell.mean_s == pytest.approx(9.9, abs=0.1)


def test_a_file_of_rare_frames() -> None:
    analytics, stats = Analytics(PLAN), ZoneStats()
    for analysis in slow(analytics, 0.0, 10, 1):
        stats.note(analysis)
    stats.close(analytics.close())
    report = stats.report()
    assert report["zones"][0]["visitors"] is None
    assert report["lines"][0]["in"] is None
    assert summary(report) == [
        "Hall: frames are too far apart to follow people, at most 2 at once",
        "Door: frames are too far apart to follow people",
    ]
