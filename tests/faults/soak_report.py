"""The report of `make soak`: a table and pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.load_report import machine
from tests.faults.samples import MEASURES, Course

COLUMNS = 4
TITLES = {
    "web_mb": "web process, MB",
    "vision_mb": "vision process, MB",
    "descriptors": "descriptors",
    "threads": "threads",
    "tasks": "tasks",
    "track_ms": "tracking a frame, ms",
    "total_ms": "a frame in the server, ms",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A measured value beside its promise."""

    row: int
    what: str
    measured: str
    promise: str
    kept: bool

    def __str__(self) -> str:
        return f"| {self.row} | {self.what} | {self.measured} | {self.promise} | {'yes' if self.kept else '**no**'} |"


def write_report(folder: Path, courses: Sequence[Course], findings: Sequence[Finding], note: str) -> None:
    """Write soak.md and a picture for each course."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        "# Long runs",
        "",
        "Written by `make soak`: the long forms of the promises in `tests/faults/rows.py`, against a whole server on",
        "loopback, with the detector's input at 320 pixels, so that an hour of a stream takes minutes. Growth is from",
        "the second tenth of a run, when everything is warm, to its last tenth.",
        "",
        machine() + (f" {note}" if note else ""),
        "",
        "| row | what | measured | promise | kept |",
        "| --- | --- | --- | --- | --- |",
        *map(str, sorted(findings, key=lambda finding: finding.row)),
    ]
    for number, course in enumerate(courses, start=1):
        name = f"soak-{number}.png"
        _draw(folder / name, course)
        done, seconds = course.points[-1]["at"], course.points[-1]["seconds"]
        lines += ["", f"## {course.name}", "", f"{done:,.0f} {course.unit} in {seconds / 60:.1f} minutes.", ""]
        lines.append(f"![Memory, descriptors, threads, tasks over {course.unit}]({name})")
    (folder / "soak.md").write_text("\n".join(lines) + "\n", "utf-8")


def _draw(path: Path, course: Course) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    names = [
        name for name in (*MEASURES, "track_ms", "total_ms") if name in course.points[-1] or name in course.points[0]
    ]
    rows = -(-len(names) // COLUMNS)
    figure, axes = pyplot.subplots(rows, COLUMNS, figsize=(11, 2.7 * rows), layout="constrained")
    for axis in axes.flat[len(names) :]:
        axis.remove()
    for axis, name in zip(axes.flat, names, strict=False):
        points = [point for point in course.points if name in point]
        values = [point[name] for point in points]
        axis.plot([point["at"] for point in points], values, linewidth=1.2)
        axis.set(title=TITLES[name], xlabel=course.unit, ylim=(0, 1.15 * max(values)))
        axis.grid(alpha=0.3)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
