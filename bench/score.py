"""Scores of tracks against an annotation, both in MOTChallenge format, by TrackEval.

``python -m bench.score GT RESULT``. HOTA, DetA and AssA are means over IoU thresholds 0.05 to 0.95 (Luiten et al.
2021); the others use 0.5. The count error is the mean absolute error of the number of people per frame.
"""

import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from trackeval.metrics import CLEAR, HOTA, Identity

from server.vision.boxes import iou

Rows = dict[int, list[tuple[int, NDArray[np.float64]]]]
"""Frame, from 1 -> (track ID, box xyxy in pixels)."""


def load(path: Path, annotation: bool = False, frames: int | None = None) -> Rows:
    """Read a file; in an annotation, skip rows flagged 0."""
    rows: Rows = defaultdict(list)
    for line in path.read_text("utf-8").splitlines():
        values = [float(value) for value in line.split(",")[:7]]
        frame, identity, (left, top, width, height) = int(values[0]), int(values[1]), values[2:6]
        if (annotation and values[6] == 0) or (frames and frame > frames):
            continue
        rows[frame].append((identity, np.array([left, top, left + width, top + height])))
    return rows


def score(truth: Rows, result: Rows, frames: int) -> dict[str, float]:
    """Return the scores over the first `frames` frames."""
    data = _as_trackeval(truth, result, frames)
    hota = HOTA().eval_sequence(data)
    clear = CLEAR({"PRINT_CONFIG": False}).eval_sequence(data)
    identity = Identity({"PRINT_CONFIG": False}).eval_sequence(data)
    errors = [abs(len(truth.get(frame, [])) - len(result.get(frame, []))) for frame in range(1, frames + 1)]
    return {
        "HOTA": float(hota["HOTA"].mean()),
        "DetA": float(hota["DetA"].mean()),
        "AssA": float(hota["AssA"].mean()),
        "MOTA": float(clear["MOTA"]),
        "IDF1": float(identity["IDF1"]),
        "switches": int(clear["IDSW"]),
        "count_error": float(np.mean(errors)),
        "identities": len(_names(result)),
        "true_identities": len(_names(truth)),
    }


def _names(rows: Rows) -> dict[int, int]:
    """Return track ID -> index."""
    return {name: index for index, name in enumerate(sorted({name for row in rows.values() for name, _ in row}))}


def _as_trackeval(truth: Rows, result: Rows, frames: int) -> dict[str, Any]:
    """Convert both to the input format of TrackEval's metrics."""
    truth_index, result_index = _names(truth), _names(result)
    per_frame = [(truth.get(frame, []), result.get(frame, [])) for frame in range(1, frames + 1)]
    return {
        "seq": "sequence",
        "num_timesteps": frames,
        "num_gt_ids": len(truth_index),
        "num_tracker_ids": len(result_index),
        "num_gt_dets": sum(len(there) for there, _ in per_frame),
        "num_tracker_dets": sum(len(seen) for _, seen in per_frame),
        "gt_ids": [np.array([truth_index[name] for name, _ in there], int) for there, _ in per_frame],
        "tracker_ids": [np.array([result_index[name] for name, _ in seen], int) for _, seen in per_frame],
        "similarity_scores": [iou(_boxes(there), _boxes(seen)) for there, seen in per_frame],
    }


def _boxes(people: list[tuple[int, NDArray[np.float64]]]) -> NDArray[np.float64]:
    return np.array([box for _, box in people]).reshape(-1, 4)


def main() -> int:
    """Print the scores of one file."""
    truth, result = load(Path(sys.argv[1]), annotation=True), load(Path(sys.argv[2]))
    for name, value in score(truth, result, max(max(truth), max(result, default=1))).items():
        print(f"{name:16}{value:.3f}" if isinstance(value, float) else f"{name:16}{value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
