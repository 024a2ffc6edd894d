"""The load report as Markdown and as a plot."""

import os
import platform
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("openvino", "numpy", "uvicorn", "python-socketio")


def machine() -> str:
    """Return date, commit, CPU and versions of the measurement."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        cpu = names[0] if names else cpu
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    day = time.strftime("%Y-%m-%d", time.gmtime())
    return f"{day}, commit {commit}, {os.cpu_count()} cores ({cpu}), Python {sys.version.split()[0]}, {packages}."


def table(rows: list[dict[str, Any]], viewers: bool) -> list[str]:
    """Return the rows as a Markdown table."""
    head = ["streams", "offered/s", "delivered/s", "dropped", "age p50", "p95", "p99", "fairness"]
    head += ["CPU web", "CPU vision", "MB web", "MB vision"]
    if viewers:
        head[1:1] = ["viewers"]
        head += ["viewer p95"]
    lines = ["| " + " | ".join(head) + " |", "|" + " ---: |" * len(head)]
    for row in rows:
        cells = [f"{row['streams']}", *([f"{row['viewers']}"] if viewers else [])]
        cells += [f"{row['offered']:.1f}", f"{row['delivered']:.1f}", f"{row['dropped']:.0%}"]
        cells += [f"{row[name]:.0f} ms" for name in ("p50", "p95", "p99")]
        cells += [f"{row['fairness']:.2f}", f"{row['cpu_web']:.2f}", f"{row['cpu_vision']:.2f}"]
        cells += [f"{row['memory_web']:.0f}", f"{row['memory_vision']:.0f}"]
        if viewers:
            cells.append(f"{row['viewer_p95']:.0f} ms" if row["viewer_p95"] else "")
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def full_at(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the first load level with less than 95 % delivered frames. Raises LookupError without one."""
    for row in rows:
        if row["delivered"] < 0.95 * row["offered"]:
            return row
    raise LookupError(f"not saturated at {rows[-1]['streams']} streams; raise --most")


def write_report(folder: Path, alone: list[dict[str, Any]], watched: list[dict[str, Any]], note: str) -> None:
    """Write load.md and load.png."""
    folder.mkdir(parents=True, exist_ok=True)
    full, beyond = full_at(alone), alone[-1]
    lines = [
        "# Load figures",
        "",
        "Written by `python -m bench.load`. Each stream offers ten frames a second of 768 × 576 pixels, never waiting",
        "for answers; age is from sending a frame to reading its answer. Fairness: the least that a stream got by the",
        "most. Server and senders share the machine.",
        "",
        machine() + (f" {note}" if note else ""),
        "",
        f"Full at {full['streams']} streams: {full['delivered']:.1f} of {full['offered']:.1f} frames a second are",
        f"counted. At {beyond['streams']} streams {beyond['offered']:.0f} a second are offered and",
        f"{beyond['delivered']:.1f} counted, the others dropped at once; results are {beyond['p99']:.0f} ms old at the",
        f"99th percentile, and the stream with the fewest gets {beyond['fairness']:.0%} of the one with the most.",
        "",
        "![Delivered, age and CPU over streams](load.png)",
        "",
        *table(alone, viewers=False),
        "",
        "Viewers of a room with two streams, without pictures; each acknowledges every update. Latency is from the",
        "arrival of a frame at the server to the update at the viewer, by one clock:",
        "",
        *table(watched, viewers=True),
    ]
    (folder / "load.md").write_text("\n".join(lines) + "\n", "utf-8")
    _draw(folder / "load.png", alone)


def _draw(path: Path, rows: list[dict[str, Any]]) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 3, figsize=(12, 3.6), layout="constrained")
    streams = [row["streams"] for row in rows]
    for axis, names, title in zip(
        axes,
        (("offered", "delivered"), ("p50", "p95", "p99"), ("cpu_web", "cpu_vision")),
        ("frames a second", "age of results, ms", "cores"),
        strict=True,
    ):
        for name in names:
            axis.plot(streams, [row[name] for row in rows], marker="o", label=name.replace("cpu_", ""))
        top = max(row[name] for row in rows for name in names)
        axis.set(title=title, xlabel="streams", ylim=(0, 1.15 * top), xticks=streams)
        axis.grid(alpha=0.3)
        axis.legend(frameon=False)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
