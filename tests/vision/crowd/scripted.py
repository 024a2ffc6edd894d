"""Closer looks that find what a test says, and frames to look at."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from server.core.certainty import Certainty
from server.core.crowd import Crowd
from server.vision.crowd.closer import Survey
from server.vision.crowd.estimate import estimate
from server.vision.crowd.looks import Budget, InlineLooks
from server.vision.crowd.scene import Scene
from server.vision.crowd.tiles import Tile, tiles
from server.vision.crowd.watch import CrowdWatch
from server.vision.detections import Detections
from tests.vision.crowd.boxes import NOBODY, found

HEIGHT, WIDTH = 480, 640
STEP_MS = 100.0
PLAIN: NDArray[np.uint8] = np.full((HEIGHT, WIDTH, 3), 110, np.uint8)
PLAIN[HEIGHT // 2 :] = 160
"""A wall and a floor: there is something to see, and nobody."""


def _textured() -> NDArray[np.uint8]:
    rough = np.random.default_rng(5).integers(0, 255, (HEIGHT // 6 + 1, WIDTH // 6 + 1), np.uint8)
    spots = cv2.resize(rough, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return cv2.cvtColor(spots, cv2.COLOR_GRAY2BGR).astype(np.uint8, copy=False)


TEXTURED = _textured()
"""Like a crowd's or a tree's."""


def spread(count: int, score: float = 0.6, height: int = HEIGHT, width: int = WIDTH) -> Detections:
    """So many small people all over the frame."""
    x, y = np.meshgrid(np.linspace(0.03, 0.93, 12) * width, np.linspace(0.03, 0.9, 12) * height)
    places = list(zip(x.ravel().tolist(), y.ravel().tolist(), strict=True))[: min(count, 144)]
    return found(*((left, top, left + 8, top + 16) for left, top in places), score=score)


@dataclass
class Closer:
    """As `server.vision.crowd.closer.CloserLooks`, with what each look finds and whether it fails.

    Attributes
    ----------
    there : Detections
        Whom closer looks find, pixels of the frame.
    packed : float
        People by density.
    sees_density, broken : bool
    asked : list of str
        The looks that were taken.
    """

    there: Detections = NOBODY
    packed: float = 0.0
    sees_density: bool = True
    broken: bool = False
    asked: list[str] = field(default_factory=list)

    def at_tile(self, image_bgr: NDArray[np.uint8], tile: Tile) -> Detections:
        self._note("tile")
        return self._part(tile)

    def quickly(self, image_bgr: NDArray[np.uint8], usual: Detections) -> Survey:
        self._note("quick")
        boxed = estimate(self.there, [], *image_bgr.shape[:2])
        return Survey([], self.there, boxed, boxed)

    def everywhere(self, image_bgr: NDArray[np.uint8], usual: Detections, *, dense: bool) -> Survey:
        self._note("dense" if dense else "everywhere")
        height, width = image_bgr.shape[:2]
        boxed = estimate(self.there, [], height, width)
        parts = [(tile.number, self._part(tile)) for tile in tiles(height, width)]
        if not (dense and self.sees_density):
            return Survey(parts, self.there, boxed, boxed)
        density = np.full((90, 120), self.packed / (90 * 120), np.float32)
        return Survey(parts, self.there, boxed, boxed, estimate(self.there, [density], height, width))

    def _note(self, look: str) -> None:
        self.asked.append(look)
        if self.broken:
            raise RuntimeError("the network is broken")

    def _part(self, tile: Tile) -> Detections:
        x, y = (self.there.xyxy[:, 0] + self.there.xyxy[:, 2]) / 2, (self.there.xyxy[:, 1] + self.there.xyxy[:, 3]) / 2
        left, top, right, bottom = tile.core_xyxy
        inside = (x >= left) & (x < right) & (y >= top) & (y < bottom)
        return Detections(self.there.xyxy[inside], self.there.scores[inside])


class LooksWhenTold:
    """Looks that are over when the test says so: as those beside the frames, without a thread."""

    frames_each = 1

    def __init__(self) -> None:
        self._waiting: list[tuple[Callable[[], Any], Future[Any]]] = []

    def has_budget(self, budget: Budget) -> bool:
        return not self._waiting

    def run(self, work: Callable[[], Any], budget: Budget) -> "Future[Any]":
        future: Future[Any] = Future()
        self._waiting.append((work, future))
        return future

    def finish(self) -> None:
        """Take the look that waits."""
        for work, future in self._waiting:
            try:
                future.set_result(work())
            except RuntimeError as error:
                future.set_exception(error)
        self._waiting.clear()


class LooksOnceOwed(InlineLooks):
    """A machine that is too busy for looks that wait for their share.

    Attributes
    ----------
    taken : int
        Looks that did not wait.
    """

    frames_each = 0

    def __init__(self) -> None:
        self.taken = 0

    def has_budget(self, budget: Budget) -> bool:
        return budget is Budget.FIRST

    def run(self, work: Callable[[], Any], budget: Budget) -> "Future[Any]":
        self.taken += 1
        return super().run(work, budget)


@dataclass
class Stream:
    """A stream that a watch follows.

    Attributes
    ----------
    image : ndarray
        What the camera shows.
    count : int
        People whom the usual look finds.
    saturated : bool
        What the usual look says of itself.
    """

    watch: CrowdWatch
    image: NDArray[np.uint8] = field(default_factory=lambda: PLAIN)
    count: int = 0
    saturated: bool = False
    t: float = 0.0

    def frame(self) -> tuple[Certainty, Crowd | None]:
        """The next frame."""
        usual = spread(self.count, 0.8, *self.image.shape[:2])
        certainty = Certainty(self.count, self.count, saturated=self.saturated)
        scene = Scene(self.image, self.t, usual.xyxy, self.count, certainty, usual)
        self.t += STEP_MS
        return self.watch.update(scene)

    def live(self, seconds: float) -> list[tuple[Certainty, Crowd | None]]:
        """So many seconds of frames."""
        return [self.frame() for _ in range(round(seconds * 1000 / STEP_MS))]


def stream(closer: Closer, looks: object | None = None, **scene: object) -> Stream:
    """A new stream."""
    watch = CrowdWatch(closer, looks or InlineLooks())  # type: ignore[arg-type]
    return Stream(watch, **scene)  # type: ignore[arg-type]
