"""Closer looks at a frame: detection in tiles and at a higher resolution, and density estimation."""

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
"""Long sides of the density network's input, pixels. Heads in most crowds are then 8 to 20 pixels large, as in
training. In each region of the frame, the scale that finds more people is used."""
_CONTRAST, _AREAS = 2.0, (8, 8)
"""Clip limit and grid of the adaptive histogram equalisation (CLAHE), for crowds in shade or at night."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The results of a round of closer looks at one frame.

    Attributes
    ----------
    parts : list of (int, Detections)
        Detections in the core of each tile, with the tile's number; frame pixels. Empty for a quick round.
    whole : Detections
        Merged detections of the looks at the whole frame.
    boxed : Estimate
        Estimate from the detections of all looks.
    quick : Estimate
        Estimate from the looks at the whole frame.
    dense : Estimate or None
        Estimate that includes density; None if density was not computed.
    """

    parts: list[tuple[int, Detections]]
    whole: Detections
    boxed: Estimate
    quick: Estimate
    dense: Estimate | None = None


class CloserLooks:
    """Runs closer looks; shared by all streams of a process.

    Parameters
    ----------
    near : Detector
        Detector of usual input size, for tiles.
    far : Detector
        Detector of twice that input size, for whole frames.
    density : DensityNetwork or None
        None if its weights are not prepared.
    """

    def __init__(self, near: Detector, far: Detector, density: DensityNetwork | None) -> None:
        self._near, self._far, self._density = near, far, density

    @property
    def sees_density(self) -> bool:
        """Whether density can be estimated."""
        return self._density is not None

    def at_tile(self, image_bgr: NDArray[np.uint8], tile: Tile) -> Detections:
        """Return the detections in the core of a tile, in image pixels."""
        height, width = image_bgr.shape[:2]
        return tile.own(self._near.detect(tile.crop(image_bgr)), height, width)

    def quickly(self, image_bgr: NDArray[np.uint8], usual: Detections) -> Survey:
        """Look again at the whole image, (height, width, 3), and merge with the `usual` detections."""
        whole, quick = self._whole(image_bgr, usual)
        return Survey([], whole, quick, quick)

    def everywhere(self, image_bgr: NDArray[np.uint8], usual: Detections, *, dense: bool) -> Survey:
        """Look at the whole image and at all tiles; with `dense`, estimate the density, too, if available."""
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
