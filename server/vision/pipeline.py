"""One stream: frames in, tracks out."""

from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from server.core.tracks import Track, Tracks
from server.vision.camera_motion import CameraMotion
from server.vision.decode import decode
from server.vision.detector import Detector
from server.vision.doubt import Doubt
from server.vision.features import Features
from server.vision.pictures import make_pictures
from server.vision.sightings import Sighting
from server.vision.tracker import UNCLEAR, Tracker


class Pipeline:
    """Decode, detect, embed, track. Opened by `Vision`, which owns the networks.

    Parameters
    ----------
    detector, features
        Shared by all streams of the process.
    tracker : Tracker
        This stream's own.
    max_pixels : int
        Larger frames are refused.
    """

    def __init__(self, detector: Detector, features: Features, tracker: Tracker, max_pixels: int) -> None:
        self.detector = detector
        self.features = features
        self._tracker = tracker
        self._camera = CameraMotion()
        self._doubt = Doubt()
        self._max_pixels = max_pixels

    def process(self, jpeg: bytes, t: float, picture_widths: Sequence[int] = ()) -> Tracks:
        """Track the people of one JPEG.

        Parameters
        ----------
        jpeg : bytes
        t : float
            Capture time in milliseconds since the stream opened.
        picture_widths : sequence of int
            In which widths, in pixels, the frame is wanted as a small picture.

        Raises
        ------
        FrameError
            The frame was refused; the tracker has not seen it.
        """
        start = perf_counter()
        image = decode(jpeg, self._max_pixels)
        tracks = self._track(image, t, (perf_counter() - start) * 1000)
        return replace(tracks, pictures=make_pictures(image, picture_widths)) if picture_widths else tracks

    def process_image(self, image_bgr: NDArray[np.uint8], t: float) -> Tracks:
        """Track the people of one decoded picture of shape (height, width, 3)."""
        return self._track(image_bgr, t, 0.0)

    def _track(self, image_bgr: NDArray[np.uint8], t: float, decode_ms: float) -> Tracks:
        times = [perf_counter()]
        detections = self.detector.detect(image_bgr)
        times.append(perf_counter())
        clear = detections.scores > UNCLEAR
        some = self.features.embed(image_bgr, detections.xyxy[clear])
        looks = np.zeros((len(detections), some.shape[1]), np.float32)
        looks[clear] = some
        times.append(perf_counter())
        height, width = image_bgr.shape[:2]
        moved = self._camera.follow(image_bgr, detections.xyxy[clear])
        if moved is not None:
            self._tracker.camera_moved(moved)
        sightings = self._tracker.update(detections, looks, t, height, width)
        hidden, scale = self._tracker.hidden(height, width), self.detector.scale(height, width)
        certainty = self._doubt.judge(sightings, hidden, detections, scale, t)
        times.append(perf_counter())
        detect_ms, embed_ms, track_ms = (np.diff(times) * 1000).tolist()
        return Tracks(
            t=t,
            width=width,
            height=height,
            people=tuple(_normalise(sighting, width, height) for sighting in sightings),
            stages_ms={"decode": decode_ms, "detect": detect_ms, "embed": embed_ms, "track": track_ms},
            certainty=certainty,
        )


def _normalise(sighting: Sighting, width: int, height: int) -> Track:
    """Express a person's box in fractions of the frame."""
    left, top, right, bottom = sighting.box_xyxy
    return Track(sighting.id, (left / width, top / height, right / width, bottom / height), sighting.score)
