"""A JPEG's size from its header, without decoding it: pure Python, cheap enough for the web process."""

import struct

from server.core.errors import FrameError

_START_OF_IMAGE = b"\xff\xd8"
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a length: TEM and the restart markers (ITU-T T.81, table B.1)."""
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""SOF0..SOF15 without DHT, JPG and DAC."""
_END_OF_IMAGE, _START_OF_SCAN = 0xD9, 0xDA


def read_header(data: bytes) -> tuple[int, int]:
    """Read width and height as stored, in pixels, before any rotation that Exif asks for.

    Raises
    ------
    FrameError
        ``EMPTY_FRAME`` without bytes, ``NOT_A_JPEG`` for anything else than a JPEG, ``BROKEN_JPEG`` when no
        size is found or the size is zero.
    """
    if not data:
        raise FrameError("EMPTY_FRAME", "The frame has no bytes.")
    if data[:2] != _START_OF_IMAGE or data[2:3] != b"\xff":
        raise FrameError("NOT_A_JPEG", "The frame is not a JPEG.")
    position = 2
    while True:
        marker, position = _next_marker(data, position)
        if marker in _STANDALONE:
            continue
        if marker in (_END_OF_IMAGE, _START_OF_SCAN) or position + 2 > len(data):
            raise _broken()
        (length,) = struct.unpack_from(">H", data, position)
        if marker in _START_OF_FRAME:
            return _read_size(data, position)
        if length < 2:
            raise _broken()
        position += length


def _next_marker(data: bytes, position: int) -> tuple[int, int]:
    """Return the marker at `position`, after any fill bytes, and where its segment starts."""
    if data[position : position + 1] != b"\xff":
        raise _broken()
    while data[position : position + 1] == b"\xff":
        position += 1
    if position >= len(data) or data[position] == 0:
        raise _broken()
    return data[position], position + 1


def _read_size(data: bytes, position: int) -> tuple[int, int]:
    """Width and height of the frame header whose length field is at `position` (T.81, B.2.2)."""
    if position + 7 > len(data):
        raise _broken()
    height, width = struct.unpack_from(">HH", data, position + 3)
    if not (width and height):
        raise _broken()
    return width, height


def _broken() -> FrameError:
    return FrameError("BROKEN_JPEG", "The JPEG is truncated or damaged.")
