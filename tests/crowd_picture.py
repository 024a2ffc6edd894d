"""A crowd that tests put together from the few people of two photographs: nobody's picture of a crowd is copied."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.media import find_asset

Image = NDArray[np.uint8]
GROUND_BGR = (116, 122, 126)


@dataclass(frozen=True, slots=True)
class Figure:
    """Somebody in a photograph.

    Attributes
    ----------
    picture : str
    xyxy : tuple of int
        Where they are, pixels.
    head : float
        Height of the head, pixels.
    outline : str
        Corners, "x,y" in hundredths of the box.
    """

    picture: str
    xyxy: tuple[int, int, int, int]
    head: float
    outline: str

    def cut(self) -> tuple[Image, NDArray[np.float32]]:
        """Return the pixels, shape (height, width, 3), and how much of each is the figure's, 0..1."""
        left, top, right, bottom = self.xyxy
        image = _load(self.picture)[top:bottom, left:right]
        mask = np.zeros(image.shape[:2], np.uint8)
        points = [tuple(map(int, point.split(","))) for point in self.outline.split()]
        corners = np.array(points) * [(right - left) / 100, (bottom - top) / 100]
        cv2.fillPoly(mask, [corners.round().astype(np.int32)], 255)
        return image, (cv2.GaussianBlur(mask, (5, 5), 0) / np.float32(255)).astype(np.float32)


_FIGURES = (
    Figure(
        "bus.jpg",
        (48, 399, 245, 902),
        74,
        "40,0 54,3 55,14 68,20 80,40 78,58 68,62 72,90 95,96 70,100 "
        "50,92 36,70 25,95 2,100 15,85 22,62 6,60 10,30 30,18 30,6",
    ),
    Figure(
        "bus.jpg",
        (223, 405, 344, 860),
        81,
        "35,2 45,0 60,0 68,6 68,16 85,20 97,38 95,62 99,72 "
        "80,82 62,90 62,100 30,100 22,80 18,66 6,66 10,35 18,22 36,17",
    ),
    Figure(
        "zidane.jpg",
        (300, 150, 900, 711),
        132,
        "38,15 46,9 58,10 64,20 60,32 75,50 80,100 5,100 2,40 5,28 30,28",
    ),
    Figure(
        "zidane.jpg",
        (743, 41, 1143, 714),
        240,
        "40,3 52,0 62,3 68,12 66,26 68,36 86,48 92,55 88,100 2,100 4,56 20,42 42,36 36,20",
    ),
)


@cache
def _load(name: str) -> Image:
    image = cv2.imread(str(find_asset(name)))
    assert image is not None
    return image.astype(np.uint8, copy=False)


@cache
def crowd_picture(
    height: int = 540, width: int = 960, heads: tuple[float, float] = (10.0, 25.0), apart: float = 1.9
) -> tuple[Image, int]:
    """Return a packed square seen from a little above, shape (height, width, 3), and how many heads it shows.

    Parameters
    ----------
    height, width : int
        Pixels.
    heads : tuple of float
        Heights of the farthest and of the nearest heads, pixels.
    apart : float
        How far people stand from each other, in heads.
    """
    random = np.random.default_rng(7)
    cuts = [(figure, *figure.cut()) for figure in _FIGURES]
    canvas = np.full((height, width, 3), GROUND_BGR, np.float32)
    canvas += random.normal(0, 6, canvas.shape).astype(np.float32)
    top, people = heads[0], 0
    while top < height - heads[1]:
        head = heads[0] + (heads[1] - heads[0]) * top / height
        x = head * random.uniform(0.5, 1.5)
        while x < width - head:
            figure, image, mask = cuts[random.integers(len(cuts))]
            size = head * random.uniform(0.9, 1.1)
            _paste(canvas, image, mask, size / figure.head, (x, top + head * random.uniform(-0.25, 0.25)), random)
            people += 1
            x += head * apart * random.uniform(0.85, 1.15)
        top += head * apart * 0.9
    picture: Image = np.clip(canvas, 0, 255).astype(np.uint8)
    picture.flags.writeable = False
    return picture, people


def _paste(
    canvas: NDArray[np.float32],
    image: Image,
    mask: NDArray[np.float32],
    scale: float,
    middle_top: tuple[float, float],
    random: np.random.Generator,
) -> None:
    """Put a figure on the canvas, turned to either side and in clothes and light of another tone."""
    size = (max(2, round(image.shape[1] * scale)), max(2, round(image.shape[0] * scale)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    part = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)[..., None]
    if random.random() < 0.5:
        small, part = small[:, ::-1], part[:, ::-1]
    small = small * random.uniform(0.75, 1.2, 3).astype(np.float32) + random.uniform(-10, 40)
    left, top = int(middle_top[0] - size[0] / 2), int(middle_top[1])
    begin = (max(0, top), max(0, left))
    end = (min(canvas.shape[0], top + size[1]), min(canvas.shape[1], left + size[0]))
    if begin[0] >= end[0] or begin[1] >= end[1]:
        return
    inner = (slice(begin[0] - top, end[0] - top), slice(begin[1] - left, end[1] - left))
    under = canvas[begin[0] : end[0], begin[1] : end[1]]
    under += (small[inner] - under) * part[inner]
