"""Interface of appearance features."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Features(Protocol):
    """Appearance embeddings, compared by cosine distance.

    Attributes
    ----------
    different : float
        Cosine distance above which two images rarely show the same person.
    reunite : float
        Maximum cosine distance for the re-identification of a person after an absence.
    """

    @property
    def different(self) -> float: ...

    @property
    def reunite(self) -> float: ...

    def prepare(self) -> None:
        """Load and compile in advance of the first frame."""

    def embed(self, image_bgr: NDArray[np.uint8], boxes_xyxy: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return unit embeddings of shape (n, length) for boxes of shape (n, 4), xyxy in pixels."""
        ...
