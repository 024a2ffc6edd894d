"""Damaged, cut and growing files: everything that can be decoded is read, and what is missing is said."""

from itertools import pairwise
from pathlib import Path

import pytest

from server.recording.recording import Recording
from server.recording.source import Source
from tests.media import read_vtest
from tests.support.films import FPS, FilmKind, cut, damage, write_film

NO_B_FRAMES = {"bf": "0", "g": "12"}
FASTSTART = FilmKind(options=NO_B_FRAMES, container={"movflags": "faststart"})
FRAMES = 60


def read(path: Path) -> tuple[list[float], Source]:
    """The times of all frames in milliseconds, and what was read."""
    with Recording(path) as recording:
        found = [frame.t for frame in recording]
    assert all(before < after for before, after in pairwise(found))
    return found, recording.source()


def film(path: Path, kind: FilmKind) -> Path:
    """The first 60 frames of the clip."""
    return write_film(path, read_vtest(FRAMES), kind)


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("film.mp4", FASTSTART, FRAMES),
        ("film.mkv", FilmKind(options=NO_B_FRAMES), FRAMES),
        ("film.avi", FilmKind("mpeg4"), FRAMES),
        ("fragmented.mp4", FilmKind(options=NO_B_FRAMES, container={"movflags": "frag_keyframe+empty_moov"}), None),
        ("film.ts", FilmKind(options=NO_B_FRAMES), None),
    ],
)
def test_a_file_that_was_cut(tmp_path: Path, name: str, kind: FilmKind, expected: int | None) -> None:
    found, source = read(cut(film(tmp_path / name, kind), 0.6))
    assert 0 < len(found) < FRAMES - 10
    assert (source.frames_read, source.frames_expected, source.complete) == (len(found), expected, False)
    assert source.why
    if expected:
        assert source.why == f"the file ends early; {len(found)} of 60 frames could be read."
        assert source.remarks() == [f"The recording is incomplete: {source.why}"]


@pytest.mark.parametrize("name", ["film.mp4", "film.mkv"])
def test_damaged_frames_are_left_out_and_the_others_read(tmp_path: Path, name: str) -> None:
    """Times are those of the frames that are there."""
    path = damage(
        film(tmp_path / name, FASTSTART if name == "film.mp4" else FilmKind(options=NO_B_FRAMES)), [(0.4, 0.6)]
    )
    found, source = read(path)
    assert FRAMES / 2 < len(found) < FRAMES
    assert found[-1] == pytest.approx((FRAMES - 1) * 1000 / FPS, abs=1)
    assert (source.frames_read, source.frames_expected, source.complete) == (len(found), FRAMES, False)
    assert source.why == f"{FRAMES - len(found)} of 60 frames are damaged and left out."


def test_a_frame_that_is_damaged_in_part_is_counted_and_said(tmp_path: Path) -> None:
    found, source = read(damage(film(tmp_path / "film.mp4", FASTSTART), [(0.5, 0.503)]))
    assert len(found) == FRAMES
    assert (source.frames_expected, source.complete) == (FRAMES, False)
    assert source.why
    assert source.why.endswith("damaged in part.")


def test_a_file_that_grows_is_read_as_far_as_it_was(tmp_path: Path) -> None:
    """A camera writes to it; what comes while it is read is left for the next time."""
    whole = film(tmp_path / "whole.mkv", FilmKind(options=NO_B_FRAMES)).read_bytes()
    path = tmp_path / "growing.mkv"
    path.write_bytes(whole[: len(whole) // 2])
    alone, _ = read(path)
    with Recording(path) as recording:
        with path.open("ab") as file:
            file.write(whole[len(whole) // 2 :])
        found = [frame.t for frame in recording]
    assert found == alone
    assert not recording.source().complete
    assert len(read(path)[0]) == FRAMES


def test_a_reader_may_stop_at_any_time(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", FASTSTART)
    for count in (0, 1, 10):
        recording = Recording(path)
        frames = iter(recording)
        assert len([next(frames) for _ in range(count)]) == count
        frames.close()  # type: ignore[attr-defined]
        recording.close()
