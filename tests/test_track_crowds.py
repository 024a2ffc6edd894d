"""What `crowdcount track` writes of crowds, from tracks that a test makes up."""

import csv
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from server.cli.track.counts import CountStats
from server.cli.track.formats import FORMATS
from server.cli.track.zones import ZoneStats, summary
from server.core.alarm import Limits
from server.core.analytics import Analytics
from server.core.certainty import Certainty
from server.core.plan import Plan, ZoneLimits
from server.core.quality import Advice, Quality
from server.core.tracks import Track, Tracks
from server.core.zone import Zone
from server.vision.drawing import Painter, people_label
from tests.support.crowds import SHAPE, SIZE, crowd, crowded, not_yet_known, saturated
from tests.support.engine import person

LEFT = Zone("left", "Left", ((0, 0), (0.5, 0), (0.5, 1), (0, 1)))


def sparse(t: float, number: int) -> Tracks:
    people = tuple(person(n) for n in range(1, number + 1))
    return Tracks(t, *SIZE, people, certainty=Certainty(number, number + 2))


FILM = [
    not_yet_known(0),
    sparse(100, 2),
    crowded(200, (person(1),), crowd(100)),
    crowded(300, (), crowd(50.4, 2)),
    saturated(400, (person(1), person(2), person(3))),
]


def written(form: str, frames: Iterable[Tracks]) -> list[str]:
    header, to_lines = FORMATS[form]
    analytics = Analytics(Plan((LEFT,)))
    lines = [line for n, one in enumerate(frames, 1) for line in to_lines(n, one, analytics.update(one))]
    return [*([header] if header else []), *lines]


def test_a_line_of_jsonl_has_the_estimate_and_what_is_known() -> None:
    rows = [json.loads(line) for line in written("jsonl", FILM)]
    assert [row["known"] for row in rows] == [False, True, True, True, True]
    assert [row["crowd"] and row["crowd"]["estimate"] for row in rows] == [None, None, 100, 50, None]
    assert rows[2]["crowd"] == {"estimate": 100, "low": 80, "high": 120, "method": "mixed"}
    assert [row["crowd_peak"] for row in rows] == [None, None, 100, 100, 100]
    assert [(row["count_low"], row["count_high"], row["saturated"]) for row in rows[-2:]] == [
        (40, 61, True),
        (3, None, True),
    ]
    assert rows[2]["zones"][0]["crowd"]["estimate"] == 50
    assert [row["zones"][0]["known"] for row in rows] == [False, True, True, True, False]
    assert {row["advice"] for row in rows} == {None}
    assert "crowd_map" not in rows[2]


def test_csv_keeps_its_columns_and_gains_the_people_of_the_frame() -> None:
    lines = written("csv", FILM)
    assert lines[0].startswith("frame,t_ms,id,left,top,right,bottom,score,")
    rows = list(csv.DictReader(lines))
    assert all(None not in row for row in rows)
    found = [(row["frame"], row["id"], row["people"], row["people_low"], row["people_high"]) for row in rows]
    assert found == [
        ("2", "1", "2", "2", "4"),
        ("2", "2", "2", "2", "4"),
        ("3", "1", "100", "80", "120"),
        ("4", "", "50", "40", "61"),  # nobody is boxed, yet it is not empty
        ("5", "1", "", "3", ""),
        ("5", "2", "", "3", ""),
        ("5", "3", "", "3", ""),
    ]
    assert rows[3]["score"] == rows[3]["left"] == ""


def test_csv_has_a_line_for_a_packed_frame_in_which_nobody_is_boxed_and_nothing_estimates() -> None:
    lines = written("csv", [saturated(0, ()), sparse(100, 0)])
    assert [line.split(",")[0] for line in lines[1:]] == ["1"], "the empty frame has none"
    assert lines[1] == "1,0.0,,,,,,,,0,"


def test_a_picture_that_shows_nothing_has_no_upper_end_and_a_line_of_its_own() -> None:
    dark = replace(not_yet_known(0), certainty=Certainty(0, None, saturated=False, known=False))
    (row,) = [json.loads(line) for line in written("jsonl", [dark])]
    assert (row["known"], row["count_high"]) == (False, None)
    assert [line.split(",")[0] for line in written("csv", [dark])[1:]] == ["1"]


def test_mot_has_boxed_people_alone() -> None:
    assert [line.split(",")[0] for line in written("mot", FILM)] == ["2", "2", "3", "5", "5", "5"]


def stats(frames: Iterable[Tracks]) -> dict[str, Any]:
    counts = CountStats()
    for one in frames:
        counts.note(one)
    return {**counts.report(), "advice": counts.advice()}


def test_unknown_frames_lower_no_mean() -> None:
    assert stats(FILM) == {
        "mean": (2 + 1 + 0 + 3) / 4,  # boxed, without the first frame
        "low": pytest.approx((2 + 80 + 40) / 3, abs=1e-3),
        "high": pytest.approx((4 + 120 + 61) / 3, abs=1e-3),
        "saturated": 0.6,
        "estimate_mean": pytest.approx((2 + 100 + 50.4) / 3, abs=1e-3),
        "crowded": 0.4,
        "unknown": 0.4,
        "advice": None,
    }


