"""JPEGs put together marker by marker: scan bombs, and pictures whose structure is drawn by lot (ITU-T T.81)."""

import random
import struct
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import product

import cv2
import numpy as np

START, END = b"\xff\xd8", b"\xff\xd9"
PROGRESSIVE = 0xC2
MAX_BYTES, MAX_PIXELS = 900_000, 8_300_000
"""Of a frame, as a server takes them."""
SIDES = (1, 7, 8, 9, 16, 64, 480, 640, 1080, 1920, 2160, 3840, 8192, 65_500)
FACTORS = ((0x11,), (0x11,) * 3, (0x22, 0x11, 0x11), (0x21, 0x11, 0x11), (0x41, 0x11, 0x11), (0x11,) * 4)
"""Sampling of grey, 4:4:4, 4:2:0, 4:2:2, 4:1:1, and of four colours."""
STEPS = (0x0D, *(high << 4 | high - 1 for high in range(13, 0, -1)))
"""Approximations of a coefficient from its highest bit to its lowest, in an order that decoders take for right."""
EOB_RUNS = [run << 4 for run in range(15)]
"""Symbols of a progressive AC scan that end the band for 2^run blocks and more."""


def segment(marker: int, body: bytes) -> bytes:
    """A marker with its length and its content, cut where a length ends."""
    body = body[:65_533]
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def quantisation(values: Sequence[int] = (1,) * 64, number: int = 0) -> bytes:
    """A table of 64 bytes."""
    return segment(0xDB, bytes([number, *values]))


def huffman(kind: int, symbols: Iterable[int]) -> bytes:
    """A table of up to 31 codes of 5 bits, and one each of 6 to 16; `kind`: class (0 DC, 1 AC) << 4 | number."""
    symbols = bytes(symbols)
    long = min(11, max(0, len(symbols) - 31))
    counts = [0, 0, 0, 0, min(31, len(symbols)), *[1] * long, *[0] * (11 - long)]
    return segment(0xC4, bytes([kind, *counts]) + symbols[: sum(counts)])


def frame(kind: int, width: int, height: int, factors: Sequence[int]) -> bytes:
    """A frame header; `factors` holds across << 4 | down of each colour."""
    colours = b"".join(bytes([number, factor, 0]) for number, factor in enumerate(factors, start=1))
    return segment(kind, struct.pack(">BHHB", 8, height, width, len(factors)) + colours)


def scan(colours: Sequence[int], first: int, last: int, approximation: int, data: bytes) -> bytes:
    """A scan: its header and its coded bits, stuffed."""
    chosen = b"".join(bytes([one, 0]) for one in colours)
    header = segment(0xDA, bytes([len(colours)]) + chosen + bytes([first, last, approximation]))
    return header + data.replace(b"\xff", b"\xff\x00")


def bits(text: str) -> bytes:
    """Binary digits as bytes, filled up with ones."""
    text += "1" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8) if text else b""


def end_of_all(blocks: int) -> bytes:
    """Coded bits of an AC scan in which nothing is in any block."""
    told = ""
    while blocks:
        run = min(14, blocks.bit_length() - 1)
        here = min(blocks, 2 ** (run + 1) - 1)
        told += f"{run:05b}" + (f"{here - 2**run:0{run}b}" if run else "")
        blocks -= here
    return bits(told)


