"""Crowds that tests make up."""

import numpy as np
from numpy.typing import NDArray

from server.core.certainty import Certainty
from server.core.crowd import Crowd, CrowdFigure, Method
from server.core.tracks import Track, Tracks

SHAPE = (24, 48)
SIZE = (800, 400)


def crowd(people: float, version: int = 1, *, grid: NDArray[np.float32] | None = None) -> Crowd:
    """So many people, evenly over the frame or as in the grid, give or take a fifth."""
    cells = np.ones(SHAPE, np.float32) if grid is None else grid
    cells = (cells * (people / max(float(cells.sum()), 1e-9))).astype(np.float32)
    return Crowd(CrowdFigure(people, int(people * 0.8), int(np.ceil(people * 1.2)), Method.MIXED), version, cells)


def crowded(t: float, seen: tuple[Track, ...], there: Crowd, *, epoch: int = 1) -> Tracks:
    """A frame with these boxed people and this estimate."""
    certainty = Certainty(there.figure.low, there.figure.high, saturated=True)
    return Tracks(t, *SIZE, seen, epoch=epoch, certainty=certainty, crowd=there)


def saturated(t: float, seen: tuple[Track, ...], least: Crowd | None = None) -> Tracks:
    """A frame with these boxed people, and perhaps many more: nothing estimates them, closer looks found these."""
    low = max(len(seen), least.figure.low if least else 0)
    return Tracks(t, *SIZE, seen, certainty=Certainty(low, None, saturated=True), least=least)


def not_yet_known(t: float, *, epoch: int = 1) -> Tracks:
    """The first frame of a tracker, which confirms nobody."""
    return Tracks(t, *SIZE, (), epoch=epoch, certainty=Certainty(0, 3, known=False))
