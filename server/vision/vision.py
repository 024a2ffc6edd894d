"""What a vision process holds once: the networks that all its streams share."""

from pathlib import Path
from time import perf_counter
from typing import Any

import cv2
import numpy as np

from server.core.precision import Precision
from server.core.quality import Quality, input_sides
from server.models.catalogue import APPEARANCE, find_detector, find_prepared
from server.vision.backend import InferenceNetwork, choose_backend
from server.vision.colours import ColourFeatures
from server.vision.detector import Detector
from server.vision.features import Features
from server.vision.network_features import MEAN, SCALE, NetworkFeatures
from server.vision.pipeline import Pipeline
from server.vision.settings import VisionSettings
from server.vision.tracker import Tracker

__all__ = ["Pipeline", "Vision"]

_USUAL_FRAMES = ((480, 640), (360, 640), (640, 360), (640, 480))
"""Height, width of 4:3 and 16:9, landscape and portrait: what cameras send."""


class Vision:
    """One per process.

    Parameters
    ----------
    settings : VisionSettings

    Raises
    ------
    ModelError
        ``UNKNOWN_MODEL`` or ``MODEL_MISSING`` when it is not prepared, ``MODEL_BROKEN`` when its files are damaged.
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

    def warm_up(self) -> None:
        """Compile for one usual frame: a network that cannot be loaded is known now."""
        self._detector(self._settings.model, Quality.BALANCED).prepare(*_USUAL_FRAMES[0])
        self._features.prepare()

    def warm_up_others(self) -> None:
        """The same for the other usual frames, so that no first one is late; frames may be taken meanwhile."""
        for frame in _USUAL_FRAMES[1:]:
            self._detector(self._settings.model, Quality.BALANCED).prepare(*frame)

    def open(self, model: str | None = None, quality: Quality = Quality.BALANCED) -> Pipeline:
        """Return a pipeline for a new stream, with a tracker of its own."""
        detector = self._detector(model or self._settings.model, quality)
        return Pipeline(detector, self._features, Tracker(self._features), self._settings.max_pixels)

    def price(self, quality: Quality) -> float:
        """Look once for people in a picture without any, of the usual shape and of the most pixels that this quality
        looks at; return the milliseconds that it took.

        The first look of all compiles the network and is not measured.
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
        """Whether a network is compiled just now; may be asked from another thread."""
        return any(network.compiling for network in list(self._networks.values()))

    def describe(
        self, quality: Quality = Quality.BALANCED, frame: tuple[int, int] = _USUAL_FRAMES[0]
    ) -> dict[str, Any]:
        """Say what computes, for statistics and health, with frames of this height and width."""
        detector = self._detector(self._settings.model, quality)
        return {
            "model": self._settings.model,
            "precision": detector.precision,
            "input": detector.side(*frame),
            "appearance": self._settings.appearance,
            "backend": self._backend.name,
        }

    def _load_features(self) -> Features:
        if self._settings.appearance == "colour":
            return ColourFeatures()
        model = find_prepared(self._models_dir, APPEARANCE)
        return NetworkFeatures(self._backend.open(model, MEAN, SCALE))

    def _detector(self, name: str, quality: Quality) -> Detector:
        if (name, quality) not in self._detectors:
            settings = self._settings
            side, closer = input_sides(quality, settings.input_side)
            self._detectors[name, quality] = Detector(self._network(name), side, settings.min_score, closer)
        return self._detectors[name, quality]

    def _network(self, name: str) -> InferenceNetwork:
        """A detector's network, which serves every quality."""
        if name not in self._networks:
            model = find_detector(self._models_dir, name)
            self._networks[name] = self._backend.open(model, (0.0, 0.0, 0.0), (255.0, 255.0, 255.0))
        return self._networks[name]
