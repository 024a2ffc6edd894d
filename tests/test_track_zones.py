"""What `crowdcount track --zones` reports, from tracks that a test makes up."""

import csv
import os
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from server.cli.track.samples import TrackSamples, read_time
from server.cli.track.zones import ZoneStats, read_plan, summary
from server.core.alarm import Limits
from server.core.analytics import Analytics
from server.core.certainty import Certainty
from server.core.crowd import Crowd, CrowdFigure, Method
from server.core.errors import CodedError
from server.core.plan import Plan, ZoneLimits
from server.core.tracks import Track, Tracks
from server.core.zone import Line, Zone
from tests.core.walk import SIZE, at

ZONE = (
    '{"type": "Feature", "properties": {"name": "Gate"}, "geometry": {"type": "Polygon", '
    '"coordinates": [[[0, 0], [1, 0], [1, 1]]]}}'
)
LEFT = Zone("left", "=Left\x1b[31m", ((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
MIDDLE = Line("middle", "Middle", ((0.5, 1.0), (0.5, 0.0)))
PLAN = Plan((LEFT,), (MIDDLE,), {"left": ZoneLimits(people=Limits(warning=2, hold_s=0))})


def film(samples: TrackSamples | None = None) -> dict[str, object]:
    """Two people; one leaves over the line after 12 seconds, the other stays for all of 25."""
    analytics, stats = Analytics(PLAN), ZoneStats()
    for n in range(250):
        walker = min(max(0.3, 0.3 + 0.05 * (n - 116)), 0.8)
        people = tuple(Track(id_, at(x, 0.6), 0.9) for id_, x in ((1, 0.2), (2, walker)))
        tracks = Tracks(n * 100.0, *SIZE, people)
        analysis = analytics.update(tracks)
        stats.note(analysis)
        if samples:
            samples.note(tracks.t, analysis)
    closed = analytics.close()
    stats.close(closed)
    if samples:
        samples.close(closed)
    return stats.report()


def test_at_the_end_of_a_file_every_stay_has_a_length() -> None:
    report = film()
    (zone,) = report["zones"]  # type: ignore[misc]
    assert (zone["entries"], zone["exits"], zone["occupancy"]) == (2, 1, 1), "as in the last frame: one went out"
    assert zone["dwell"]["mean_s"] == pytest.approx((11.9 + 24.9) / 2, abs=0.1)
    assert (zone["visitors"], zone["peak"]) == (2, 2)


def test_the_summary_is_a_line_for_each_zone_and_line() -> None:
    assert summary(film()) == [
        "=Left [31m: 2 visitors, 2 entries, 1 exits, at most 2 at once, 18.4 s on average",
        "Middle: 1 in, 0 out",
    ]


def test_samples_of_a_file_have_the_columns_of_history(tmp_path: Path) -> None:
    samples = TrackSamples(datetime(2026, 5, 1, 8, 0, 5, tzinfo=UTC))
    film(samples)
    samples.write(tmp_path / "samples.csv")
    with (tmp_path / "samples.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    zone = [row for row in rows if row["zone_id"] == "left"]
    assert [row["at"] for row in zone] == [f"2026-05-01T08:00:{second}.000Z" for second in ("00", "10", "20")]
    assert {row["zone"] for row in zone} == {"'=Left\x1b[31m"}
    assert [row["max"] for row in zone] == ["2", "2", "1"]
    assert sum(int(row["entries"]) for row in zone) == sum(int(row["exits"]) for row in zone) == 2
    assert sum(int(row["visits"]) for row in zone) == 2
    assert sum(float(row["seconds"]) for row in rows if not row["zone_id"]) == pytest.approx(24.9, abs=0.3)


def test_samples_of_a_file_tell_estimates_and_unknown_time(tmp_path: Path) -> None:
    """Ten seconds without an estimate, ten with one, ten counted."""
    analytics, samples = Analytics(PLAN), TrackSamples(None)
    crowd = Crowd(CrowdFigure(470.0, 380, 560, Method.DENSITY), 1, np.full((4, 4), 470 / 16, np.float32))
    saturated = Certainty(0, None, saturated=True)
    for n in range(300):
        people = (Track(1, at(0.2, 0.6), 0.9),) if n >= 200 else ()
        known = {"certainty": saturated if n < 200 else None, "crowd": crowd if 100 <= n < 200 else None}
        tracks = Tracks(n * 100.0, *SIZE, people, **known)  # type: ignore[arg-type]
        samples.note(tracks.t, analytics.update(tracks))
    samples.close(analytics.close())
    samples.write(tmp_path / "samples.csv")
    with (tmp_path / "samples.csv").open(newline="") as file:
        whole = [row for row in csv.DictReader(file) if not row["zone_id"]]
    names = ("min", "mean", "max", "last", "estimate", "estimate_max")
    assert [tuple(row[name] for name in names) for row in whole] == [
        ("", "", "", "", "", ""),
        ("0", "0.0", "0", "0", "470.0", "470.0"),
        ("1", "1.0", "1", "1", "", ""),
    ]
    assert [float(row["crowded_s"]) for row in whole] == pytest.approx([0, 10, 0], abs=0.11)
    assert [float(row["unknown_s"]) for row in whole] == pytest.approx([10, 0, 0], abs=0.11)


@pytest.mark.parametrize("text", ["yesterday", "2026-05-01T08:00:00", ""])
def test_a_start_needs_its_time_zone(text: str) -> None:
    with pytest.raises(CodedError, match="time zone"):
        read_time(text)


@pytest.mark.parametrize("gap_s", [12, 3600])
def test_samples_of_rare_frames_say_nothing_of_visits(tmp_path: Path, gap_s: int) -> None:
    analytics, samples = Analytics(PLAN), TrackSamples(None)
    for n in range(6):
        tracks = Tracks(n * gap_s * 1000.0, *SIZE, (Track(n + 1, at(0.2, 0.6), 0.9),))
        samples.note(tracks.t, analytics.update(tracks))
    samples.close(analytics.close())
    samples.write(tmp_path / "samples.csv")
    rows = list(csv.DictReader((tmp_path / "samples.csv").read_text("utf-8").splitlines()))
    assert len(rows) == 12
    assert {row[name] for row in rows for name in ("entries", "exits", "visits", "dwell_mean_s")} == {""}
    assert [row["max"] for row in rows if row["zone_id"] == "left"][1:] == ["1"] * 5
    assert {row["unfollowed_s"] for row in rows[:5]} == {"1.0"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[" * 100_000, "nests too deep"),
        ('{"type":' * 50_000, "nests too deep"),
        ('{"a\x1b[2J', "is not JSON"),
        (" " * 1_000_001, "too large"),
        ("\xff\xfe", "is not JSON"),
        ('{"type": "FeatureCollection", "features": [' + ZONE.replace("Gate", "Ga\\u202ete") + "]}", "visible letters"),
        ('{"type": "FeatureCollection", "features": [' + ZONE.replace("Gate", "Ga\\u0000te") + "]}", "visible letters"),
    ],
)
def test_a_file_of_zones_that_is_none_is_said_in_a_sentence(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "zones.json"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(CodedError, match=words) as error:
        read_plan(path)
    assert error.value.message.isprintable()


@pytest.mark.timeout(10)
def test_a_file_of_zones_without_an_end_is_left(tmp_path: Path) -> None:
    with pytest.raises(CodedError, match="too large"):
        read_plan(Path("/dev/zero"))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    stop = threading.Event()

    def pour() -> None:
        with suppress(BrokenPipeError), pipe.open("wb", buffering=0) as end:
            while not stop.is_set():
                end.write(b" " * 65_536)

    writer = threading.Thread(target=pour)
    writer.start()
    with pytest.raises(CodedError, match="too large"):
        read_plan(pipe)
    stop.set()
    writer.join()
