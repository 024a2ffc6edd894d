"""Videos for the browser, made from real frames: each carries its number as a strip of black and white squares."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.media import encode_jpeg, read_vtest

BITS = 10
CELL = 24
"""Side of a square in pixels: large enough to survive JPEG and resizing."""
REPEATS = 4
"""A camera file plays at 30 frames a second; four alike make 7.5, close to the 7 of the recording."""
FILM_FRAMES = 240
CLIP_FRAMES = 60


def stamp(image_bgr: NDArray[np.uint8], number: int) -> NDArray[np.uint8]:
    """Draw a number on a copy of a frame: white, black, then its bits, the highest first, from the top left."""
    stamped = image_bgr.copy()
    bits = [1, 0, *((number >> shift) & 1 for shift in reversed(range(BITS)))]
    for place, bit in enumerate(bits):
        stamped[0:CELL, place * CELL : (place + 1) * CELL] = 255 if bit else 0
    return stamped


READ_STAMP = f"""() => {{
  const picture = document.querySelector("#picture");
  const scale = picture.width / 768;
  const context = picture.getContext("2d");
  const bits = [];
  for (let place = 0; place < {BITS + 2}; place += 1) {{
    const at = Math.round((place + 0.5) * {CELL} * scale);
    const [red] = context.getImageData(at, Math.round({CELL / 2} * scale), 1, 1).data;
    bits.push(red > 127 ? 1 : 0);
  }}
  const number = bits.slice(2).reduce((value, bit) => value * 2 + bit, 0);
  return {{ ok: bits[0] === 1 && bits[1] === 0, number, count: document.querySelector("#count").textContent }};
}}"""
"""Reads, at one moment, the number on the picture that is shown and the count beside it."""


def barcode_film(path: Path) -> Path:
    """Write concatenated JPEGs, which Chromium plays as a camera; the number is that of the frame, from 1."""
    with path.open("wb") as film:
        for index, frame in enumerate(read_vtest(FILM_FRAMES)):
            film.write(encode_jpeg(stamp(frame, index + 1)) * REPEATS)
    return path


def clip_webm(path: Path, frames: int = CLIP_FRAMES) -> Path:
    """Write a short VP8 video at 10 frames a second."""
    images = read_vtest(frames)
    height, width = images[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"VP80"), 10.0, (width, height))
    assert writer.isOpened(), "this OpenCV writes no VP8"
    for image in images:
        writer.write(image)
    writer.release()
    return path
