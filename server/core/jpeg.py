"""JPEG headers, read from the marker segments without decoding; pure Python, bounded work for any input."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from server.core.errors import FrameError

MAX_SCANS = 100
"""Maximum number of scans. Progressive JPEGs usually have ten; each one makes the decoder visit all pixels again."""
MAX_SEGMENTS = 1_000
"""Maximum number of marker segments: tables, scans, comments."""
_START_OF_IMAGE = b"\xff\xd8"
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a length field: TEM and the restart markers (ITU-T T.81, table B.1)."""
_END_OF_IMAGE, _START_OF_SCAN = 0xD9, 0xDA
_START_OF_FRAME = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive DCT with Huffman coding. Others are lossless, hierarchical or arithmetic."""
_TABLES = frozenset({0xC4, 0xDB, 0xDC, 0xDD, *range(0xE0, 0xF0), 0xFE})
"""DHT, DQT, DNL, DRI, APP0..APP15, COM. Any other marker ends the decoding."""
_NO_FILL = re.compile(rb"[^\xff]")
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""Fixed-length patterns, so searching is linear in the number of bytes."""
_BLOCK = 8


@dataclass(frozen=True, slots=True)
class Component:
    """A colour component.

    Attributes
    ----------
    id : int
    across, down : int
        Horizontal and vertical sampling factors, 1 to 4.
    """

    id: int
    across: int
    down: int


@dataclass(slots=True)
class Header:
    """Properties read from the markers.

    Attributes
    ----------
    width, height : int
        Stored size in pixels, before any Exif rotation.
    scans : int
        Number of scans, each over one or several components.
    work : int
        Number of samples to decode, over all scans.
    end : int
        Offset just after the end-of-image marker; trailing bytes are not part of the image.
    """

    width: int = 0
    height: int = 0
    scans: int = 0
    work: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Segment:
    """A marker with what follows it.

    Attributes
    ----------
    marker : int
        Its second byte.
    content : bytes
        With the two bytes that say how long it is; empty for a marker without a length.
    coded : bytes
        The data of a scan.
    """

    marker: int
    content: bytes
    coded: bytes = b""


def read_header(data: bytes) -> Header:
    """Read all marker segments.

    Raises
    ------
    FrameError
        ``EMPTY_FRAME`` without bytes, ``NOT_A_JPEG`` for other formats, ``TOO_MANY_SCANS``, and ``BROKEN_JPEG`` for a
        JPEG without size, scan or end, or of an unsupported kind.
    """
    if not data:
        raise FrameError("EMPTY_FRAME", "The frame has no bytes.")
    if data[:2] != _START_OF_IMAGE or data[2:3] != b"\xff":
        raise FrameError("NOT_A_JPEG", "The frame is not a JPEG.")
    header, position = Header(), 2
    components: list[Component] = []
    for _ in range(MAX_SEGMENTS):
        marker, position = _next_marker(data, position)
        if marker == _END_OF_IMAGE and header.scans:
            header.end = position
            return header
        if marker in _STANDALONE:
            continue
        length = _length(data, position)
        if marker in _START_OF_FRAME and not components:
            components = _read_frame(data, position, length, header)
        elif marker == _START_OF_SCAN and components:
            header.scans += 1
            if header.scans > MAX_SCANS:
                raise FrameError("TOO_MANY_SCANS", f"The frame has more than {MAX_SCANS} scans.")
            header.work += _scan_work(data, position, length, header, components)
            position = _end_of_scan(data, position + length)
            continue
        elif marker not in _TABLES:
            raise _broken()
        position += length
    raise _broken()


def _next_marker(data: bytes, position: int) -> tuple[int, int]:
    """Return the marker at `position`, after any fill bytes, and the offset of its segment."""
    if data[position : position + 1] != b"\xff":
        raise _broken()
    found = _NO_FILL.search(data, position)
    if found is None or data[found.start()] == 0:
        raise _broken()
    return data[found.start()], found.end()


def _length(data: bytes, position: int) -> int:
    """Return the length of the segment at `position` in bytes, including the length field."""
    if position + 2 > len(data):
        raise _broken()
    length: int = struct.unpack_from(">H", data, position)[0]
    if length < 2 or position + length > len(data):
        raise _broken()
    return length


def _read_frame(data: bytes, position: int, length: int, header: Header) -> list[Component]:
    """Store the size from the frame header at `position` (T.81, B.2.2) in `header` and return the components."""
    if length < 8:
        raise _broken()
    bits, header.height, header.width, count = struct.unpack_from(">BHHB", data, position + 2)
    if bits != 8 or not (header.width and header.height) or count not in (1, 3, 4) or length != 8 + 3 * count:
        raise _broken()
    found = []
    for place in range(position + 8, position + length, 3):
        across, down = divmod(data[place + 1], 16)
        if not (1 <= across <= 4 and 1 <= down <= 4):
            raise _broken()
        found.append(Component(data[place], across, down))
    return found


def _scan_work(data: bytes, position: int, length: int, header: Header, components: list[Component]) -> int:
    """Return the number of samples of the scan header at `position` (T.81, B.2.3)."""
    count = data[position + 2] if length > 2 else 0
    if not 1 <= count <= len(components) or length != 6 + 2 * count:
        raise _broken()
    ids = [data[position + 3 + 2 * number] for number in range(count)]
    found = [[one for one in components if one.id == wanted] for wanted in ids]
    if not all(found):
        raise _broken()
    across, down = max(one.across for one in components), max(one.down for one in components)
    if count == 1:
        return max(
            _blocks(header.width * one.across, across) * _blocks(header.height * one.down, down) for one in found[0]
        ) * (_BLOCK * _BLOCK)
    units = _blocks(header.width, across) * _blocks(header.height, down)
    return units * sum(max(one.across * one.down for one in same) for same in found) * (_BLOCK * _BLOCK)


def _blocks(side: int, parts: int) -> int:
    """Return the number of blocks of 8 samples along `side` / `parts` samples, rounded up."""
    return -(-side // (_BLOCK * parts))


def _end_of_scan(data: bytes, position: int) -> int:
    """Return the offset of the first marker after the entropy-coded data that is not a restart marker."""
    found = _AFTER_SCAN.search(data, position)
    if found is None:
        raise _broken()
    return found.start()


def _broken() -> FrameError:
    return FrameError("BROKEN_JPEG", "The JPEG is truncated or damaged, or of a kind that is not read.")


def segments(data: bytes) -> Iterator[Segment]:
    """Yield the marker segments of a picture, in their order, up to and with its end.

    Raises
    ------
    FrameError
        As `read_header`, which reads the whole picture first.
    """
    header, position = read_header(data), 2
    while position < header.end:
        marker, start = _next_marker(data, position)
        position = start if marker in _STANDALONE or marker == _END_OF_IMAGE else start + _length(data, start)
        body = position
        if marker == _START_OF_SCAN:
            position = _end_of_scan(data, position)
        yield Segment(marker, data[start:body], data[body:position])
