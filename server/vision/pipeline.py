"""The vision pipeline of one stream: frames in, tracks out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from server.core.crowd import Method
from server.core.quality import Quality
from server.core.tracks import Track, Tracks
from server.vision.camera_motion import CameraMotion
from server.vision.count_uncertainty import CountUncertainty
from server.vision.crowd.adviser import Adviser
from server.vision.crowd.scene import Scene
from server.vision.crowd.watch import CrowdWatch
from server.vision.decode import decode
from server.vision.detections import Detections
from server.vision.detector import Detector, PendingDetections
from server.vision.features import Features
from server.vision.frame_format import FrameFormats, FrameSample
from server.vision.observations import Observation
from server.vision.pictures import make_pictures
from server.vision.scene_cut import SceneCuts
from server.vision.tracker import MIN_APPEARANCE_SCORE, Tracker
from server.vision.travel import Travel

STILL_MS, STILL_STEP_MS = 4_000.0, 100.0
"""Simulated duration and frame interval of a single image, milliseconds, until the uncertainty has settled."""


class Pipeline:
    """Decodes, detects, embeds and tracks. Created by `Vision`, which owns the networks.

    Parameters
    ----------
    detector, features
        Shared by all streams of the process.
    tracker : Tracker
        The stream's own tracker.
    max_pixels : int
        Larger frames are rejected.
    watch : CrowdWatch
        The stream's own crowd estimator.
    quality : Quality
        Detection quality.
    """

    def __init__(
        self,
        detector: Detector,
        features: Features,
        tracker: Tracker,
        max_pixels: int,
        watch: CrowdWatch,
        quality: Quality = Quality.BALANCED,
    ) -> None:
        self.detector = detector
        self.features = features
        self.quality = quality
        self._watch = watch
        self._adviser = Adviser()
        self._tracker = tracker
        self._camera = CameraMotion()
        self._travel = Travel()
        self._cuts = SceneCuts()
        self._uncertainty = CountUncertainty()
        self._max_pixels = max_pixels
        self._formats = FrameFormats()

    def process(self, jpeg: bytes, t: float, picture_widths: Sequence[int] = ()) -> Tracks:
        """Track the people of one JPEG; see `begin`."""
        return self.begin(jpeg, t, picture_widths).finish()

    def process_image(self, image_bgr: NDArray[np.uint8], t: float) -> Tracks:
        """Track the people of one decoded image of shape (height, width, 3), BGR."""
        return self.begin_image(image_bgr, 0.0, t).finish()

    def begin(self, jpeg: bytes, t: float, picture_widths: Sequence[int] = ()) -> "PendingFrame":
        """Decode one JPEG and start the detection.

        During detection, another frame can be started or finished, which keeps all cores busy. The frames of one
        stream must be finished in the order of their start.

        Parameters
        ----------
        jpeg : bytes
        t : float
            Capture time in milliseconds since the stream opened.
        picture_widths : sequence of int
            Widths of the requested thumbnails, pixels.

        Raises
        ------
        FrameError
            The frame was rejected; the tracker is unchanged.
        """
        return self.begin_image(*self.decode(jpeg), t, picture_widths)

    def decode(self, jpeg: bytes) -> tuple[NDArray[np.uint8], float]:
        """Decode one JPEG; return the image of shape (height, width, 3), BGR, and the decoding time in milliseconds.

        Raises FrameError for a rejected frame.
        """
        start = perf_counter()
        image = decode(jpeg, self._max_pixels)
        return image, (perf_counter() - start) * 1000

    def begin_image(
        self, image_bgr: NDArray[np.uint8], decode_ms: float, t: float, picture_widths: Sequence[int] = ()
    ) -> "PendingFrame":
        """Start the detection in one decoded image of shape (height, width, 3), BGR; see `begin`."""
        start = perf_counter()
        pending = self.detector.start(image_bgr)
        return PendingFrame(self, image_bgr, t, pending, picture_widths, {"decode": decode_ms}, start)

    def process_still(self, image_bgr: NDArray[np.uint8]) -> Tracks:
        """Count the people in a single image of shape (height, width, 3), BGR, treated as a static scene.

        Confirmation and uncertainty need several frames. The image is therefore detected once and tracked for as
        long as a stream would take.
        """
        detections = self.detector.detect(image_bgr)
        times = np.arange(0.0, STILL_MS, STILL_STEP_MS).tolist()
        views = [self.track(image_bgr, t, detections, {"decode": 0.0, "detect": 0.0}) for t in times]
        return replace(views[-1], t=0.0)

    def follow(self, images: Iterable[tuple[NDArray[np.uint8], float]]) -> Iterator[Tracks]:
        """Track the people in decoded images with capture times (ms); detection of one overlaps preparation of the
        next."""
        return finish_in_turn(self.begin_image(image, 0.0, t) for image, t in images)

    def track(
        self, image_bgr: NDArray[np.uint8], t: float, detections: Detections, stages_ms: dict[str, float]
    ) -> Tracks:
        """Track the detections of an image; add the stage times to `stages_ms`."""
        times = [perf_counter()]
        clear = detections.scores > MIN_APPEARANCE_SCORE
        some = self.features.embed(image_bgr, detections.xyxy[clear])
        embeddings = np.zeros((len(detections), some.shape[1]), np.float32)
        embeddings[clear] = some
        times.append(perf_counter())
        height, width = image_bgr.shape[:2]
        resized = self._formats.update(FrameSample(image_bgr, detections.xyxy[clear], t))
        if resized is not None:
            self._tracker.camera_moved(resized)
        moved = self._camera.update(image_bgr, detections.xyxy[clear])
        self._tracker.camera_travels(self._travel.update(moved, t))
        if self._cuts.update(image_bgr):
            self._tracker.scene_changed()
        elif moved is not None:
            self._tracker.camera_moved(moved)
        observations = self._tracker.update(detections, embeddings, t, height, width)
        occluded, scale = self._tracker.occluded(height, width), self.detector.scale(height, width)
        certainty = self._uncertainty.estimate(observations, occluded, detections, scale, t)
        seen = np.array([person.box_xyxy for person in observations], np.float64).reshape(-1, 4)
        scene = Scene(image_bgr, t, np.vstack([seen, occluded.xyxy]), len(observations), certainty, detections)
        certainty, crowd = self._watch.update(scene)
        dense = crowd is not None and crowd.figure.method is not Method.BOXES  # a higher quality would not help
        times.append(perf_counter())
        embed_ms, track_ms = (np.diff(times) * 1000).tolist()
        return Tracks(
            t=t,
            width=width,
            height=height,
            people=tuple(_normalise(observation, width, height) for observation in observations),
            stages_ms={**stages_ms, "embed": embed_ms, "track": track_ms},
            certainty=certainty,
            crowd=crowd,
            least=self._watch.least,
            view=self._formats.view(),
            advice=None if dense else self._adviser.advise(self._watch.found, seen, scale, self.quality, t),
        )


@dataclass(frozen=True, slots=True)
class PendingFrame:
    """A frame with a detection in progress; created by `Pipeline.begin`."""

    pipeline: Pipeline
    image_bgr: NDArray[np.uint8]
    t: float
    pending: PendingDetections
    picture_widths: Sequence[int]
    stages_ms: dict[str, float]
    begun: float

    def finish(self) -> Tracks:
        """Wait for the detector, then track. Must be called exactly once."""
        detections = self.pending.detections()
        stages_ms = {**self.stages_ms, "detect": (perf_counter() - self.begun) * 1000}
        tracks = self.pipeline.track(self.image_bgr, self.t, detections, stages_ms)
        if not self.picture_widths:
            return tracks
        return replace(tracks, pictures=make_pictures(self.image_bgr, self.picture_widths))


def finish_in_turn(frames: Iterable[PendingFrame]) -> Iterator[Tracks]:
    """Yield the tracks of all frames, starting each frame before the previous one is finished."""
    ahead: PendingFrame | None = None
    for frame in frames:
        if ahead is not None:
            yield ahead.finish()
        ahead = frame
    if ahead is not None:
        yield ahead.finish()


def _normalise(observation: Observation, width: int, height: int) -> Track:
    """Convert a box to normalised coordinates."""
    left, top, right, bottom = observation.box_xyxy
    return Track(observation.id, (left / width, top / height, right / width, bottom / height), observation.score)
