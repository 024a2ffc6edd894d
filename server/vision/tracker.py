"""Multi-object tracker: DeepSORT on arrays, with time in seconds.

As in DeepSORT (Wojke, Bewley, Paulus 2017), tracks are tentative, confirmed or deleted, and confirmed tracks are
matched by motion and appearance before tentative ones. Unlike DeepSORT, this tracker uses real time instead of frame
counts, and a moving average of the appearance instead of a gallery. One assignment, whose cost includes the time
away, replaces the matching cascade. Weak detections may continue expected tracks (Zhang et al., "ByteTrack", 2022).
"""

import numpy as np
from deep_sort_realtime.deep_sort.track import TrackState
from numpy.typing import NDArray

from server.vision.association import cut_by_edge
from server.vision.boxes import iou
from server.vision.detections import Detections
from server.vision.features import Features
from server.vision.matching import CONFIDENT_SCORE, MIN_STRENGTH, Matcher
from server.vision.observations import Observation, OccludedTracks
from server.vision.people import MEMORY_S, People

NEW_TRACK_SCORE = 0.6
"""Minimum score of a detection that starts a track."""
SPARSE_SCORE = 0.45
"""Minimum score to be counted in a frame too far from its neighbours to track. False positives then balance missed
people: it gave the smallest count error on a campus recording and one from a moving camera."""
CONFIRM_EVIDENCE = 2 * NEW_TRACK_SCORE
"""Sum of scores that confirms a track: two good detections, or three weak ones."""
MIN_APPEARANCE_SCORE = 0.2
"""Score up to which appearance is not learned; from `MIN_APPEARANCE_SCORE + 0.6` on, it is learned with full weight."""
DUPLICATE_IOU = 0.7
"""IoU with a matched detection above which a detection is a duplicate."""
MAX_AGE_S = 10.0
"""Time without a detection after which a confirmed track is deleted, seconds."""
TENTATIVE_MAX_AGE_S = 0.5
"""The same for a tentative track, seconds."""
EXIT_S = 0.4
"""The same for a track expected outside the frame, seconds. With a moving camera, also the time without a confident
detection, beyond the frame interval, after which the camera has passed a person."""


