"""People who walk as a test says, as tracks."""

from collections.abc import Iterable, Mapping

import numpy as np

from server.core.foot_points import FootPoints, foot_points
from server.core.tracks import Track, Tracks

SIZE = (800, 400)


def at(x: float, y: float, height: float = 0.3) -> tuple[float, float, float, float]:
    """A box whose feet are at x, y."""
    width = height / 3 * SIZE[1] / SIZE[0]
    return (x - width / 2, y - height, x + width / 2, y)


def people(t: float, places: Mapping[int, tuple[float, float]]) -> FootPoints:
    """A frame at `t` ms with these identities' feet."""
    tracks = tuple(Track(id_, at(*place), 0.9) for id_, place in sorted(places.items()))
    return foot_points(Tracks(t, *SIZE, tracks))


def jitter(seed: int, count: int, size: float) -> Iterable[tuple[float, float]]:
    """Offsets that wander at random up to `size` in each direction."""
    return map(tuple, np.random.default_rng(seed).uniform(-size, size, (count, 2)).tolist())
