"""Overlay of tracks for annotated videos."""

import colorsys
from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from server.core.crowd import Crowd
from server.core.tracks import Track, Tracks

_TRAIL_MS = 2000.0
_GOLDEN_RATIO = 0.618033988749895
"""Hue step between consecutive IDs (golden ratio), so that neighbouring IDs have distinct colours."""
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_APPROXIMATELY = "~"
"""Drawn twice, one above the other, because the font has no "approximately equal" sign."""
_MAX_OPACITY = 0.6
"""Opacity of the density overlay at its maximum."""


class Painter:
    """Draws crowd density, boxes, track IDs, short foot trails and the number of people."""

    def __init__(self) -> None:
        self._trails: dict[int, deque[tuple[float, float, float]]] = {}

    def draw(self, image_bgr: NDArray[np.uint8], tracks: Tracks) -> NDArray[np.uint8]:
        """Return an annotated copy of the image, shape (height, width, 3), BGR."""
        canvas = image_bgr.copy()
        thickness = max(1, round(max(canvas.shape) / 640))
        if tracks.crowd is not None:
            _blend_density(canvas, tracks.crowd)
        for person in tracks.people:
            self._draw_person(canvas, person, tracks.t, thickness)
        self._forget(tracks.t)
        _draw_label(canvas, people_label(tracks), (8, 8), (32, 32, 32), 1.2 * thickness)
        return canvas

    def _draw_person(self, canvas: NDArray[np.uint8], person: Track, t: float, thickness: int) -> None:
        height, width = canvas.shape[:2]
        colour = _colour(person.id)
        left, top, right, bottom = (
            round(value * size) for value, size in zip(person.box_norm, (width, height) * 2, strict=True)
        )
        trail = self._trails.setdefault(person.id, deque())
        trail.append((t, (person.box_norm[0] + person.box_norm[2]) / 2, person.box_norm[3]))
        points = np.array([(x * width, y * height) for _, x, y in trail]).round().astype(np.int32)
        cv2.polylines(canvas, [points], False, colour, thickness, cv2.LINE_AA)
        cv2.rectangle(canvas, (left, top), (right, bottom), colour, 2 * thickness)
        _draw_label(canvas, str(person.id), (left, top), colour, 0.5 * thickness)

    def _forget(self, t: float) -> None:
        """Drop trail points older than the trail length."""
        for track_id, trail in list(self._trails.items()):
            while trail and trail[0][0] < t - _TRAIL_MS:
                trail.popleft()
            if not trail:
                del self._trails[track_id]


def people_label(tracks: Tracks) -> str:
    """Return the number of people as text, with the range of an estimate. An unknown number is never shown as 0."""
    if tracks.crowd is not None:
        figure = tracks.crowd.figure
        return f"{_APPROXIMATELY} {round(figure.estimate)} ({figure.low}-{figure.high})"
    if not tracks.known:
        return "not yet known"
    if not tracks.is_reliable and tracks.certainty is not None:
        return f"at least {max(tracks.certainty.low, len(tracks.people))}"
    return f"{len(tracks.people)}"


def _blend_density(canvas: NDArray[np.uint8], crowd: Crowd) -> None:
    """Blend the crowd density into the canvas; opacity increases with density."""
    height, width = canvas.shape[:2]
    most = float(crowd.grid.max(initial=0.0))
    if most <= 0:
        return
    share = cv2.resize(np.clip(crowd.grid / most, 0, 1).astype(np.float32), (width, height))
    colours = cv2.applyColorMap(np.rint(share * 255).astype(np.uint8), cv2.COLORMAP_TURBO)
    opaque = (_MAX_OPACITY * np.sqrt(share))[..., None]
    canvas[:] = np.rint(canvas * (1 - opaque) + colours * opaque).astype(np.uint8)


def _colour(track_id: int) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(track_id * _GOLDEN_RATIO % 1.0, 0.75, 0.95)
    return round(blue * 255), round(green * 255), round(red * 255)


def _draw_label(
    canvas: NDArray[np.uint8], text: str, corner: tuple[int, int], colour: tuple[int, int, int], size: float
) -> None:
    """Draw text on a filled rectangle with the given top left corner, in black or white depending on its brightness."""
    thickness = max(1, round(size))
    (width, height), _ = cv2.getTextSize(text, _FONT, size, thickness)
    left, top = corner
    margin = max(2, height // 4)
    cv2.rectangle(canvas, corner, (left + width + 2 * margin, top + height + 2 * margin), colour, -1)
    blue, green, red = colour
    bright = 0.114 * blue + 0.587 * green + 0.299 * red > 140  # luma, ITU-R BT.601
    text_colour = (0, 0, 0) if bright else (255, 255, 255)
    start, base = left + margin, top + margin + height
    if text.startswith(_APPROXIMATELY):
        cv2.putText(
            canvas, _APPROXIMATELY, (start, base - height // 3), _FONT, size, text_colour, thickness, cv2.LINE_AA
        )
    cv2.putText(canvas, text, (start, base), _FONT, size, text_colour, thickness, cv2.LINE_AA)
