"""The scores that the documentation quotes, on tracks whose scores are known."""

from pathlib import Path

import pytest

from bench.score import Rows, load, score


def write(path: Path, rows: list[tuple[int, int, float]]) -> Path:
    """One 10 × 20 box a row: frame, identity, left."""
    path.write_text("".join(f"{frame},{name},{left},0,10,20,1,-1,-1,-1\n" for frame, name, left in rows), "utf-8")
    return path


def two_walkers(frames: int, second: int = 2) -> list[tuple[int, int, float]]:
    return [(frame, name, left + frame) for frame in range(1, frames + 1) for name, left in ((1, 0), (second, 100))]


@pytest.fixture
def truth(tmp_path: Path) -> Rows:
    return load(write(tmp_path / "gt.txt", two_walkers(10)), annotation=True)


def test_perfect_tracks(truth: Rows) -> None:
    scores = score(truth, truth, 10)
    assert [scores[name] for name in ("HOTA", "MOTA", "IDF1")] == pytest.approx([1, 1, 1])
    assert (scores["switches"], scores["count_error"], scores["identities"]) == (0, 0, 2)


def test_a_switch_and_a_missing_person(truth: Rows, tmp_path: Path) -> None:
    rows = [row for row in two_walkers(5) if row[1] == 1] + [(frame, 9, 0.0 + frame) for frame in range(6, 11)]
    scores = score(truth, load(write(tmp_path / "out.txt", rows)), 10)
    assert scores["switches"] == 1
    assert scores["count_error"] == 1
    assert scores["identities"] == 2
    assert scores["MOTA"] == pytest.approx(1 - (10 + 1) / 20)  # 10 missed, 1 switch, of 20 boxes
    assert scores["IDF1"] == pytest.approx(2 * 5 / (20 + 10))


def test_flagged_rows_and_later_frames_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "gt.txt"
    path.write_text("1,1,0,0,10,20,1\n1,2,50,0,10,20,0\n7,1,0,0,10,20,1\n", "utf-8")
    assert {frame: len(people) for frame, people in load(path, annotation=True, frames=5).items()} == {1: 1}
