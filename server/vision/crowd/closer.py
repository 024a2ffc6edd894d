"""Closer looks at a frame: at a tile, and at everything."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from server.vision.crowd.density import DensityNetwork
from server.vision.crowd.estimate import Estimate, estimate, merge
from server.vision.crowd.tiles import Tile, tiles
from server.vision.detections import Detections
from server.vision.detector import Detector

DENSITY_SIDES = (896, 1280)
"""Long sides of the density network's input, pixels: heads of most crowds are then the 8 to 20 pixels large that it
knows. In each region of the frame the scale that finds more counts."""
_CONTRAST, _AREAS = 2.0, (8, 8)
"""Limit and areas of the adaptive equalisation, so that crowds in shade or at night are found as others are."""


@dataclass(frozen=True, slots=True)
class Survey:
    """A round of looks at one frame.

    Attributes
    ----------
    parts : list of (int, Detections)
        What each tile alone has to report, by its number; pixels of the frame. Empty after a quick round.
    whole : Detections
        Whom the looks at the whole frame found, each once.
    boxed : Estimate
        By the boxes of all looks.
    quick : Estimate
        By those of the looks at the whole frame.
    dense : Estimate or None
        By density, too; None where it was not asked for.
    """

    parts: list[tuple[int, Detections]]
    whole: Detections
    boxed: Estimate
    quick: Estimate
    dense: Estimate | None = None


class CloserLooks:
    """What takes closer looks; one for all streams of a process.

    Parameters
    ----------
    near : Detector
        Looks at a tile, or at a whole frame, with the usual input.
    far : Detector
        Looks at a whole frame with an input twice as large.
    density : DensityNetwork or None
        None where its weights are not prepared.
    """

    def __init__(self, near: Detector, far: Detector, density: DensityNetwork | None) -> None:
        self._near, self._far, self._density = near, far, density

    @property
    def sees_density(self) -> bool:
        """Whether a crowd that is too dense for boxes can be estimated."""
        return self._density is not None

    def at_tile(self, image_bgr: NDArray[np.uint8], tile: Tile) -> Detections:
        """Return whom a tile of the picture shows, in pixels of the picture."""
        height, width = image_bgr.shape[:2]
        return tile.own(self._near.detect(tile.crop(image_bgr)), height, width)

    def quickly(self, image_bgr: NDArray[np.uint8], usual: Detections) -> Survey:
        """Look once more at a whole picture of shape (height, width, 3) whose `usual` look found these people."""
        whole, quick = self._whole(image_bgr, usual)
        return Survey([], whole, quick, quick)

    def everywhere(self, image_bgr: NDArray[np.uint8], usual: Detections, *, dense: bool) -> Survey:
        """Look at every part of a picture, too; `dense`: and ask for the density, where it can be had."""
        height, width = image_bgr.shape[:2]
        whole, quick = self._whole(image_bgr, usual)
        parts = [(tile.number, self.at_tile(image_bgr, tile)) for tile in tiles(height, width)]
        found = merge([whole, *(part for _, part in parts)])
        boxed = estimate(found, [], height, width)
        if not dense or self._density is None:
            return Survey(parts, whole, boxed, quick)
        maps = _density_maps(image_bgr, self._density)
        return Survey(parts, whole, boxed, quick, estimate(found, maps, height, width))

    def _whole(self, image_bgr: NDArray[np.uint8], usual: Detections) -> tuple[Detections, Estimate]:
        height, width = image_bgr.shape[:2]
        found = merge([usual, self._far.detect(image_bgr)])
        return found, estimate(found, [], height, width)


def _density_maps(image_bgr: NDArray[np.uint8], density: DensityNetwork) -> list[NDArray[np.float32]]:
    light = cv2.cvtColor(image_bgr, cv2.COLOR_BGR2LAB)
    light[..., 0] = cv2.createCLAHE(_CONTRAST, _AREAS).apply(light[..., 0])
    clear = cv2.cvtColor(light, cv2.COLOR_LAB2BGR).astype(np.uint8, copy=False)
    return [density.look(clear, side) for side in DENSITY_SIDES]
