"""The command line as a user runs it."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from server.cli.track.command import FORMAT_NAMES
from server.cli.track.formats import FORMATS
from tests.media import find_vtest, read_film, read_vtest, write_clip
from tests.support.sigint import python

FRAMES = 25


def crowdcount(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "server.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, timeout=120)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "clip.avi", read_vtest(FRAMES))


def test_track_writes_everything(clip: Path, tmp_path: Path) -> None:
    out, stats, render = tmp_path / "out.txt", tmp_path / "stats.json", tmp_path / "out.mp4"
    done = crowdcount("track", clip, "--out", out, "--stats", stats, "--render", render)
    assert done.returncode == 0, done.stderr
    rows = [line.split(",") for line in out.read_text().splitlines()]
    assert all(len(row) == 10 and row[7:] == ["-1", "-1", "-1"] for row in rows)
    assert {int(row[0]) for row in rows} <= set(range(1, FRAMES + 1))
    assert max(int(row[0]) for row in rows) == FRAMES
    for row in rows:
        left, top, width, height = map(float, row[2:6])
        assert left >= 0
        assert top >= 0
        assert left + width <= 768.01
        assert top + height <= 576.01
    figures = json.loads(stats.read_text())
    assert figures["frames"] == FRAMES
    assert figures["unique"] == len({row[1] for row in rows})
    assert set(figures["stages_ms"]) == {"decode", "detect", "embed", "track", "analyse"}
    assert 0 < figures["people"]["low"] <= figures["people"]["mean"] <= figures["people"]["high"]
    assert figures["people"]["saturated"] == 0
    assert figures.keys() >= {"seconds", "fps", "model", "precision", "input", "backend"}
    assert sum(1 for _ in read_film(render)) == FRAMES
    assert figures["source"] == {
        "frames_expected": FRAMES,
        "frames_read": FRAMES,
        "complete": True,
        "why": None,
        "codec": "mjpeg",
        "recorded_at": None,
        "times_replaced": 0,
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.mp4", "out.txt", "stats.json"]


def test_track_follows_the_settings(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stats = tmp_path / "stats.json"
    monkeypatch.setenv("CROWDCOUNT_PRECISION", "fp32")
    monkeypatch.setenv("CROWDCOUNT_INPUT_SIDE", "416")
    done = crowdcount("track", clip, "--out", tmp_path / "out.txt", "--stats", stats)
    assert done.returncode == 0, done.stderr
    figures = json.loads(stats.read_text())
    assert (figures["precision"], figures["input"], figures["model"]) == ("fp32", 416, "yolo26n")
    monkeypatch.setenv("CROWDCOUNT_PRECISION", "exact")
    done = crowdcount("track", clip, "--out", tmp_path / "other.txt")
    assert done.returncode == 1
    assert "CROWDCOUNT_PRECISION" in done.stderr


def test_formats_agree(clip: Path, tmp_path: Path) -> None:
    for form in ("mot", "csv", "jsonl"):
        assert crowdcount("track", clip, "--out", tmp_path / form, "--format", form).returncode == 0
    mot = [line.split(",")[:2] for line in (tmp_path / "mot").read_text().splitlines()]
    header, *lines = (tmp_path / "csv").read_text().splitlines()
    assert header == "frame,t_ms,id,left,top,right,bottom,score,people,people_low,people_high"
    assert [[line.split(",")[0], line.split(",")[2]] for line in lines] == mot
    frames = [json.loads(line) for line in (tmp_path / "jsonl").read_text().splitlines()]
    assert [frame["frame"] for frame in frames] == list(range(1, FRAMES + 1))
    assert [frame["t"] for frame in frames] == pytest.approx([index * 100.0 for index in range(FRAMES)], abs=0.2)
    people = [[str(frame["frame"]), str(person["id"])] for frame in frames for person in frame["people"]]
    assert people == mot
    assert all(frame["count_low"] <= frame["count"] <= frame["count_high"] for frame in frames)
    assert any(frame["count_low"] < frame["count_high"] for frame in frames)
    assert not any(frame["saturated"] for frame in frames)


@pytest.mark.parametrize("name", ["IMG_0001.jpg", "photo.png"])
def test_a_photograph_is_a_film_of_one_frame(tmp_path: Path, name: str) -> None:
    """Also one of a numbered series: the others are not taken for its next frames."""
    (image,) = read_vtest(1)
    for picture in (name, "IMG_0002.jpg"):
        cv2.imwrite(str(tmp_path / picture), image)
    out, stats, render = tmp_path / "out.jsonl", tmp_path / "stats.json", tmp_path / "out.mp4"
    done = crowdcount("track", tmp_path / name, "--out", out, "--format", "jsonl", "--stats", stats, "--render", render)
    assert done.returncode == 0, done.stderr
    (frame,) = [json.loads(line) for line in out.read_text().splitlines()]
    assert (frame["frame"], frame["t"], frame["width"], frame["height"]) == (1, 0.0, 768, 576)
    assert frame.keys() >= {"known", "crowd", "advice"}
    figures = json.loads(stats.read_text())
    assert figures["frames"] == 1
    assert figures["people"].keys() >= {"estimate_mean", "crowded", "unknown"}
    assert (figures["unique"], figures["followed"]) == (frame["count"], True)
    assert frame["known"] is True
    assert frame["count"] >= 2
    assert "advice" in figures
    assert sum(1 for _ in read_film(render)) == 1


def test_a_photograph_needs_no_file_to_write_to(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "photo.jpg"), read_vtest(1)[0])
    done = crowdcount("track", tmp_path / "photo.jpg")
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"\d+ people(, probably \d+ to \d+)?\.\n", done.stdout)
    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]


def test_a_video_of_one_frame_is_counted_like_a_photograph(tmp_path: Path) -> None:
    film = write_clip(tmp_path / "one.avi", read_vtest(1))
    out, stats = tmp_path / "out.jsonl", tmp_path / "stats.json"
    done = crowdcount("track", film, "--out", out, "--format", "jsonl", "--stats", stats)
    assert done.returncode == 0, done.stderr
    assert json.loads(out.read_text())["count"] >= 2
    assert json.loads(stats.read_text())["people"]["unknown"] == 0


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (["nothing.avi", "--out", "o"], {}, "There is no video"),
        (["{rubbish}", "--out", "o"], {}, "cannot be read as a video"),
        (["{clip}", "--out", "{folder}/no/o.txt"], {}, "cannot be written"),
        (["{clip}", "--out", "{folder}"], {}, "is a folder"),
        (["{clip}", "--out", "o", "--model", "yolo99z"], {}, "no model named"),
        (["{clip}", "--out", "o"], {"CROWDCOUNT_MODELS_DIR": "/nonexistent"}, "models pull"),
        (["{clip}", "--out", "o", "--model", "mobilenetv2"], {}, "does not find people"),
        (["{clip}", "--out", "o", "--render", "o.xyz"], {}, "use .mp4"),
        (["{clip}", "--out", "o", "--start", "2026-05-01T08:00:00Z"], {}, "give both"),
        (["{clip}", "--out", "o", "--samples", "s", "--start", "8 o'clock"], {}, "time zone"),
    ],
)
def test_expected_failures_are_one_line(
    clip: Path, tmp_path: Path, arguments: list[str], environment: dict[str, str], words: str
) -> None:
    rubbish = tmp_path / "rubbish.avi"
    rubbish.write_bytes(b"no video" * 100)
    filled = [value.format(clip=clip, rubbish=rubbish, folder=tmp_path) for value in arguments]
    filled = [str(tmp_path / value) if value in ("o", "o.xyz") else value for value in filled]
    done = crowdcount("track", *filled, **environment)
    assert done.returncode == 1
    said = [line for line in done.stderr.splitlines() if not line.startswith("tracking:")]
    assert len(said) == 1, done.stderr
    assert words in said[0]
    assert [path.name for path in tmp_path.iterdir()] == ["rubbish.avi"]


def test_interruption_is_clean(tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    out.write_text("from before")
    command = python("-m", "server.cli", "track", str(find_vtest()), "--out", str(out))
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        while "frame/s" not in process.stderr.read(40):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.strip().endswith("interrupted")
    assert "Traceback" not in said
    assert out.read_text() == "from before"
    assert list(tmp_path.iterdir()) == [out]


def test_being_told_to_end_is_clean(tmp_path: Path) -> None:
    """As Ctrl-C: no drafts, and what was there before."""
    names = {"--out": "out.txt", "--stats": "stats.json", "--render": "out.mp4"}
    for name in names.values():
        (tmp_path / name).write_text("from before")
    wanted = [str(part) for option, name in names.items() for part in (option, tmp_path / name)]
    command = python("-m", "server.cli", "track", str(find_vtest()), *wanted)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        while "frame/s" not in process.stderr.read(40):
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 143
    assert said.strip().endswith("told to end")
    assert "Traceback" not in said
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == dict.fromkeys(names.values(), "from before")


@pytest.mark.parametrize("name", ["crowdcount.sqlite3", "secret.key", "tls/authority-key.pem"])
def test_what_the_server_keeps_is_never_replaced(clip: Path, tmp_path: Path, name: str) -> None:
    mine = tmp_path / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_bytes(b"of the server")
    done = crowdcount("track", clip, "--out", mine, CROWDCOUNT_DATA_DIR=str(tmp_path))
    assert done.returncode == 1
    assert "cannot be used twice" in done.stderr
    assert mine.read_bytes() == b"of the server"


@pytest.mark.parametrize(
    "options",
    [
        ["--out", "{clip}"],
        ["--out", "{link}"],
        ["--out", "o", "--render", "{clip}.mp4"],
        ["--out", "o", "--stats", "o"],
        ["--out", "o", "--samples", "./o"],
        ["--out", "{zones}", "--zones", "{zones}"],
    ],
)
def test_a_file_that_is_read_or_written_already_is_refused_before_the_work(
    clip: Path, tmp_path: Path, options: list[str]
) -> None:
    film, zones, link = tmp_path / "film.avi", tmp_path / "zones.json", tmp_path / "link"
    film.write_bytes(clip.read_bytes())
    zones.write_text(json.dumps(ZONES))
    link.symlink_to(film)
    (tmp_path / "film.avi.mp4").hardlink_to(film)
    filled = [option.format(clip=film, link=link, zones=zones) for option in options]
    filled = [f"{tmp_path}/{option}" if option in ("o", "./o") else option for option in filled]
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    done = crowdcount("track", film, *filled)
    assert done.returncode == 1
    assert "cannot be used twice" in done.stderr
    assert "tracking" not in done.stderr, "before the work"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


FULL = """
import resource, signal, sys
from server.cli.main import main

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from server.cli.track import render  # its libraries may write before the disk is full
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize(("room", "options"), [(2_000, []), (60_000, ["--render", "out.mp4"])])
def test_a_full_disk_is_an_error_and_leaves_what_was_there(
    clip: Path, tmp_path: Path, room: int, options: list[str]
) -> None:
    """A limit on the size of files stands for the disk: the same errors, at the same calls."""
    names = ["out.txt", "out.mp4"]
    for name in names:
        (tmp_path / name).write_text("from before")
    wanted = [str(tmp_path / one) if one in names else one for one in ["--out", "out.txt", *options]]
    command = [sys.executable, "-c", FULL, str(room), "track", str(clip), *wanted]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == dict.fromkeys(names, "from before")


