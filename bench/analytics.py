"""What analytics cost per frame: 100 people walking through 10 zones and 5 lines, everything switched on.

python -m bench.analytics
"""

import time

import numpy as np

from server.core.alarm import Limits
from server.core.analytics import Analytics
from server.core.plan import Plan, ZoneLimits
from server.core.tracks import Track, Tracks
from server.core.zone import Line, Zone

PEOPLE, ZONES, LINES, FRAMES = 100, 10, 5, 2_000
CORNERS = 8


def make_plan() -> Plan:
    """Ten overlapping octagons with limits, five lines across."""
    angles = np.arange(CORNERS) / CORNERS * 2 * np.pi
    zones = []
    for n in range(ZONES):
        x, y = 0.2 + 0.6 * (n % 5) / 4, 0.35 + 0.35 * (n // 5)
        points = tuple((float(x + 0.15 * np.cos(a)), float(y + 0.2 * np.sin(a))) for a in angles)
        zones.append(Zone(f"z{n}", f"Zone {n}", points))
    lines = tuple(Line(f"l{n}", f"Line {n}", ((0.1 + 0.2 * n, 0.1), (0.1 + 0.2 * n, 0.9))) for n in range(LINES))
    limits = {zone.id: ZoneLimits(people=Limits(15, 25), dwell=Limits(60, 120)) for zone in zones}
    return Plan(tuple(zones), lines, limits)


def make_frames() -> list[Tracks]:
    """People who wander from wall to wall, ten frames a second."""
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


def main() -> None:
    """Print the cost of a frame."""
    analytics, frames, costs = Analytics(make_plan()), make_frames(), []
    for frame in frames:
        begun = time.perf_counter()
        analytics.update(frame)
        costs.append((time.perf_counter() - begun) * 1000)
    quarter = len(costs) // 4
    cost = f"median {np.median(costs):.2f} ms, p95 {np.quantile(costs, 0.95):.2f} ms"
    print(f"{PEOPLE} people, {ZONES} zones, {LINES} lines: {cost}")
    print(f"last quarter against first: {np.median(costs[-quarter:]) / np.median(costs[:quarter]):.2f}")


if __name__ == "__main__":
    main()
