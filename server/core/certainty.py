"""Count uncertainty: from probabilities of single people to a range of whole numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TAIL = 0.1
"""Probability outside each end of the range. Rounding to whole numbers widens it, so its coverage exceeds 90 %."""

FAINT = 0.01
"""Candidates below this probability are pooled: an adversarial image may contain hundreds."""


@dataclass(frozen=True, slots=True)
class Certainty:
    """The uncertainty of a frame's count.

    Attributes
    ----------
    low, high : int
        Range of the true number of people, about 90 % likely. It contains the count, unless the scene is saturated:
        then the count may be below `low`. `high` is None if the upper end is unknown.
    saturated : bool
        Whether so many people are near the detection limit that the count is probably too low.
    known : bool
        False until the tracker can confirm tracks: it confirms none in the first frame.
    """

    low: int
    high: int | None
    saturated: bool = False
    known: bool = True


def count_range(counted: Array, hidden: Array, overlooked: float) -> tuple[int, int]:
    """Return the range of plausible numbers of people.

    The number is a sum of independent variables: a Poisson binomial for the candidates and a Poisson for people without
    a candidate, computed by convolution. The faintest candidates join the Poisson part; the error is at most the sum of
    their squared probabilities (Le Cam 1960).

    Parameters
    ----------
    counted : ndarray, shape (n,)
        Probability that each counted detection is a person.
    hidden : ndarray, shape (m,)
        Probability that each candidate that is not counted is a person.
    overlooked : float
        Expected number of people without any candidate.

    Returns
    -------
    low, high : int
        ``low <= len(counted) <= high``.
    """
    faint = hidden < FAINT
    chances = _poisson(overlooked + float(hidden[faint].sum()))
    for probability in np.concatenate([counted, hidden[~faint]]).tolist():
        chances = np.convolve(chances, (1.0 - probability, probability))
    below = np.cumsum(chances)
    low, high = np.searchsorted(below, (TAIL, 1.0 - TAIL)).tolist()
    return min(low, len(counted)), max(high, len(counted))


def _poisson(mean: float) -> Array:
    """Return the Poisson probabilities of 0, 1, 2, …, up to six standard deviations above the mean."""
    last = int(mean + 6.0 * mean**0.5) + 2
    steps = np.concatenate([[1.0], mean / np.arange(1, last + 1)])
    chances: Array = np.exp(-mean) * np.cumprod(steps)
    return chances
