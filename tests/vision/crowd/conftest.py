"""A density network that tests with the same picture share."""

from hashlib import sha256

import numpy as np
import pytest
from numpy.typing import NDArray

from server.vision.crowd.density import DensityNetwork
from server.vision.vision import Vision

Image = NDArray[np.uint8]


class RememberedDensity:
    """The density network, which answers each picture once: a look takes it ten seconds on two cores.

    Parameters
    ----------
    network : DensityNetwork
    """

    def __init__(self, network: DensityNetwork) -> None:
        self._network = network
        self._answers: dict[tuple[bytes, tuple[int, ...], int], NDArray[np.float32]] = {}

    def look(self, image_bgr: Image, side: int) -> NDArray[np.float32]:
        """Return what the network says of the picture, shape (rows, columns)."""
        key = sha256(image_bgr.tobytes()).digest(), image_bgr.shape, side
        if key not in self._answers:
            self._answers[key] = self._network.look(image_bgr, side)
        return self._answers[key].copy()


@pytest.fixture(scope="session")
def remembered(vision: Vision) -> RememberedDensity:
    """The density network with the answers of all tests before."""
    network = vision._closer._density
    assert network is not None
    return RememberedDensity(network)


@pytest.fixture
def quick(vision: Vision, remembered: RememberedDensity, monkeypatch: pytest.MonkeyPatch) -> Vision:
    """Real networks, of which the slow one is asked about each picture once."""
    monkeypatch.setattr(vision._closer, "_density", remembered)
    return vision
