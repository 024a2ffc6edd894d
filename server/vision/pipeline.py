"""One stream: frames in, tracks out."""

from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from server.core.tracks import Track, Tracks
from server.vision.decode import decode
from server.vision.detections import Detections
from server.vision.detector import Detector
from server.vision.embedder import Embedder
from server.vision.tracker import Tracker


class Pipeline:
    """Decode, detect, embed, track. Opened by `Vision`, which owns the networks.

    Parameters
    ----------
    detector, embedder
        Shared by all streams of the process.
    tracker : Tracker
        This stream's own.
    max_pixels : int
        Larger frames are refused.
    """

    def __init__(self, detector: Detector, embedder: Embedder, tracker: Tracker, max_pixels: int) -> None:
        self._detector = detector
        self._embedder = embedder
        self._tracker = tracker
        self._max_pixels = max_pixels

    def process(self, jpeg: bytes, t: float) -> Tracks:
        """Track the people of one JPEG.

        Parameters
        ----------
        jpeg : bytes
        t : float
            Capture time in milliseconds since the stream opened.

        Raises
        ------
        FrameError
            The frame was refused; the tracker has not seen it.
        """
        start = perf_counter()
        image = decode(jpeg, self._max_pixels)
        return self._track(image, t, (perf_counter() - start) * 1000)

    def process_image(self, image_bgr: NDArray[np.uint8], t: float) -> Tracks:
        """Track the people of one decoded picture of shape (height, width, 3)."""
        return self._track(image_bgr, t, 0.0)

    def _track(self, image_bgr: NDArray[np.uint8], t: float, decode_ms: float) -> Tracks:
        times = [perf_counter()]
        detections = self._detector.detect(image_bgr)
        times.append(perf_counter())
        features = self._embedder.embed(image_bgr, detections.xyxy)
        times.append(perf_counter())
        identities = self._tracker.update(detections, features)
        times.append(perf_counter())
        detect_ms, embed_ms, track_ms = (np.diff(times) * 1000).tolist()
        height, width = image_bgr.shape[:2]
        return Tracks(
            t=t,
            width=width,
            height=height,
            people=_people(detections, identities, width, height),
            stages_ms={"decode": decode_ms, "detect": detect_ms, "embed": embed_ms, "track": track_ms},
        )


def _people(detections: Detections, identities: list[tuple[int, int]], width: int, height: int) -> tuple[Track, ...]:
    """Turn (identity, detection index) pairs into tracks with normalised boxes."""
    boxes_norm = detections.xyxy / (width, height, width, height)
    people = []
    for identity, index in identities:
        left, top, right, bottom = boxes_norm[index].tolist()
        people.append(Track(identity, (left, top, right, bottom), float(detections.scores[index])))
    return tuple(people)
