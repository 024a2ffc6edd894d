"""How sure a count is: from probabilities of single people to a range of whole numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TAIL = 0.1
"""Probability left out on either side of the range. Whole numbers round it outwards, so the range holds more than
nine times in ten."""

FAINT = 0.01
"""Traces with a smaller probability are put together: a hostile picture may have hundreds of them."""


@dataclass(frozen=True, slots=True)
class Certainty:
    """What is known about the error of a frame's count.

    Attributes
    ----------
    low, high : int
        The number of people there is probably neither smaller nor larger. The count itself lies between, unless the
        scene is saturated: then it may be smaller than both. `high` is None where the upper end is unknown.
    saturated : bool
        So many people are at the limit of what can be seen that the count is probably too small.
    known : bool
        False until the tracker has confirmed people: it confirms none in the first frame, whatever that shows.
    """

    low: int
    high: int | None
    saturated: bool = False
    known: bool = True


def count_range(counted: Array, hidden: Array, overlooked: float) -> tuple[int, int]:
    """Smallest and largest number of people that are plausible.

    The number is a sum of independent chances: a Poisson binomial of those of whom there is a trace, and a Poisson of
    those of whom there is none, computed by convolution. The faintest traces count with the latter: the error is at
    most the sum of their squares (Le Cam 1960).

    Parameters
    ----------
    counted : ndarray, shape (n,)
        For each counted person the probability that a person is there.
    hidden : ndarray, shape (m,)
        For each trace that is not counted the same.
    overlooked : float
        Expected number of people without a trace.

    Returns
    -------
    low, high : int
        ``low <= n <= high``.
    """
    faint = hidden < FAINT
    chances = _poisson(overlooked + float(hidden[faint].sum()))
    for probability in np.concatenate([counted, hidden[~faint]]).tolist():
        chances = np.convolve(chances, (1.0 - probability, probability))
    below = np.cumsum(chances)
    low, high = np.searchsorted(below, (TAIL, 1.0 - TAIL)).tolist()
    return min(low, len(counted)), max(high, len(counted))


def _poisson(mean: float) -> Array:
    """Probabilities of 0, 1, 2, ..., up to where nothing worth mentioning is left."""
    last = int(mean + 6.0 * mean**0.5) + 2
    steps = np.concatenate([[1.0], mean / np.arange(1, last + 1)])
    chances: Array = np.exp(-mean) * np.cumprod(steps)
    return chances
