"""Who is who from frame to frame: DeepSORT's method on arrays, with time in seconds.

As in DeepSORT (Wojke, Bewley, Paulus 2017) people are tentative, confirmed or deleted, and confirmed people take
detections by motion and looks before tentative ones do. Different are: real time instead of frame counts, a decaying
mean of the looks instead of a gallery, one assignment with the time away in its cost instead of a cascade over ages,
and a last chance for weak detections where somebody is expected (Zhang et al., "ByteTrack", 2022).
"""

import numpy as np
from deep_sort_realtime.deep_sort.track import TrackState
from numpy.typing import NDArray

from server.vision.association import cut_by_edge
from server.vision.boxes import iou
from server.vision.detections import Detections
from server.vision.features import Features
from server.vision.matching import HELD, SURE, Matcher
from server.vision.observations import OccludedTracks, Sighting
from server.vision.people import MEMORY_S, People

NEW = 0.6
"""Detections from this score on may be a new person."""
ALONE = 0.45
"""Detections from this score on are counted in a frame that no other is near to: those that are nobody make up for the
people who are missed, with the smallest error of the count on a campus and from a moving camera."""
EVIDENCE = 2 * NEW
"""Sum of scores that confirms a person: two good detections, or three doubtful ones."""
UNCLEAR = 0.2
"""Detections up to this score show too little of a person to learn looks from; from `UNCLEAR + 0.6` on all."""
DOUBLE = 0.7
"""A detection that overlaps a known person's by more than this is that person again."""
FORGET_S = 10.0
"""Seconds unseen after which a confirmed person is given up."""
DOUBT_S = 0.5
"""The same for a tentative one."""
LEFT_S = 0.4
"""The same for someone who is expected outside the frame: gone, and whoever appears there is someone else. A camera
that travels passes people by: with it, the same for somebody who is not clearly seen, beyond the frame interval."""