@pytest.mark.parametrize(
    ("frames", "mean", "low", "unknown"),
    [([], None, None, 0.0), ([FILM[0]], None, None, 1.0), ([FILM[4]], 3.0, 3.0, 1.0)],
)
def test_a_film_of_which_nothing_is_known_has_no_means(
    frames: list[Tracks], mean: float | None, low: float | None, unknown: float
) -> None:
    found = stats(frames)
    assert (found["mean"], found["low"], found["unknown"]) == (mean, low, unknown)
    assert found["high"] is found["estimate_mean"] is None


def test_a_crowd_without_a_box_has_no_mean_of_boxes() -> None:
    nobody_boxed = crowded(0, (), crowd(100))
    assert stats([nobody_boxed])["mean"] is None
    assert stats([nobody_boxed])["estimate_mean"] == 100
    empty = Tracks(0, *SIZE, (), certainty=Certainty(0, 1))
    assert stats([empty])["mean"] == 0, "an empty place is counted"
    assert stats([nobody_boxed, empty])["mean"] == 0


@pytest.mark.parametrize(("crowds", "tells_apart"), [(0, True), (1, True), (2, False)])
def test_identities_say_nothing_where_it_was_crowded_most_of_the_time(crowds: int, *, tells_apart: bool) -> None:
    counts = CountStats()
    for _ in range(crowds):
        counts.note(crowded(0, (), crowd(100)))
    counts.note(Tracks(0, *SIZE, (person(1),), certainty=Certainty(1, 1)))
    assert counts.tells_apart is tells_apart


def test_frames_that_nobody_judged_are_as_they_were_counted() -> None:
    found = stats([Tracks(0, *SIZE, (person(1), person(2)))])
    assert (found["mean"], found["low"], found["high"], found["estimate_mean"]) == (2, 2, 2, 2)


def test_the_last_advice_is_kept() -> None:
    advised = [
        Tracks(n, *SIZE, (), certainty=Certainty(0, 1), advice=advice)
        for n, advice in enumerate([Advice(Quality.BALANCED, 30), Advice(Quality.ACCURATE, 19.7), None])
    ]
    assert stats(advised)["advice"] == {"quality": "accurate", "height": 20}


def test_alerts_of_a_file_say_whether_their_peak_is_an_estimate() -> None:
    """The largest of the first is an estimate, that of the second was counted after one."""
    low = ZoneLimits(people=Limits(warning=2, hold_s=0, clear_s=0, cooldown_s=0))
    analytics, zones = Analytics(Plan((LEFT,), limits={"left": low})), ZoneStats()
    frames = [crowded(0, (), crowd(100)), *[replace(sparse(0, 0), people=inside(count)) for count in (3, 3, 0, 0, 0)]]
    for n, one in enumerate(frames):
        zones.note(analytics.update(replace(one, t=n * 4000.0)))
    counted = replace(sparse(0, 0), people=inside(3))
    frames = [counted, counted, crowded(0, (), crowd(4)), replace(sparse(0, 0), people=())]
    for n, one in enumerate(frames):
        zones.note(analytics.update(replace(one, t=40_000.0 + n * 1000.0)))
    first, second = zones.report()["alerts"]
    assert (first["peak"], first["estimated"], first["peak_low"], first["peak_high"]) == (50, True, 33, 67)
    assert first["ended"] is not None
    assert (second["peak"], second["estimated"], second["peak_low"], second["peak_high"]) == (3, False, None, None)


def inside(count: int) -> tuple[Track, ...]:
    return tuple(person(n, 0.1 * n, right=0.1 * n + 0.05) for n in range(1, count + 1))


def test_zones_keep_their_largest_estimate() -> None:
    analytics, zones = Analytics(Plan((LEFT,))), ZoneStats()
    for one in FILM:
        zones.note(analytics.update(one))
    zones.close(analytics.close())
    (zone,) = zones.report()["zones"]
    assert (zone["crowd_peak"], zone["crowd"], zone["known"]) == (50, None, False)
    (line,) = summary(zones.report())
    assert "at most about 50 at once" in line
    assert line.endswith("not known how many in the end")


@pytest.mark.parametrize(
    ("frame", "label"),
    [*zip(FILM, ["not yet known", "2", "~ 100 (80-120)", "~ 50 (40-61)", "at least 3"], strict=True)],
)
def test_the_picture_says_how_many_people_there_are(frame: Tracks, label: str) -> None:
    assert people_label(frame) == label


def test_the_density_lies_over_the_picture_where_the_people_are() -> None:
    grid = np.zeros(SHAPE, np.float32)
    grid[12:, 24:] = 1
    grey = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
    drawn = Painter().draw(grey, crowded(0, (), crowd(100, grid=grid)))
    assert drawn.shape == grey.shape
    assert (grey == 90).all(), "a copy"
    assert (drawn[240:, 440:] != 90).any(axis=2).mean() > 0.99
    assert (drawn[240:, :360] == 90).all()


def test_a_crowd_of_nobody_colours_nothing() -> None:
    grey = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
    drawn = Painter().draw(grey, crowded(0, (), crowd(0, grid=np.zeros(SHAPE, np.float32))))
    assert (drawn[200:] == 90).all()
