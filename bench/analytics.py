"""Cost of analytics per frame: 100 people in 10 zones and across 5 lines, with all features enabled.

python -m bench.analytics

Measures CPU time, which is robust against other load. Exits with status 1 if a frame exceeds the budget.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

from server.core.alarm import Limits
from server.core.analytics import Analytics
from server.core.plan import Plan, ZoneLimits
from server.core.tracks import Track, Tracks
from server.core.zone import Anchor, Line, Zone

RESULTS = Path(__file__).resolve().parent / "results"
PROMISED_MS = 1.0
PEOPLE, ZONES, LINES, FRAMES = 100, 10, 5, 2_000
CORNERS = 8


def make_plan(anchor: Anchor = Anchor.FEET) -> Plan:
    """Return a plan of ten overlapping octagons with limits, and five lines."""
    angles = np.arange(CORNERS) / CORNERS * 2 * np.pi
    zones = []
    for n in range(ZONES):
        x, y = 0.2 + 0.6 * (n % 5) / 4, 0.35 + 0.35 * (n // 5)
        points = tuple((float(x + 0.15 * np.cos(a)), float(y + 0.2 * np.sin(a))) for a in angles)
        zones.append(Zone(f"z{n}", f"Zone {n}", points, anchor))
    lines = tuple(Line(f"l{n}", f"Line {n}", ((0.1 + 0.2 * n, 0.1), (0.1 + 0.2 * n, 0.9))) for n in range(LINES))
    limits = {zone.id: ZoneLimits(people=Limits(15, 25), dwell=Limits(60, 120)) for zone in zones}
    return Plan(tuple(zones), lines, limits)


def make_frames() -> list[Tracks]:
    """Return frames of people bouncing between the walls, ten frames a second."""
    rng = np.random.default_rng(0)
    place, speed = rng.uniform(0.1, 0.9, (PEOPLE, 2)), rng.normal(0, 0.01, (PEOPLE, 2))
    frames = []
    for n in range(FRAMES):
        place = place + speed
        speed = np.where((place < 0.05) | (place > 0.95), -speed, speed)
        people = tuple(
            Track(i + 1, (float(x) - 0.02, float(y) - 0.15, float(x) + 0.02, float(y)), 0.9)
            for i, (x, y) in enumerate(place)
        )
        frames.append(Tracks(n * 100.0, 1280, 720, people))
    return frames


def measure(anchor: Anchor, frames: list[Tracks]) -> dict[str, float]:
    """Return statistics of the CPU time per frame, milliseconds."""
    analytics, costs = Analytics(make_plan(anchor)), []
    for frame in frames:
        begun = time.process_time()
        analytics.update(frame)
        costs.append((time.process_time() - begun) * 1000)
    quarter = len(costs) // 4
    return {
        "ms_median": round(float(np.median(costs)), 3),
        "ms_p95": round(float(np.quantile(costs, 0.95)), 3),
        "last_quarter_to_first": round(float(np.median(costs[-quarter:]) / np.median(costs[:quarter])), 3),
    }


def main() -> int:
    """Measure, print and store the cost of a frame."""
    frames = make_frames()
    anchors = {anchor.value: measure(anchor, frames) for anchor in Anchor}
    result = {"people": PEOPLE, "zones": ZONES, "lines": LINES, "frames": FRAMES, "anchors": anchors}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "analytics.json").write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(json.dumps(result))
    return int(max(cost["ms_median"] for cost in anchors.values()) > PROMISED_MS)


if __name__ == "__main__":
    sys.exit(main())