def test_a_pipe_gets_each_line_as_it_is_written(clip: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "server.cli", "track", str(clip), "--out", str(pipe), "--format", "jsonl"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        lines = pipe.read_text().splitlines()
    assert process.returncode == 0
    assert [json.loads(line)["frame"] for line in lines] == list(range(1, FRAMES + 1))
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_a_job_that_ignores_interruption_is_not_interrupted(clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    command = python("-m", "server.cli", "track", str(clip), "--out", str(out), sigint=signal.SIG_IGN)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        while "frame/s" not in process.stderr.read(40):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert out.read_text()


def test_models_list_names_sources_and_sums() -> None:
    done = crowdcount("models")
    assert done.returncode == 0
    assert "9b09cc8bf347f0fc8a5f7657480587f25db09b34bf33b0652110fb03a8ad4fef" in done.stdout
    assert "yolo26n: prepared" in done.stdout
    assert done.stdout == crowdcount("models", "list").stdout


def test_pull_of_wrong_weights_fails(tmp_path: Path) -> None:
    weights = tmp_path / "yolo26n.pt"
    weights.write_bytes(b"something else")
    done = crowdcount("models", "pull", "--weights", weights, CROWDCOUNT_MODELS_DIR=str(tmp_path / "models"))
    assert done.returncode == 1
    assert "9b09cc8bf347f0fc8a5f7657480587f25db09b34bf33b0652110fb03a8ad4fef" in done.stderr
    assert "Traceback" not in done.stderr


ZONES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]},
            "properties": {"name": "All", "limits": {"people": {"warning": 1, "hold_s": 0}}},
        },
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": [[0.5, 1], [0.5, 0]]},
            "properties": {"name": "Middle"},
        },
    ],
}


