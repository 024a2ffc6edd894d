"""`crowdcount track` on recordings that were counted wrongly once, and on what it cannot read."""

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import pytest

from server.cli.track.command import NOTHING_COUNTED
from tests.media import find_clip, read_film, read_vtest
from tests.support.films import INTERLACED, FilmKind, cut, numbered, weave, write_film
from tests.test_cli import crowdcount


@dataclass(frozen=True)
class Case:
    """What is right for a recording.

    Attributes
    ----------
    frames, expected : int
        That are read, and that it should have.
    mean : float or None
        People on average, within 1.5.
    identities : tuple of int or None
        The fewest and the most people to be told apart.
    seconds : float
        From the first frame to the last.
    """

    frames: int
    expected: int
    mean: float | None
    identities: tuple[int, int] | None
    seconds: float


CASES = {
    "interlaced.mp4": Case(72, 72, 10.5, (9, 15), 2.96),
    "damaged.mp4": Case(115, 120, 10.5, None, 4.96),
    "cut-off.mp4": Case(58, 120, 10.5, None, 2.4),
    "trimmed.mp4": Case(48, 48, None, (3, 5), 1.96),
    "non-square.mp4": Case(120, 120, 10.5, None, 4.96),
    "unix-time.mkv": Case(24, 24, None, None, 0.96),
    "ten-hours.webm": Case(24, 24, None, None, 0.96),
    "two-hour-gap.mp4": Case(144, 144, None, None, 7205.96),
    "twelve-seconds-apart.mp4": Case(24, 24, 5.3, None, 276.0),
    "av1.mp4": Case(144, 144, 1.2, (3, 7), 5.96),
    "scene-cuts.mp4": Case(180, 180, None, None, 7.46),
}


def track(video: Path, folder: Path, *options: object) -> tuple[dict[str, Any], list[dict[str, Any]], str]:
    """Statistics, frames and what was said on standard error."""
    out, stats = folder / "out.jsonl", folder / "stats.json"
    done = crowdcount("track", video, "--out", out, "--format", "jsonl", "--stats", stats, *options)
    assert done.returncode == 0, done.stderr
    return json.loads(stats.read_text()), [json.loads(line) for line in out.read_text().splitlines()], done.stderr


@pytest.mark.parametrize("name", CASES)
def test_cases(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    figures, frames, said = track(find_clip(f"cases/{name}"), tmp_path)
    source = figures["source"]
    assert (source["frames_read"], source["frames_expected"]) == (case.frames, case.expected)
    assert figures["frames"] == len(frames) == case.frames
    assert source["complete"] == (case.frames == case.expected) == (source["why"] is None)
    assert ("The recording is incomplete: " in said) != source["complete"]
    assert (frames[-1]["t"] - frames[0]["t"]) / 1000 == pytest.approx(case.seconds, abs=0.03)
    assert source["times_replaced"] == 0
    if case.mean is not None:
        assert figures["people"]["mean"] == pytest.approx(case.mean, abs=1.5)
    if case.identities:
        assert case.identities[0] <= figures["unique"] <= case.identities[1]


def test_the_history_of_a_recording_with_a_gap_has_both_halves(tmp_path: Path) -> None:
    samples = tmp_path / "samples.csv"
    start = "2026-05-01T08:00:00+02:00"
    track(find_clip("cases/two-hour-gap.mp4"), tmp_path, "--samples", samples, "--start", start)
    hours = {line[11:13] for line in samples.read_text().splitlines()[1:]}
    assert hours == {"06", "08"}


def test_an_interlaced_film_counts_like_the_same_film_in_whole_pictures(tmp_path: Path) -> None:
    images = read_vtest(60)
    plain, _, _ = track(write_film(tmp_path / "plain.mp4", images[::2]), tmp_path)
    figures, _, _ = track(write_film(tmp_path / "woven.mp4", weave(images), INTERLACED), tmp_path)
    assert figures["people"]["mean"] == pytest.approx(plain["people"]["mean"], abs=1)


def test_a_film_that_was_cut_is_counted_and_said_to_be_incomplete(tmp_path: Path) -> None:
    film = write_film(
        tmp_path / "film.mp4", read_vtest(60), FilmKind(options={"bf": "0"}, container={"movflags": "faststart"})
    )
    done = crowdcount("track", cut(film, 0.6))
    assert done.returncode == 0, done.stderr
    assert "on average" in done.stdout
    assert "Incomplete: the file ends early; " in done.stdout
    assert "of 60 frames could be read." in done.stderr


def test_a_recording_without_a_frame_has_a_status_of_its_own(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", numbered(30))
    data = bytearray(film.read_bytes())
    begin = data.index(b"mdat") + 4
    length = int.from_bytes(data[begin - 8 : begin - 4], "big") - 8
    data[begin : begin + length] = bytes(length)
    film.write_bytes(data)
    done = crowdcount("track", film, "--out", tmp_path / "out.txt", "--stats", tmp_path / "stats.json")
    assert done.returncode == NOTHING_COUNTED == 3
    assert done.stderr == f"crowdcount: {film} holds no frame that can be decoded.\n"
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.mp4", b"", "is empty"),
        ("list.m3u8", b"#EXTM3U\nhttp://127.0.0.1:1/a.ts\n", "list of other files"),
        ("list.ffconcat", b"ffconcat version 1.0\nfile a.mp4\n", "list of other files"),
    ],
)
def test_what_is_no_recording_is_one_line(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    done = crowdcount("track", tmp_path / name, "--out", tmp_path / "out.txt")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert words in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("kind", "size", "shown"),
    [
        (FilmKind(turned=90), (576, 768), (768, 576)),
        (FilmKind("mjpeg"), (301, 405), (300, 404)),
        (FilmKind(pixel_aspect=Fraction(1, 2)), (288, 768), (576, 768)),
    ],
)
def test_videos_with_tracks_are_written_as_shown(
    tmp_path: Path, kind: FilmKind, size: tuple[int, int], shown: tuple[int, int]
) -> None:
    """Also of odd sizes, of which the encoder leaves out a row and a column, and under names that look like more."""
    height, width = size
    film = write_film(
        tmp_path / "12:30 100% 🎥.mov", [cv2.resize(image, (width, height)) for image in read_vtest(5)], kind
    )
    render = tmp_path / "12:30 %03d.mp4"
    figures, frames, _ = track(film, tmp_path, "--render", render)
    assert figures["frames"] == 5
    assert {image.shape[:2] for image in read_film(render)} == {shown}
    assert abs(frames[0]["height"] - shown[0]) <= 1
    assert abs(frames[0]["width"] - shown[1]) <= 1


def test_a_film_that_changes_its_size_is_rendered_whole(tmp_path: Path) -> None:
    kind = FilmKind(options={"bf": "0"})
    small = [cv2.resize(image, (384, 288)) for image in read_vtest(5)]
    parts = [
        write_film(tmp_path / "a.ts", read_vtest(5), kind),
        write_film(tmp_path / "b.ts", small, kind, range(5, 10)),
    ]
    film, render = tmp_path / "film.ts", tmp_path / "out.mp4"
    film.write_bytes(b"".join(part.read_bytes() for part in parts))
    track(film, tmp_path, "--render", render)
    assert [image.shape[:2] for image in read_film(render)] == [(576, 768)] * 10
