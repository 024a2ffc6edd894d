"""Per-process vision: the networks shared by all streams."""

import logging
from pathlib import Path
from time import perf_counter
from typing import Any

import cv2
import numpy as np

from server.core.errors import ModelError
from server.core.precision import Precision
from server.core.quality import Quality, input_sides
from server.models.catalogue import APPEARANCE, DENSITY, find_detector, find_prepared
from server.models.checksum import check_prepared
from server.vision.backend import InferenceNetwork, choose_backend
from server.vision.colours import ColourFeatures
from server.vision.crowd.closer import CloserLooks
from server.vision.crowd.density import DensityNetwork
from server.vision.crowd.evidence import HINT
from server.vision.crowd.looks import BackgroundLooks, InlineLooks
from server.vision.crowd.watch import CrowdWatch
from server.vision.detector import Detector
from server.vision.features import Features
from server.vision.network_features import MEAN, SCALE, NetworkFeatures
from server.vision.pipeline import Pipeline
from server.vision.settings import VisionSettings
from server.vision.tracker import Tracker

__all__ = ["Pipeline", "Vision"]

logger = logging.getLogger("crowdcount.vision")

CLOSER_SIDES = (640, 1280)
"""Long sides of the input for closer looks, pixels: at a tile and at the whole frame, for any stream quality."""
_USUAL_FRAMES = ((480, 640), (360, 640), (640, 360), (640, 480))
"""Height and width of common frames: 4:3 and 16:9, landscape and portrait."""


class Vision:
    """The networks of a process and the factory of pipelines; one instance per process.

    Parameters
    ----------
    settings : VisionSettings

    Raises
    ------
    ModelError
        ``UNKNOWN_MODEL``, ``MODEL_MISSING`` if not prepared, or ``MODEL_BROKEN`` if its files are damaged.
    """

    def __init__(self, settings: VisionSettings) -> None:
        if settings.threads:
            cv2.setNumThreads(settings.threads)
        self._settings = settings
        self._models_dir = Path(settings.models_dir)
        self._backend = choose_backend(settings.device, settings.threads, Precision(settings.precision))
        self._networks: dict[str, InferenceNetwork] = {}
        self._detectors: dict[tuple[str, Quality], Detector] = {}
        self._detector(settings.model, Quality.BALANCED)
        self._features = self._load_features()
        self._closer = self._load_closer()
        self._background_looks = BackgroundLooks()

    def warm_up(self) -> None:
        """Compile for one common frame shape, so that a broken network fails now."""
        self._detector(self._settings.model, Quality.BALANCED).prepare(*_USUAL_FRAMES[0])
        self._features.prepare()

    def warm_up_others(self) -> None:
        """Compile for the other common frame shapes to avoid latency later; frames may be processed concurrently."""
        for frame in _USUAL_FRAMES[1:]:
            self._detector(self._settings.model, Quality.BALANCED).prepare(*frame)

    def open(self, model: str | None = None, quality: Quality = Quality.BALANCED, *, live: bool = False) -> Pipeline:
        """Return a pipeline for a new stream, with its own tracker.

        Parameters
        ----------
        model : str, optional
            Detector; None selects the default.
        quality : Quality
        live : bool
            Whether frames arrive in real time. Closer looks then run in the background instead of inline.
        """
        detector = self._detector(model or self._settings.model, quality)
        watch = CrowdWatch(self._closer, self._background_looks if live else InlineLooks())
        tracker = Tracker(self._features)
        return Pipeline(detector, self._features, tracker, self._settings.max_pixels, watch, quality)

    def adjust(self, pipeline: Pipeline, model: str | None, quality: Quality) -> None:
        """Change the quality of a stream from the next frame on; its tracker and track IDs persist."""
        pipeline.detector = self._detector(model or self._settings.model, quality)
        pipeline.quality = quality

    def measure_cost(self, quality: Quality) -> float:
        """Measure the detection time at this quality, milliseconds, on an empty image of common shape and maximum
        size.

        The network is compiled before the measurement.
        """
        detector = self._detector(self._settings.model, quality)
        width = input_sides(quality, self._settings.input_side)[1]
        height = width * _USUAL_FRAMES[0][0] // _USUAL_FRAMES[0][1]
        detector.prepare(height, width)
        picture = np.zeros((height, width, 3), np.uint8)
        begun = perf_counter()
        detector.detect(picture)
        return (perf_counter() - begun) * 1000

    def compiling(self) -> bool:
        """Return whether a network is being compiled; may be called from another thread."""
        return any(network.compiling for network in list(self._networks.values()))

    def describe(
        self, quality: Quality = Quality.BALANCED, frame: tuple[int, int] = _USUAL_FRAMES[0]
    ) -> dict[str, Any]:
        """Return model and backend information for statistics and health, for frames of this height and width."""
        detector = self._detector(self._settings.model, quality)
        return {
            "model": self._settings.model,
            "precision": detector.precision,
            "input": detector.side(*frame),
            "appearance": self._settings.appearance,
            "backend": self._backend.name,
            "density": DENSITY if self._closer.sees_density else None,
        }

    def _load_features(self) -> Features:
        if self._settings.appearance == "colour":
            return ColourFeatures()
        model = find_prepared(self._models_dir, APPEARANCE)
        return NetworkFeatures(self._backend.open(model, MEAN, SCALE))

    def _load_closer(self) -> CloserLooks:
        network = self._network(self._settings.model)
        near, far = (Detector(network, side, HINT) for side in CLOSER_SIDES)
        return CloserLooks(near, far, self._load_density())

    def _load_density(self) -> DensityNetwork | None:
        """Return the density network; None if it is missing or damaged. Crowds are then detected, but not estimated."""
        try:
            model = find_prepared(self._models_dir, DENSITY)
            check_prepared(model)
            return DensityNetwork(self._backend.open(model, MEAN, SCALE))
        except ModelError as error:
            logger.warning("crowds are not estimated: %s", error.message)
            return None

    def _detector(self, name: str, quality: Quality) -> Detector:
        if (name, quality) not in self._detectors:
            settings = self._settings
            side, closer = input_sides(quality, settings.input_side)
            self._detectors[name, quality] = Detector(self._network(name), side, settings.min_score, closer)
        return self._detectors[name, quality]

    def _network(self, name: str) -> InferenceNetwork:
        """Return a detector's network, shared by all qualities."""
        if name not in self._networks:
            model = find_detector(self._models_dir, name)
            self._networks[name] = self._backend.open(model, (0.0, 0.0, 0.0), (255.0, 255.0, 255.0))
        return self._networks[name]
