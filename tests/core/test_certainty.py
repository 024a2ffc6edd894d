"""From single probabilities to a range."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.certainty import TAIL, count_range

chances = st.lists(st.floats(0, 1), max_size=30)


@pytest.mark.parametrize(
    ("counted", "hidden", "overlooked", "expected"),
    [
        ([], [], 0.0, (0, 0)),
        ([1.0] * 12, [], 0.0, (12, 12)),
        ([0.5], [], 0.0, (0, 1)),
        ([1.0], [0.5], 0.0, (1, 2)),
        ([1.0], [0.05], 0.0, (1, 1)),
        ([0.0], [0.0], 0.0, (0, 1)),
        ([1.0] * 4, [], 4.0, (4, 11)),  # the count is inside
    ],
)
def test_ranges(counted: list[float], hidden: list[float], overlooked: float, expected: tuple[int, int]) -> None:
    assert count_range(np.array(counted), np.array(hidden), overlooked) == expected


@given(counted=chances, hidden=chances, overlooked=st.floats(0, 30))
def test_the_count_is_inside_and_certainty_narrows(
    counted: list[float], hidden: list[float], overlooked: float
) -> None:
    low, high = count_range(np.array(counted), np.array(hidden), overlooked)
    assert 0 <= low <= len(counted) <= high
    sure_low, sure_high = count_range(np.ones(len(counted)), np.array(hidden), overlooked)
    assert sure_low == len(counted), "of people who are surely there none is subtracted"
    assert sure_high >= high - 1


def test_it_holds_as_often_as_it_says() -> None:
    """Throws of the very chances that it was told."""
    random = np.random.default_rng(1)
    inside = []
    for _ in range(400):
        counted, hidden, overlooked = random.random(8), random.random(5) * 0.5, random.random() * 2
        truth = (random.random(8) < counted).sum() + (random.random(5) < hidden).sum() + random.poisson(overlooked)
        low, high = count_range(counted, hidden, overlooked)
        inside.append(low <= truth <= high)
    assert np.mean(inside) >= 1 - 2 * TAIL
