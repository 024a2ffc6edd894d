"""What counts as observed: pictures follow each other, or there is a gap."""

MAX_STEP_MS = 1_000.0
"""A figure holds until the next frame, yet not for longer than this: a gap in the pictures is not an observation."""


def observed_ms(before: float | None, t: float) -> float:
    """How much of the time from the frame before, if there was one, to capture time `t` (ms) was observed."""
    return 0.0 if before is None else min(t - before, MAX_STEP_MS)
