"""Observed time: the time between frames, capped so that gaps do not count."""

MAX_STEP_MS = 1_000.0
"""Longest time for which one frame is representative, milliseconds. A longer gap is not observed."""


def observed_ms(before: float | None, t: float) -> float:
    """Return how much of the time from the previous frame (None: no such frame) to capture time `t` (ms) was
    observed."""
    return 0.0 if before is None else min(t - before, MAX_STEP_MS)
