"""Recall and precision of a detector, on boxes whose figures are known."""

from pathlib import Path

import numpy as np
import pytest

from bench.precision import Annotation, Figures, match
from server.vision.detections import Detections


def boxes(*lefts: float) -> np.ndarray:
    """Boxes of 10 × 20 at these places."""
    return np.array([[left, 0.0, left + 10, 20.0] for left in lefts]).reshape(-1, 4)


def test_each_person_is_found_once_by_the_best_box() -> None:
    assert match(boxes(0, 1, 100), boxes(0, 50), 0.5).tolist() == [True, False, False]
    assert match(boxes(3), boxes(0), 0.5).tolist() == [True]
    assert match(boxes(3), boxes(0), 0.75).tolist() == [False]
    assert match(boxes(0), boxes(), 0.5).tolist() == [False]
    assert match(boxes(), boxes(0), 0.5).tolist() == []


def test_figures_leave_out_weak_boxes_and_ignored_people() -> None:
    figures = Figures()
    people = Detections(boxes(0, 53, 200, 300, 400), np.array([0.9, 0.8, 0.7, 0.6, 0.2]))
    figures.add(people, boxes(0, 50, 400), ignored=boxes(200))
    figures.compare(people, people)
    figures.ms += [20.0, 30.0]
    base = Figures(ms=[10.0, 10.0])
    summary = figures.summary(base)
    assert summary["recall_0.5"] == pytest.approx(2 / 3)
    assert summary["precision_0.5"] == pytest.approx(2 / 3)
    assert summary["recall_0.75"] == pytest.approx(1 / 3)
    assert summary["precision_0.75"] == pytest.approx(1 / 3)
    assert summary["overlap_with_floats"] == pytest.approx(1)
    assert (summary["ms"], summary["ms_ratio"]) == (25.0, 2.5)


def test_nothing_there_has_no_recall() -> None:
    figures = Figures(ms=[1.0])
    figures.add(Detections(boxes(), np.zeros(0)), boxes(), boxes())
    assert figures.summary(figures)["recall_0.5"] is None
    assert figures.summary(figures)["overlap_with_floats"] is None


def test_rows_flagged_0_are_to_be_ignored(tmp_path: Path) -> None:
    (tmp_path / "gt.txt").write_text("1,1,10,20,30,40,1,-1,-1,-1\n1,2,0,0,5,5,0,-1,-1,-1\n2,1,0,0,9,9,1,-1,-1,-1\n")
    people, ignored = Annotation.load(tmp_path / "gt.txt").boxes(1)
    assert people.tolist() == [[10, 20, 40, 60]]
    assert ignored.tolist() == [[0, 0, 5, 5]]