class Tracker:
    """Keeps identities over the frames of one stream.

    Parameters
    ----------
    features : Features
        What the looks are; the tracker needs their distances.
    """

    def __init__(self, features: Features) -> None:
        self._matcher = Matcher(features)
        self._people: People | None = None
        self._now = 0.0
        self._next_id = 1
        self._changed = False
        self._travels = False

    def camera_moved(self, affine: NDArray[np.float64]) -> None:
        """Between the last frame and the next the picture moved so; shape (2, 3), pixels."""
        if self._people is not None:
            self._people.motion.move(affine)

    def camera_travels(self, travels: bool) -> None:
        """Whether the camera is carried through the scene, see `Travel`."""
        self._travels = travels

    def scene_changed(self) -> None:
        """The next frame shows another scene: nobody of the last one is in it."""
        self._changed = True

    def update(
        self, detections: Detections, looks: NDArray[np.float32], t: float, height: int, width: int
    ) -> list[Sighting]:
        """Take in one frame.

        Parameters
        ----------
        detections : Detections
        looks : ndarray of float32, shape (n, length)
            Features of the detections; those of scores up to ``UNCLEAR`` do not matter.
        t : float
            Capture time, milliseconds.
        height, width : int
            Of the frame, pixels.

        Returns
        -------
        list of Sighting
            Ordered by identity.
        """
        now = t / 1000
        if self._people is None:
            self._people, self._now = People.start(detections.xyxy[:0], detections.scores[:0], looks[:0], now), now
        people, before = self._people, self._now
        self._now = now
        # After a pause, or in another scene, nobody is expected any more.
        resumed, self._changed = self._changed or now - before > FORGET_S, False
        people.states[(now - people.seen > FORGET_S) | resumed] = TrackState.Deleted
        people.drop_deleted()
        people.motion.predict(max(0.0, now - before))
        passed = self._passed(people, before)
        people.strength[passed] = 0.0  # weak detections continue them no more
        matches = self._matcher.match(people, detections, looks, before, (height, width))
        rows = np.flatnonzero(matches >= 0)
        people.note_scores(rows, detections.scores[matches[rows]], max(0.0, now - before))
        self._take_in(people, rows, matches[rows], detections, looks, now)
        self._confirm(people, np.flatnonzero(passed & (matches >= 0)))  # as somebody new
        sightings = self._report(people, rows, matches[rows], detections, (height, width))
        self._forget_unseen(people, now, height, width)
        new = self._welcome(people, matches[rows], detections, looks, now, ALONE if resumed else NEW)
        if resumed:
            # The next frame may be as far away: who is counted is who is seen in this one.
            self._confirm(people, np.arange(len(people)))
            sightings = self._report(people, np.arange(len(people)), new, detections, (height, width))
        return sightings

    def hidden(self, height: int, width: int) -> OccludedTracks:
        """Known people who were not seen in the last frame, though they are expected inside it."""
        people = self._people
        if people is None:
            return OccludedTracks(np.zeros((0, 4)), np.zeros(0))
        x, y = people.motion.xywh[:, 0], people.motion.xywh[:, 1]
        inside = (x >= 0) & (x <= width) & (y >= 0) & (y <= height)
        rows = people.confirmed & (people.seen < self._now) & inside & ~self._passed(people, self._now)
        return OccludedTracks(people.motion.boxes_xyxy()[rows], self._now - people.seen[rows])

    def _take_in(
        self,
        people: People,
        rows: NDArray[np.intp],
        columns: NDArray[np.intp],
        detections: Detections,
        looks: NDArray[np.float32],
        now: float,
    ) -> None:
        """Update the matched and confirm whom there is evidence for."""
        scores = detections.scores[columns]
        people.motion.correct(rows, detections.xyxy[columns], scores)
        learning = 1 - np.exp(-np.maximum(now - people.seen[rows], 0.0) / MEMORY_S)
        learning *= np.clip((scores - UNCLEAR) / 0.6, 0.0, 1.0) * _unhidden(detections.xyxy, columns)
        people.learn_looks(rows, looks[columns], learning)
        people.evidence[rows] += scores
        people.seen[rows] = now
        people.sure[rows[scores >= SURE]] = now
        self._confirm(people, rows[(people.states[rows] == TrackState.Tentative) & (people.evidence[rows] >= EVIDENCE)])

    def _passed(self, people: People, since: float) -> NDArray[np.bool_]:
        """Whom a camera that travels has probably passed by: who is seen in their place is someone new."""
        return people.confirmed & (since - people.sure > LEFT_S) & self._travels

    def _confirm(self, people: People, proven: NDArray[np.intp]) -> None:
        """Give identities to these."""
        people.states[proven] = TrackState.Confirmed
        people.ids[proven] = np.arange(self._next_id, self._next_id + len(proven))
        self._next_id += len(proven)

    @staticmethod
    def _report(
        people: People, rows: NDArray[np.intp], columns: NDArray[np.intp], detections: Detections, size: tuple[int, int]
    ) -> list[Sighting]:
        """Say where the confirmed among the seen are, without those who are only guessed at.

        The filtered box is nearer to the person than the bare detection and does not jitter. Only where the edge of
        the frame cuts the person, the detection is what can be seen of them.
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
            Sighting(identity, tuple(box), score)
            for identity, box, score, strength in sorted(found)
            if identity and strength >= HELD
        ]

    @staticmethod
    def _forget_unseen(people: People, now: float, height: int, width: int) -> None:
        """Delete whoever was not seen for too long."""
        x, y = people.motion.xywh[:, 0], people.motion.xywh[:, 1]
        outside = (x < 0) | (x > width) | (y < 0) | (y > height)
        gap = now - people.seen
        limit = np.where(people.confirmed, np.where(outside, LEFT_S, FORGET_S), DOUBT_S)
        people.states[gap > limit] = TrackState.Deleted
        people.drop_deleted()

    @staticmethod
    def _welcome(
        people: People,
        taken: NDArray[np.intp],
        detections: Detections,
        looks: NDArray[np.float32],
        now: float,
        least: float,
    ) -> NDArray[np.intp]:
        """Begin tentative people with good detections that are nobody's; return which they are."""
        new = np.setdiff1d(np.flatnonzero(detections.scores >= least), taken)
        if len(new) and len(taken):
            new = new[iou(detections.xyxy[new], detections.xyxy[taken]).max(axis=1) < DOUBLE]
        if len(new):
            people.append(People.start(detections.xyxy[new], detections.scores[new], looks[new], now))
        return new


def _unhidden(boxes_xyxy: NDArray[np.float64], columns: NDArray[np.intp]) -> NDArray[np.float64]:
    """How little each of the chosen boxes overlaps any other, 1: not at all, 0: by half."""
    shared = iou(boxes_xyxy[columns], boxes_xyxy)
    shared[np.arange(len(columns)), columns] = 0.0
    most: NDArray[np.float64] = shared.max(axis=1, initial=0.0)
    return np.clip(1 - 2 * most, 0.0, 1.0)
