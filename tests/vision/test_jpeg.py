"""The header is read, and refused, before anything is decoded."""

import os
import tempfile
import tracemalloc
from collections.abc import Iterator

import hypothesis
import numpy as np
import pytest

from server.core.errors import FrameError
from server.engine.local import FRAME_CODES
from server.vision.decode import decode
from server.vision.jpeg import read_header
from tests.faults.jpegs import damaged
from tests.media import encode_jpeg, find_asset, read_vtest

MAX_PIXELS = 8_300_000
WHOLE = encode_jpeg(np.full((48, 64, 3), 90, np.uint8))
SOF = bytes.fromhex("ffc0 0011 08 0030 0040 03 012200 021101 031101".replace(" ", ""))


def claim_size(width: int, height: int) -> bytes:
    """Return a small JPEG whose header claims another size."""
    at = WHOLE.index(b"\xff\xc0")
    return WHOLE[: at + 5] + height.to_bytes(2) + width.to_bytes(2) + WHOLE[at + 9 :]


def with_orientation(jpeg: bytes, orientation: int) -> bytes:
    """Insert an Exif segment that asks for a rotation (TIFF 6.0, tag 0x0112)."""
    tiff = b"II*\x00" + (8).to_bytes(4, "little") + (1).to_bytes(2, "little")
    tiff += (0x0112).to_bytes(2, "little") + (3).to_bytes(2, "little") + (1).to_bytes(4, "little")
    tiff += orientation.to_bytes(4, "little") + bytes(4)
    body = b"Exif\x00\x00" + tiff
    return jpeg[:2] + b"\xff\xe1" + (len(body) + 2).to_bytes(2) + body + jpeg[2:]


@pytest.mark.parametrize("size", [(64, 48), (48, 64), (1, 1), (1919, 1081)])
def test_size_is_read(size: tuple[int, int]) -> None:
    width, height = size
    found = read_header(encode_jpeg(np.zeros((height, width, 3), np.uint8)))
    assert (found.width, found.height) == size


def test_size_of_a_photograph() -> None:
    found = read_header(find_asset("bus.jpg").read_bytes())
    assert (found.width, found.height) == (810, 1080)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "EMPTY_FRAME"),
        (b"hello, this is no picture", "NOT_A_JPEG"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "NOT_A_JPEG"),
        (b"\xff\xd8", "NOT_A_JPEG"),
        (b"\xff\xd8\xff", "BROKEN_JPEG"),
        (b"\xff\xd8\xff\xe0", "BROKEN_JPEG"),
        (b"\xff\xd8\xff\xe0\x00\x00" + bytes(9), "BROKEN_JPEG"),
        (b"\xff\xd8\xff\xd9", "BROKEN_JPEG"),
        (b"\xff\xd8" + b"\xff" * 50, "BROKEN_JPEG"),
        (b"\xff\xd8" + SOF[:6], "BROKEN_JPEG"),
        (WHOLE[:40], "BROKEN_JPEG"),
        (claim_size(0, 48), "BROKEN_JPEG"),
        (WHOLE[: len(WHOLE) // 2], "BROKEN_JPEG"),
        (claim_size(12000, 12000), "TOO_MANY_PIXELS"),
        (claim_size(65535, 65535), "TOO_MANY_PIXELS"),
    ],
)
def test_bad_data_is_refused_with_a_code(data: bytes, code: str) -> None:
    with pytest.raises(FrameError) as caught:
        decode(data, MAX_PIXELS)
    assert caught.value.code == code
    assert caught.value.message.endswith(".")


def test_gigapixel_claim_allocates_nothing() -> None:
    tracemalloc.start()
    with pytest.raises(FrameError):
        decode(claim_size(65000, 65000), MAX_PIXELS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_every_truncation_is_refused() -> None:
    jpeg = encode_jpeg(read_vtest(1)[0])
    for length in range(0, len(jpeg) - 2, len(jpeg) // 60):
        with pytest.raises(FrameError):
            decode(jpeg[:length], MAX_PIXELS)


def outcome(jpeg: bytes) -> FrameError | np.ndarray:
    """What becomes of a frame."""
    try:
        return decode(jpeg, MAX_PIXELS)
    except FrameError as error:
        return error


@hypothesis.seed(1)
@hypothesis.settings(max_examples=300)
@hypothesis.given(damaged(find_asset("bus.jpg").read_bytes()))
def test_whatever_is_damaged_is_a_picture_or_a_typed_error(jpeg: bytes) -> None:
    found = outcome(jpeg)
    if isinstance(found, FrameError):
        assert found.code in FRAME_CODES
        assert found.message.endswith(".")
    else:
        assert (found.dtype, found.ndim) == (np.uint8, 3)
        assert found.shape[0] * found.shape[1] <= MAX_PIXELS


def test_rotation_is_applied() -> None:
    jpeg = with_orientation(encode_jpeg(np.zeros((48, 64, 3), np.uint8)), 6)
    assert decode(jpeg, MAX_PIXELS).shape == (64, 48, 3)


def flip_bits(jpeg: bytes, seed: int) -> bytes:
    """Damage twenty bytes of the picture data."""
    rng = np.random.default_rng(seed)
    damaged = np.frombuffer(jpeg, np.uint8).copy()
    at = rng.integers(len(jpeg) // 4, len(jpeg) - 10, 20)
    damaged[at] ^= rng.integers(1, 256, 20, dtype=np.uint8)
    return damaged.tobytes()


@pytest.fixture
def stderr_file() -> Iterator[int]:
    """Point the real standard error, below Python, at a file."""
    saved = os.dup(2)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        yield file.fileno()
        os.dup2(saved, 2)
    os.close(saved)


def test_flipped_bits_are_noticed_in_silence(stderr_file: int) -> None:
    jpeg = encode_jpeg(read_vtest(1)[0])
    codes = []
    for seed in range(20):
        try:
            assert decode(flip_bits(jpeg, seed), MAX_PIXELS).shape == (576, 768, 3)
        except FrameError as error:
            codes.append(error.code)
    # Not every flip breaks the code; most do, and the decoder knows.
    assert len(codes) >= 10
    assert set(codes) == {"BROKEN_JPEG"}
    assert os.fstat(stderr_file).st_size == 0
