"""What the tracker and the pipeline need from whatever tells people apart by their looks."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Features(Protocol):
    """Appearance features whose cosine distance says how differently two people look.

    Attributes
    ----------
    different : float
        Cosine distance from which on two pictures hardly show the same person.
    reunite : float
        Cosine distance up to which someone who was away for a while is taken for the same.
    """

    @property
    def different(self) -> float: ...

    @property
    def reunite(self) -> float: ...

    def prepare(self) -> None:
        """Load what the first frame would have to wait for."""

    def embed(self, image_bgr: NDArray[np.uint8], boxes_xyxy: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return features of shape (n, length), each of length 1, for boxes of shape (n, 4) in pixels."""
        ...