class Tracker:
    """The tracker of one stream.

    Parameters
    ----------
    features : Features
        Provides the appearance thresholds.
    """

    def __init__(self, features: Features) -> None:
        self._matcher = Matcher(features)
        self._people: People | None = None
        self._now = 0.0
        self._next_id = 1
        self._scene_changed = False
        self._travels = False

    def camera_moved(self, affine: NDArray[np.float64]) -> None:
        """Apply a camera motion since the last frame; (2, 3), pixels."""
        if self._people is not None:
            self._people.motion.move(affine)

    def camera_travels(self, travels: bool) -> None:
        """Set whether the camera travels through the scene, see `Travel`."""
        self._travels = travels

    def scene_changed(self) -> None:
        """Announce that the next frame shows another scene."""
        self._scene_changed = True

    def update(
        self, detections: Detections, embeddings: NDArray[np.float32], t: float, height: int, width: int
    ) -> list[Observation]:
        """Process one frame.

        Parameters
        ----------
        detections : Detections
        embeddings : ndarray of float32, shape (n, length)
            Appearance embeddings of the detections; ignored for scores up to ``MIN_APPEARANCE_SCORE``.
        t : float
            Capture time, milliseconds.
        height, width : int
            Size of the frame, pixels.

        Returns
        -------
        list of Observation
            Ordered by track ID.
        """
        now = t / 1000
        if self._people is None:
            self._people, self._now = People.start(detections.xyxy[:0], detections.scores[:0], embeddings[:0], now), now
        people, before = self._people, self._now
        self._now = now
        # After a long gap or a scene cut, no track is expected to continue.
        resumed, self._scene_changed = self._scene_changed or now - before > MAX_AGE_S, False
        people.states[(now - people.seen > MAX_AGE_S) | resumed] = TrackState.Deleted
        people.drop_deleted()
        people.motion.predict(max(0.0, now - before))
        passed = self._passed(people, before)
        people.strength[passed] = 0.0  # no continuation by weak detections
        matches = self._matcher.match(people, detections, embeddings, before, (height, width))
        rows = np.flatnonzero(matches >= 0)
        people.update_strength(rows, detections.scores[matches[rows]], max(0.0, now - before))
        self._update_matched(people, rows, matches[rows], detections, embeddings, now)
        self._confirm(people, np.flatnonzero(passed & (matches >= 0)))  # with a new ID
        observations = self._report(people, rows, matches[rows], detections, (height, width))
        self._delete_stale(people, now, height, width)
        new = self._start_tracks(
            people, matches[rows], detections, embeddings, now, SPARSE_SCORE if resumed else NEW_TRACK_SCORE
        )
        if resumed:
            # The next frame may be as far away, so every detection counts at once.
            self._confirm(people, np.arange(len(people)))
            observations = self._report(people, np.arange(len(people)), new, detections, (height, width))
        return observations

    def occluded(self, height: int, width: int) -> OccludedTracks:
        """Return confirmed tracks without a detection in the last frame that are expected inside the frame."""
        people = self._people
        if people is None:
            return OccludedTracks(np.zeros((0, 4)), np.zeros(0))
        x, y = people.motion.xywh[:, 0], people.motion.xywh[:, 1]
        inside = (x >= 0) & (x <= width) & (y >= 0) & (y <= height)
        rows = people.confirmed & (people.seen < self._now) & inside & ~self._passed(people, self._now)
        return OccludedTracks(people.motion.boxes_xyxy()[rows], self._now - people.seen[rows])

    def _update_matched(
        self,
        people: People,
        rows: NDArray[np.intp],
        columns: NDArray[np.intp],
        detections: Detections,
        embeddings: NDArray[np.float32],
        now: float,
    ) -> None:
        """Update matched tracks and confirm those with enough evidence."""
        scores = detections.scores[columns]
        people.motion.correct(rows, detections.xyxy[columns], scores)
        learning = 1 - np.exp(-np.maximum(now - people.seen[rows], 0.0) / MEMORY_S)
        learning *= np.clip((scores - MIN_APPEARANCE_SCORE) / 0.6, 0.0, 1.0) * _visibility(detections.xyxy, columns)
        people.update_embeddings(rows, embeddings[columns], learning)
        people.evidence[rows] += scores
        people.seen[rows] = now
        people.confident_t[rows[scores >= CONFIDENT_SCORE]] = now
        self._confirm(
            people, rows[(people.states[rows] == TrackState.Tentative) & (people.evidence[rows] >= CONFIRM_EVIDENCE)]
        )

    def _passed(self, people: People, since: float) -> NDArray[np.bool_]:
        """Return which tracks a travelling camera has probably passed; a detection in their place is a new person."""
        return people.confirmed & (since - people.confident_t > EXIT_S) & self._travels

    def _confirm(self, people: People, proven: NDArray[np.intp]) -> None:
        """Confirm tracks and assign new IDs."""
        people.states[proven] = TrackState.Confirmed
        people.ids[proven] = np.arange(self._next_id, self._next_id + len(proven))
        self._next_id += len(proven)

    @staticmethod
    def _report(
        people: People, rows: NDArray[np.intp], columns: NDArray[np.intp], detections: Detections, size: tuple[int, int]
    ) -> list[Observation]:
        """Return the matched confirmed tracks with sufficient strength.

        Filtered boxes are more accurate than raw detections and do not jitter. Boxes truncated by the frame edge are
        reported as detected, because the filter would extend them.
        """
        height, width = size
        cut = cut_by_edge(detections.xyxy[columns], height, width)[:, None]
        boxes = np.where(cut, detections.xyxy[columns], people.motion.boxes_xyxy()[rows])
        boxes = np.clip(boxes, 0.0, (width, height, width, height))
        found = zip(
            people.ids[rows].tolist(),
            boxes.tolist(),
            detections.scores[columns].tolist(),
            people.strength[rows].tolist(),
            strict=True,
        )
        return [
            Observation(track_id, tuple(box), score)
            for track_id, box, score, strength in sorted(found)
            if track_id and strength >= MIN_STRENGTH
        ]

    @staticmethod
    def _delete_stale(people: People, now: float, height: int, width: int) -> None:
        """Delete tracks that have been undetected for too long."""
        x, y = people.motion.xywh[:, 0], people.motion.xywh[:, 1]
        outside = (x < 0) | (x > width) | (y < 0) | (y > height)
        gap = now - people.seen
        limit = np.where(people.confirmed, np.where(outside, EXIT_S, MAX_AGE_S), TENTATIVE_MAX_AGE_S)
        people.states[gap > limit] = TrackState.Deleted
        people.drop_deleted()

    @staticmethod
    def _start_tracks(
        people: People,
        matched: NDArray[np.intp],
        detections: Detections,
        embeddings: NDArray[np.float32],
        now: float,
        min_score: float,
    ) -> NDArray[np.intp]:
        """Start tentative tracks from unmatched detections of at least the score `min_score`; return their indices."""
        new = np.setdiff1d(np.flatnonzero(detections.scores >= min_score), matched)
        if len(new) and len(matched):
            new = new[iou(detections.xyxy[new], detections.xyxy[matched]).max(axis=1) < DUPLICATE_IOU]
        if len(new):
            people.append(People.start(detections.xyxy[new], detections.scores[new], embeddings[new], now))
        return new


def _visibility(boxes_xyxy: NDArray[np.float64], columns: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the visibility of the selected boxes, (n,): 1 without overlap, 0 at an IoU of 0.5."""
    shared = iou(boxes_xyxy[columns], boxes_xyxy)
    shared[np.arange(len(columns)), columns] = 0.0
    most: NDArray[np.float64] = shared.max(axis=1, initial=0.0)
    return np.clip(1 - 2 * most, 0.0, 1.0)
