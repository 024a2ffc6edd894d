"""The comparison of all pipelines, on boxes that are made up."""

from pathlib import Path

import numpy as np

from bench.contenders import STRANGER, Result, oracle
from bench.detections import fetch, store
from bench.lines import count_feet, count_ours, errors
from bench.score import Rows
from bench.table import judge, mean, to_markdown
from bench.tracks import Recording
from server.core.tracks import Track, Tracks
from server.vision.detections import Detections

SIZE = (640, 480)


def walk(frames: int = 60, name: int = 1) -> Rows:
    """Somebody 100 pixels tall who walks down the middle, from 130 to 425 pixels at the feet."""
    return {i + 1: [(name, np.array([300.0, 30 + 5 * i, 340.0, 130 + 5 * i]))] for i in range(frames)}


def write(path: Path, rows: Rows) -> Recording:
    """An annotation of these."""
    lines = [
        f"{frame},{name},{box[0]},{box[1]},{box[2] - box[0]},{box[3] - box[1]},1,1,1"
        for frame, people in rows.items()
        for name, box in people
    ]
    path.write_text("\n".join(lines), "utf-8")
    return Recording("walk", path, path)


def test_the_truth_and_the_product_count_the_same_crossings() -> None:
    rows = walk()
    results = [
        Tracks(frame * 40.0, *SIZE, tuple(Track(name, tuple(box / (SIZE * 2)), 0.9) for name, box in people))
        for frame, people in rows.items()
    ]
    true = count_feet(rows, *SIZE)
    assert true["h0.5"] == (1, 0)
    assert true["v0.5"] == (0, 0)
    assert count_ours(results) == true
    assert errors(true, count_ours(results), "h") == {"true": 8, "counted": 8, "gross": 0, "net": 0}


def test_to_and_fro_is_a_gross_error_and_no_net_error() -> None:
    true, counted = {"h0.5": (1, 0)}, {"h0.5": (3, 2)}
    assert errors(true, counted, "h") == {"true": 1, "counted": 5, "gross": 4, "net": 0}


def test_true_identities_are_given_to_boxes_on_people(tmp_path: Path) -> None:
    recording = write(tmp_path / "gt.txt", walk())
    found = {frame: [(50 + frame, box) for _, box in people] for frame, people in walk().items()}
    found[1].append((7, np.array([10.0, 10.0, 30.0, 60.0])))
    result = oracle(found, recording, SIZE)
    assert [name for name, _ in result.rows[1]] == [1, STRANGER + 7]
    figures = judge(result, recording, SIZE)
    assert figures["switches"] == 0
    assert figures["h_gross"] == 0


def test_the_range_is_judged_where_there_is_one(tmp_path: Path) -> None:
    recording = write(tmp_path / "gt.txt", walk(4))
    rows = walk(4)
    crossings = count_feet(rows, *SIZE)
    held = judge(Result(rows, crossings, [(0, 2), (1, 1), (2, 3), (0, 0)]), recording, SIZE)
    unknown = judge(Result(rows, crossings), recording, SIZE)
    assert held["range"] == 0.5
    assert unknown["range"] is None
    assert mean([held, unknown])["range"] is None
    assert "| – |" in to_markdown({"walk": {"balanced": held, "plain": unknown}})


def test_detections_are_kept(tmp_path: Path) -> None:
    frames = [Detections(np.zeros((0, 4)), np.zeros(0)), Detections(np.arange(8.0).reshape(2, 4), np.array([0.5, 0.1]))]
    store(tmp_path / "some" / "kept.npz", frames)
    back = fetch(tmp_path / "some" / "kept.npz")
    assert [len(people) for people in back] == [0, 2]
    np.testing.assert_array_equal(back[1].xyxy, frames[1].xyxy)
    np.testing.assert_array_equal(back[1].scores, frames[1].scores)