def test_track_counts_in_zones(clip: Path, tmp_path: Path) -> None:
    zones, out, stats, samples = (tmp_path / name for name in ("zones.json", "out.jsonl", "stats.json", "samples.csv"))
    zones.write_text(json.dumps(ZONES))
    wanted = ["--stats", stats, "--samples", samples, "--start", "2026-05-01T08:00:00+02:00"]
    done = crowdcount("track", clip, "--out", out, "--format", "jsonl", "--zones", zones, *wanted)
    assert done.returncode == 0, done.stderr
    assert "visitors" not in done.stderr, "the figures are in their file"
    figures = json.loads(stats.read_text())
    (zone,), (line,), alerts = figures["zones"], figures["lines"], figures["alerts"]
    assert (zone["name"], line["name"]) == ("All", "Middle")
    assert 1 <= zone["visitors"] <= figures["unique"]
    assert zone["entries"] - zone["exits"] == zone["occupancy"] + zone["lost"]
    assert zone["occupancy"] > 0, "the street is not empty when the clip ends"
    assert zone["dwell"]["mean_s"] > 0
    assert {(alert["zone"], alert["level"]) for alert in alerts} == {("All", "warning")}
    frames = [json.loads(text) for text in out.read_text().splitlines()]
    rows = [row.split(",") for row in samples.read_text().splitlines()]
    assert rows[0][:4] == ["at", "zone_id", "zone", "seconds"]
    assert {row[0] for row in rows[1:]} == {"2026-05-01T06:00:00.000Z"}
    assert max(frame["zones"][0]["occupancy"] for frame in frames) == zone["peak"]


def test_zones_without_a_file_for_their_figures_are_said(clip: Path, tmp_path: Path) -> None:
    zones = tmp_path / "zones.json"
    zones.write_text(json.dumps(ZONES))
    done = crowdcount("track", clip, "--out", tmp_path / "out.txt", "--zones", zones)
    assert done.returncode == 0, done.stderr
    first, second = done.stderr.splitlines()[-2:]
    assert first.startswith("All: ")
    assert "visitors" in first
    assert second.startswith("Middle: ")


@pytest.mark.parametrize(
    ("content", "words"),
    [("{", "is not JSON"), ("[]", "must be an object"), (json.dumps({"type": "FeatureCollection"}), "features")],
)
def test_zones_that_are_none_are_one_line(clip: Path, tmp_path: Path, content: str, words: str) -> None:
    zones = tmp_path / "zones.json"
    zones.write_text(content)
    done = crowdcount("track", clip, "--out", tmp_path / "o", "--zones", zones)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert words in done.stderr
    assert not (tmp_path / "o").exists()


def test_every_format_is_offered() -> None:
    assert sorted(FORMATS) == list(FORMAT_NAMES)