def grid(width: int, height: int, factors: Sequence[int]) -> tuple[int, list[int]]:
    """How many blocks a scan of all colours has, and how many one of each colour alone has."""
    across, down = max(one >> 4 for one in factors), max(one & 15 for one in factors)
    units = -(-width // (8 * across)) * -(-height // (8 * down))
    alone = [
        -(-width * (one >> 4) // (8 * across)) * -(-height * (one & 15) // (8 * down)) for one in factors
    ]
    return units * sum((one >> 4) * (one & 15) for one in factors), alone


def empty(width: int, height: int, factors: Sequence[int], scans: int, dice: random.Random | None = None) -> bytes:
    """A progressive picture without anything in it, in so many scans of a few bytes.

    Decoders take up to 883 scans of a colour for right; what is more than that repeats. `dice` draws the order in which
    the coefficients come.
    """
    together, alone = grid(width, height, factors)
    colours = range(1, len(factors) + 1)
    head = START + quantisation() + frame(PROGRESSIVE, width, height, factors)
    head += huffman(0x00, [0, 1]) + huffman(0x10, EOB_RUNS)
    # DC: five zeros a block are its code for "no difference".
    parts = [head, scan(colours, 0, 0, 0x00, bits("0" * (5 * together)))]
    nothing = [end_of_all(blocks) for blocks in alone]
    places = list(product(range(1, 64), colours))
    if dice:
        dice.shuffle(places)
    usual = [(k, one, step) for k, one in places for step in STEPS]
    for number in range(scans - 1):
        k, one, step = usual[number % len(usual)]
        parts.append(scan([one], k, k, step, nothing[one - 1]))
    return b"".join(parts) + END


def bomb(scans: int, width: int = 640, height: int = 480) -> bytes:
    """A picture in colour that says little and has many scans."""
    return empty(width, height, FACTORS[1], scans)


def _size(dice: random.Random) -> tuple[int, int]:
    """Width and height within what a server takes, mostly."""
    width = dice.choice(SIDES)
    fitting = [side for side in SIDES if side * width <= MAX_PIXELS]
    return width, dice.choice(SIDES if dice.random() < 0.05 else fitting)


def _whole(dice: random.Random) -> bytes:
    """A picture that decoders take, with as many scans as chance has it."""
    width, height = _size(dice)
    return empty(width, height, dice.choice(FACTORS[:3]), dice.choice((1, 2, 10, 25, 60, 99, 101, 300, 3_000)), dice)


@cache
def _real(kind: int) -> bytes:
    """A picture of noise and shades as OpenCV writes it: `kind` chooses size, progression and sampling."""
    width, height = ((640, 480), (1920, 1080), (3840, 2160))[kind // 4]
    noise = np.random.default_rng(kind).integers(0, 256, (height // 4, width // 4, 3), np.uint8)
    picture = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    sampling = (0x411111, 0x111111)[kind // 2 % 2]
    how = [cv2.IMWRITE_JPEG_QUALITY, 40, cv2.IMWRITE_JPEG_PROGRESSIVE, kind % 2]
    return bytes(cv2.imencode(".jpg", picture, [*how, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling])[1].tobytes())


def _operated(dice: random.Random) -> bytes:
    """A real picture, sometimes with a part of it again, left out, or in another place."""
    data = _real(dice.randrange(12))
    if dice.random() < 0.2:
        return data
    first = data.find(b"\xff\xda")
    scans = [b"\xff\xda" + part for part in data[first:-2].split(b"\xff\xda")[1:]]
    for _ in range(dice.choice((1, 1, 3, 30, 150))):
        place = dice.randrange(len(scans))
        match dice.randrange(4):
            case 0 if len(scans) > 1:
                del scans[place]
            case 1:
                scans.insert(dice.randrange(len(scans) + 1), scans[place])
            case 2:
                scans[place] = scans[place][: dice.randrange(len(scans[place]) + 1)]
            case _:
                scans.insert(place, segment(dice.choice((0xFE, 0xE1, 0xC4, 0xDB)), dice.randbytes(dice.randrange(70))))
    return data[:first] + b"".join(scans) + END


def _coded(dice: random.Random, room: int) -> bytes:
    """Coded bits by lot: zeros, ones that need stuffing, ends of blocks, or noise."""
    length = dice.choice((0, 1, 10, 1_000, 30_000, max(1, room)))
    match dice.randrange(5):
        case 0:
            return bytes(min(length, room))
        case 1:
            return b"\xff" * min(length, room // 2)
        case 2:
            return end_of_all(dice.choice((1, 100, 4_800, 32_767, 500_000)))
        case _:
            return dice.randbytes(min(length, room))


def _scans(dice: random.Random, kind: int, colours: int, room: int) -> Iterator[bytes]:
    """Scans by lot, in a valid order or in none."""
    count = dice.choice((1, 1, 1, 2, 10, 40, 99, 101, 1_000, 5_000))
    for number in range(count):
        chosen = [dice.randrange(1, colours + 1)] if dice.random() < 0.5 else list(range(1, colours + 1))
        first, last, step = 0, 63, 0
        if kind == PROGRESSIVE and number == 0:
            last, step = 0, dice.choice((0, 1, 13))
        elif kind == PROGRESSIVE:
            chosen, first = chosen[:1], dice.randrange(1, 64)
            last, step = dice.randrange(first, 64), dice.choice((0, 0x0D, 0xDC, 0x21, 0x10))
        if dice.random() < 0.01:
            yield huffman(dice.choice((0x00, 0x10, 0x11)), dice.randbytes(dice.randrange(1, 42)))
        yield scan(chosen, first, last, step, end_of_all(4_800) if count > 40 else _coded(dice, room // count))


def _drawn(dice: random.Random) -> bytes:
    """A picture whose markers, tables and sizes are drawn by lot; hardly any is valid, many nearly so."""
    kind = dice.choice((0xC0, 0xC0, 0xC1, *[PROGRESSIVE] * 6, dice.choice((0xC3, 0xC9, 0xCA))))
    factors = list(dice.choice(FACTORS))
    if dice.random() < 0.05:
        factors = [dice.choice((0x11, 0x13, 0x31, 0x44, 0x00, 0x51)) for _ in range(dice.randrange(1, 5))]
    parts = [START]
    if dice.random() < 0.2:
        parts.append(segment(dice.choice((0xE0, 0xE1, 0xEE, 0xFE, 0xF0)), dice.randbytes(dice.randrange(2_000))))
    parts.append(quantisation([dice.choice((1, 2, 255)) for _ in range(64)]))
    parts.append(frame(kind, *_size(dice), factors))
    parts.append(huffman(0x00, [dice.randrange(12) for _ in range(42)]))
    small = [run << 4 | dice.randrange(2) for run in range(15)] * 3
    usual = small[:42] if kind == PROGRESSIVE else [dice.randrange(16) << 4 | dice.randrange(11) for _ in range(42)]
    parts.append(huffman(0x10, usual))
    if dice.random() < 0.2:
        parts.append(segment(0xDD, struct.pack(">H", dice.choice((0, 1, 2, 1_000)))))
    parts += _scans(dice, kind, len(factors), dice.choice((5_000, 100_000, MAX_BYTES - 20_000)))
    return b"".join(parts) + END


def structured(dice: random.Random) -> bytes:
    """A picture by lot: whole, of a real one, or drawn; sometimes without an end or with something behind it."""
    data = dice.choice((_whole, _operated, _drawn, _drawn))(dice)
    if dice.random() < 0.05:
        data = data[: dice.randrange(2, len(data))]
    if dice.random() < 0.1:
        data += dice.choice((b"\xff\x01", b"\xff", b"\xff\xd0", b"\0")) * dice.choice((10, 100_000))
    return data[:MAX_BYTES]


def structures(count: int, seed: int = 1) -> Iterator[bytes]:
    """So many of them, the same for the same seed."""
    dice = random.Random(seed)
    return (structured(dice) for _ in range(count))
