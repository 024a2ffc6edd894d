"""What a process holds, looked at again and again: the figures of the long runs."""

import time
import urllib.request
from dataclasses import dataclass, field

from tests.faults.processes import Serving, descriptors, memory_mb, threads

MEASURES = ("web_mb", "vision_mb", "descriptors", "threads", "tasks")


@dataclass(slots=True)
class Course:
    """A long run.

    Attributes
    ----------
    name, unit : str
        What is counted along the run, such as ``frames``.
    points : list of dict of str to float
        In order; ``at`` is how much of the unit was done.
    """

    name: str
    unit: str
    points: list[dict[str, float]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def look(self, running: Serving, at: int, **more: float) -> None:
        """Add a point."""
        web, worker = running.web, running.worker
        point = {
            "at": float(at),
            "seconds": time.monotonic() - self.began,
            "web_mb": memory_mb(web),
            "vision_mb": memory_mb(worker),
            "descriptors": float(descriptors(web)),
            "threads": float(threads(web)),
            "tasks": gauge(running, "crowdcount_tasks"),
        }
        self.points.append(point | more)

    def growth(self, name: str) -> float:
        """From the warmed-up level, the mean of the second tenth, to the mean of the last tenth; as a share."""
        values = [point[name] for point in self.points if name in point]
        tenth = max(1, len(values) // 10)
        warm, late = values[tenth : 2 * tenth], values[-tenth:]
        return (sum(late) / len(late)) / (sum(warm) / len(warm)) - 1


def gauge(running: Serving, name: str) -> float:
    """A value of /metrics without labels."""
    with urllib.request.urlopen(f"{running.url}/metrics", timeout=10) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith(f"{name} "):
                return float(line.split()[1])
    raise LookupError(name)
