"""Changes of the frame format within a stream, and the mapping between the formats.

A camera that switches from 16:9 to 4:3 crops the sides or adds rows; a rotated phone does both; a converter may
stretch or rotate the image. Image registration of frames before and after the change tells which
(`registration`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.core.view import IDENTITY, Affine, View, as_affine, as_matrix, compose, inverse, same_shape
from server.vision.registration import register

Array = NDArray[np.float64]

MIN_INTERVAL_MS = 1_000.0
"""Minimum time between two registrations, milliseconds; each takes as long as several frames."""
MAX_TRIES = 5
"""Maximum number of registrations per change; the first frames after a camera switch are often black."""
REFERENCE_AGE_MS = 5_000.0
"""Minimum age of the reference frame that shows the scene before the camera was rotated, milliseconds."""
ROTATED = 0.25
"""Sine of the rotation angle above which the image counts as rotated."""


@dataclass(frozen=True, slots=True)
class FrameSample:
    """A frame with the boxes of its people.

    Attributes
    ----------
    image_bgr : ndarray of uint8, shape (height, width, 3)
    people_xyxy : ndarray, shape (n, 4)
        Boxes, pixels.
    t : float
        Capture time, milliseconds.
    """

    image_bgr: NDArray[np.uint8]
    people_xyxy: Array
    t: float

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, pixels."""
        height, width = self.image_bgr.shape[:2]
        return width, height

    @property
    def aspect(self) -> float:
        """Aspect ratio, width / height."""
        return self.size[0] / self.size[1]


@dataclass(slots=True)
class _Format:
    """The mapping from the first format to this one, normalised, and whether registration succeeded."""

    aspect: float
    affine: Affine = IDENTITY
    fits: bool = False
    tries: int = 0


class FrameFormats:
    """The frame formats of one stream. Keeps the latest frame and two older ones of the first format."""

    def __init__(self) -> None:
        self._last: FrameSample | None = None
        self._references: list[FrameSample] = []
        self._formats: list[_Format] = []
        self._now: _Format | None = None
        self._registered_t = float("-inf")

    def update(self, frame: FrameSample) -> Array | None:
        """Process a frame and return the mapping caused by a change of size or format.

        Returns
        -------
        ndarray, shape (2, 3), or None
            Affine map from pixels of the previous frame to pixels of this one; None without a change.
        """
        before, self._last = self._last, frame
        if before is None or self._now is None:
            self._now = _Format(frame.aspect, fits=True)
            self._formats.append(self._now)
            self._keep_reference(frame)
            return None
        moved = None
        if not same_shape(before.aspect, frame.aspect):
            moved = self._change(before, frame)
        elif before.size != frame.size:
            moved = _scaling(before, frame)
        elif not self._now.fits and self._may_register(self._now, frame.t):
            self._register_reference(self._references[0], frame)
        self._keep_reference(frame)
        return moved

    def view(self) -> View | None:
        """Return the mapping from the first format to the latest frame; None if the formats are equal."""
        now = self._now
        if now is None or now is self._formats[0]:
            return None
        width, height = self._references[-1].size
        return View(width, height, now.affine if now.fits else IDENTITY, now.fits)

    def _change(self, before: FrameSample, frame: FrameSample) -> Array:
        """Handle a new format: return its mapping from the previous frame, and learn that from the first format."""
        was, now = self._now, self._switch_format(frame.aspect)
        assert was is not None
        found = None
        if frame.t - self._registered_t >= MIN_INTERVAL_MS:
            self._registered_t = frame.t
            found = register(before.image_bgr, frame.image_bgr, before.people_xyxy, frame.people_xyxy)
            if not now.fits:
                self._learn_mapping(now, was, found, before, frame)
        if found is not None:
            return found
        if was.fits and now.fits:
            return _in_pixels(compose(inverse(was.affine), now.affine), before, frame)
        return _scaling(before, frame)

    def _learn_mapping(
        self, now: _Format, was: _Format, found: Array | None, before: FrameSample, frame: FrameSample
    ) -> None:
        """Store the mapping from the first format to a new one."""
        turned = found is not None and abs(found[0, 1]) > ROTATED * np.linalg.norm(found[0, :2])
        if turned or found is None or not was.fits:
            # The last frame may already show the rotated phone, so use an older reference frame.
            self._register_reference(self._references[0], frame)
            if now.fits and not (turned and _turned(now.affine, self._references[0], frame)):
                return
        if found is not None and was.fits:
            now.affine = compose(was.affine, _normalised(found, before, frame))
            now.fits = True

    def _register_reference(self, reference: FrameSample, frame: FrameSample) -> None:
        """Register the frame with a reference frame of the first format."""
        now = self._now
        assert now is not None
        now.tries += 1
        self._registered_t = frame.t
        found = register(reference.image_bgr, frame.image_bgr, reference.people_xyxy, frame.people_xyxy)
        if found is not None:
            now.affine, now.fits = _normalised(found, reference, frame), True

    def _may_register(self, now: _Format, t: float) -> bool:
        return now.tries < MAX_TRIES and t - self._registered_t >= MIN_INTERVAL_MS

    def _switch_format(self, aspect: float) -> _Format:
        """Return the format of this aspect ratio; add it if it is new."""
        known = next((one for one in self._formats if same_shape(one.aspect, aspect)), None)
        if known is None:
            known = _Format(aspect)
            self._formats.append(known)
        known.tries = 0
        self._now = known
        return known

    def _keep_reference(self, frame: FrameSample) -> None:
        """Keep a reference frame of the first format that is some seconds old, from before a rotation began."""
        if self._now is not self._formats[0]:
            return
        if (
            not self._references
            or frame.t - self._references[-1].t >= REFERENCE_AGE_MS
            or frame.size != self._references[-1].size
        ):
            self._references = [*self._references[-1:], frame]


def _pixels(frame: FrameSample) -> Array:
    """Return the map from normalised to pixel coordinates, (3, 3)."""
    return np.diag([*frame.size, 1.0]).astype(np.float64)


def _normalised(affine: Array, before: FrameSample, after: FrameSample) -> Affine:
    matrix = np.linalg.inv(_pixels(after)) @ np.vstack([affine, (0.0, 0.0, 1.0)]) @ _pixels(before)
    return as_affine(matrix)


def _in_pixels(affine: Affine, before: FrameSample, after: FrameSample) -> Array:
    moved: Array = (_pixels(after) @ as_matrix(affine) @ np.linalg.inv(_pixels(before)))[:2]
    return moved


def _scaling(before: FrameSample, after: FrameSample) -> Array:
    """Return the map between two sizes of one format."""
    return _in_pixels(IDENTITY, before, after)


def _turned(affine: Affine, before: FrameSample, after: FrameSample) -> bool:
    moved = _in_pixels(affine, before, after)
    return bool(abs(moved[0, 1]) > ROTATED * np.linalg.norm(moved[0, :2]))
