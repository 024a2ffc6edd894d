"""Comparison of all pipelines on every annotated recording, at full rate: ``python -m bench.table``.

Ours at three qualities, Ultralytics' trackers, deep-sort-realtime, and our boxes with their true IDs. Our
detections and the other tracks are cached in ``.cache``; ``--again`` recomputes them.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench import detections, peers
from bench.compare import RESULTS, ROOT, describe_machine
from bench.contenders import Result, oracle, others, ours
from bench.lines import count_feet, errors
from bench.picture import draw
from bench.score import score
from bench.timing import read
from bench.tracks import Recording, recordings
from server.core.quality import Quality
from server.models.catalogue import RELEASES
from server.models.paths import default_models_dir
from server.models.sources import fetch_weights
from server.vision.settings import VisionSettings
from server.vision.vision import Vision

OTHERS = ROOT / ".cache" / "others"
TITLES = {
    **{quality.value: f"crowdcount, `{quality.value}`" for quality in Quality},
    "oracle": "*boxes of `balanced`, true identities*",
    "plain": "plain: deep-sort-realtime",
    **{name: f"Ultralytics track, {name}" for name in peers.TRACKERS},
}
SCORES = ("HOTA", "DetA", "AssA", "IDF1", "switches", "identities", "count_error", "range")
Figures = dict[str, float | None]


def measure(recording: Recording, weights: Path | None, precision: str) -> Iterator[tuple[str, Figures]]:
    """Yield pipeline -> figures."""
    image, _ = next(read(recording.video, 1))
    size = (image.shape[1], image.shape[0])
    settings = VisionSettings(models_dir=str(default_models_dir()), precision=precision)
    vision = Vision(settings)
    for quality in Quality:
        result = ours(recording, settings, vision, quality)
        yield quality.value, judge(result, recording, size)
        if quality is Quality.BALANCED:
            yield "oracle", judge(oracle(result.rows, recording, size), recording, size)
    if weights:
        folder = OTHERS / recording.video.stem
        folder.mkdir(parents=True, exist_ok=True)
        for name, result in others(recording, weights, folder, size):
            yield name, judge(result, recording, size)


def judge(result: Result, recording: Recording, size: tuple[int, int]) -> Figures:
    """Return all figures of one result."""
    truth, frames = recording.truth(), max(result.rows, default=1)
    crossings = count_feet(truth, *size)
    figures: Figures = {**score(truth, result.rows, frames), "range": None}
    if result.ranges is not None:
        counts = [len(truth.get(frame, [])) for frame in range(1, frames + 1)]
        figures["range"] = float(np.mean([a <= n <= b for n, (a, b) in zip(counts, result.ranges, strict=True)]))
    for kind in "hv":
        figures |= {f"{kind}_{key}": value for key, value in errors(crossings, result.crossings, kind).items()}
    return figures


def to_markdown(results: dict[str, dict[str, Figures]]) -> str:
    """Return a table for each recording, then the means."""
    parts = []
    for name, rows in results.items():
        people = next(iter(rows.values()))
        note = (
            f"{people['true_identities']:.0f} people; {people['h_true']:.0f} and {people['v_true']:.0f} true crossings"
        )
        parts.append(f"**{name}** ({note} of horizontal and vertical lines)\n\n{_table(rows)}")
    names = [name for name in TITLES if all(name in rows for rows in results.values())]
    means = {name: mean([rows[name] for rows in results.values()]) for name in names}
    return "\n".join([*parts, f"**Means over {len(results)} recordings**\n\n{_table(means)}"])


def mean(rows: list[Figures]) -> Figures:
    """Return the mean of each figure that all rows have."""
    found: Figures = {}
    for key in rows[0]:
        values = [row[key] for row in rows]
        found[key] = None if None in values else float(np.mean([value for value in values if value is not None]))
    return found


def _table(rows: dict[str, Figures]) -> str:
    lines = ["| pipeline | " + " | ".join(SCORES) + " | horizontal: counted, gross, net | vertical |"]
    lines.append("| --- " * (len(SCORES) + 3) + "|")
    for name in (name for name in TITLES if name in rows):
        cells = [_cell(key, rows[name][key]) for key in SCORES]
        cells += [
            ", ".join(f"{rows[name][f'{kind}_{key}']:.0f}" for key in ("counted", "gross", "net")) for kind in "hv"
        ]
        lines.append("| " + " | ".join([TITLES[name], *cells]) + " |")
    return "\n".join([*lines, ""])


def _cell(key: str, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if key in ("switches", "identities") else f"{value:.3f}"


def main(argv: list[str] | None = None) -> int:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(prog="python -m bench.table", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with recordings (default: CROWDCOUNT_TEST_DATA)")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only these recordings")
    parser.add_argument("--precision", default="auto", help="precision of ours: auto, int8, fp32")
    parser.add_argument("--no-others", action="store_true", help="only ours")
    parser.add_argument("--again", action="store_true", help="recompute what is cached in .cache")
    arguments = parser.parse_args(argv)
    folder = arguments.data or os.environ.get("CROWDCOUNT_TEST_DATA")
    every = recordings(Path(folder)) if folder else ()
    chosen = [one for one in every if not arguments.only or one.name in arguments.only]
    if not chosen:
        print("no recordings found; set CROWDCOUNT_TEST_DATA to a folder with annotated ones", file=sys.stderr)
        return 1 if arguments.only else 0
    if arguments.again:
        shutil.rmtree(OTHERS, ignore_errors=True)
        shutil.rmtree(detections.FOLDER, ignore_errors=True)
    results: dict[str, dict[str, Figures]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        weights = None if arguments.no_others else Path(scratch) / "yolo26n.pt"
        if weights:
            peers.build()
            fetch_weights(RELEASES["yolo26n"], weights, lambda line: print(line, file=sys.stderr))
        for one in chosen:
            print(one.name, file=sys.stderr)
            results[one.name] = dict(measure(one, weights, arguments.precision))
    save(results)
    return 0


def save(results: dict[str, dict[str, Figures]]) -> None:
    """Write the table, the figures and the plot."""
    stored: dict[str, Any] = {"machine": describe_machine(), "results": results}
    (RESULTS / "table.json").write_text(json.dumps(stored, indent=2) + "\n", "utf-8")
    table = to_markdown(results)
    (RESULTS / "table.md").write_text(table, "utf-8")
    draw(results, TITLES, ROOT / "docs" / "pictures" / "table.png")
    print(table)


if __name__ == "__main__":
    sys.exit(main())
