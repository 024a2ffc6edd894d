"""Who is who from frame to frame: DeepSORT's lifecycle with a bounded gallery."""

import numpy as np
from deep_sort_realtime.deep_sort.detection import Detection
from deep_sort_realtime.deep_sort.nn_matching import NearestNeighborDistanceMetric
from deep_sort_realtime.deep_sort.tracker import Tracker as SortTracker
from numpy.typing import NDArray

from server.vision.detections import Detections

_MAX_COSINE_DISTANCE = 0.2
_GALLERY = 30
"""Features kept for a person. Unbounded, as the library ships it, the time per frame grows for ever."""


class Tracker:
    """Keeps identities over the frames of one stream."""

    def __init__(self) -> None:
        metric = NearestNeighborDistanceMetric("cosine", _MAX_COSINE_DISTANCE, _GALLERY)
        self._sort = SortTracker(metric, max_age=30, n_init=3)

    def update(self, detections: Detections, features: NDArray[np.float32]) -> list[tuple[int, int]]:
        """Take one frame's people and return (identity, index into the detections) for those confirmed."""
        left_top, right_bottom = detections.xyxy[:, :2], detections.xyxy[:, 2:]
        ltwh = np.hstack([left_top, right_bottom - left_top])
        found = [
            Detection(box, score, feature, class_name="person", others=index)
            for index, (box, score, feature) in enumerate(zip(ltwh, detections.scores, features, strict=True))
        ]
        self._sort.predict()
        self._sort.update(found)
        return sorted(
            (int(track.track_id), int(track.others))
            for track in self._sort.tracks
            if track.is_confirmed() and track.time_since_update == 0
        )
