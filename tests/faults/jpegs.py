"""Pictures that are none: truncated, flipped, spliced, lying about their size.

`damaged` is for property tests, where hypothesis looks for the smallest damage that breaks something; `mutants` is for
long runs, where the same seed makes the same ones.
"""

import random
import struct
from collections.abc import Callable, Iterator

from hypothesis import strategies as st

Mutation = Callable[[random.Random, bytearray], bytearray]


def _truncate(dice: random.Random, data: bytearray) -> bytearray:
    return data[: dice.randrange(len(data))]


def _flip(dice: random.Random, data: bytearray) -> bytearray:
    for _ in range(dice.choice((1, 8, 64))):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return data


def _zero(dice: random.Random, data: bytearray) -> bytearray:
    start = dice.randrange(len(data))
    end = min(len(data), start + dice.choice((4, 64, 4096)))
    data[start:end] = bytes(end - start)
    return data


def _repeat(dice: random.Random, data: bytearray) -> bytearray:
    start = dice.randrange(len(data))
    return data[:start] + data[start : start + 512] * 8 + data[start:]


def _noise(dice: random.Random, data: bytearray) -> bytearray:
    return data[:2] + bytearray(dice.randbytes(dice.choice((0, 10, 2000))))


def _claim(dice: random.Random, data: bytearray) -> bytearray:
    """The header says another size."""
    for marker in (0xC0, 0xC2):
        at = data.find(bytes([0xFF, marker]))
        if at > 0:
            height, width = (dice.choice((0, 1, 8, 3000, 12_000, 65_535)) for _ in range(2))
            data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return data


def _segment(dice: random.Random, data: bytearray) -> bytearray:
    """A segment whose length is wrong, or a marker that does not belong there."""
    marker = bytes([0xFF, dice.choice((0xC4, 0xDB, 0xDA, 0xE1, 0xFE, 0xD8, 0xD9))])
    return data[:2] + bytearray(marker + struct.pack(">H", dice.randrange(65_536))) + data[2:]


def _foreign(dice: random.Random, _data: bytearray) -> bytearray:
    heads = (b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", b"<svg>", b"%PDF-1.7", b"\0")
    return bytearray(dice.choice(heads) + dice.randbytes(50))


MUTATIONS: tuple[Mutation, ...] = (_truncate, _flip, _zero, _repeat, _noise, _claim, _segment, _foreign)


def damaged(picture: bytes) -> st.SearchStrategy[bytes]:
    """A picture that was damaged in one of the ways."""
    dice = st.randoms(use_true_random=False)
    return st.builds(lambda way, dice: bytes(way(dice, bytearray(picture))), st.sampled_from(MUTATIONS), dice)


def mutants(picture: bytes, count: int, seed: int = 1) -> Iterator[bytes]:
    """So many damaged pictures."""
    dice = random.Random(seed)
    for number in range(count):
        yield bytes(MUTATIONS[number % len(MUTATIONS)](dice, bytearray(picture)))
