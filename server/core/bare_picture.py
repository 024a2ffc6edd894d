"""A JPEG without anything that its picture does not need: no place, no device, no time, no thumbnail, no comment."""

import struct

from server.core.errors import FrameError
from server.core.jpeg import Segment, segments

_APPLICATION = range(0xE0, 0xF0)
_COMMENT = 0xFE
_JFIF, _EXIF, _ADOBE = 0xE0, 0xE1, 0xEE
_EXIF_MARK, _JFIF_MARK, _ADOBE_MARK = b"Exif\0\0", b"JFIF\0", b"Adobe"
_ADOBE_BYTES = 12
"""What says how the colours are stored; more may follow."""
_PLAIN_JFIF = _JFIF_MARK + bytes([1, 1, 0, 0, 1, 0, 1, 0, 0])
"""Version 1.01, square pixels, no thumbnail."""
_ORIENTATION, _SHORT = 0x0112, 3
_ENTRY_BYTES = 12


def bare(data: bytes) -> bytes:
    """Leave out of a picture whatever is not needed to show it.

    What stays of the application data is written again: that it is JFIF, how it is turned (of all that Exif says), and
    how its colours are stored (Adobe). Comments and other data between scans go as well. What is no JPEG stays.
    """
    parts, seen = [b"\xff\xd8"], set[int]()
    try:
        for one in segments(data):
            content = one.content
            if one.marker in _APPLICATION or one.marker == _COMMENT:
                content = b"" if one.marker in seen else _needed(one)
                if not content:
                    continue
                seen.add(one.marker)
                content = struct.pack(">H", len(content) + 2) + content
            parts += [bytes([0xFF, one.marker]), content, one.coded]
    except FrameError:
        return data
    return b"".join(parts)


def _needed(one: Segment) -> bytes:
    """What of application data a picture is shown by; empty for none."""
    said = one.content[2:]
    if one.marker == _JFIF and said.startswith(_JFIF_MARK):
        return _PLAIN_JFIF
    if one.marker == _ADOBE and said.startswith(_ADOBE_MARK):
        return said[:_ADOBE_BYTES]
    if one.marker == _EXIF and said.startswith(_EXIF_MARK):
        return _plain_exif(_orientation(said[len(_EXIF_MARK) :]))
    return b""


def _orientation(tiff: bytes) -> int:
    """How the picture is turned, 1 to 8 (Exif 2.3, 4.6.4 A); 1, not at all, where that cannot be read."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for place in range(start + 2, start + 2 + count * _ENTRY_BYTES, _ENTRY_BYTES):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, place)
            if tag == _ORIENTATION and kind == _SHORT:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def _plain_exif(orientation: int) -> bytes:
    """Exif that says how the picture is turned, and nothing else; empty where it is not turned."""
    if orientation == 1:
        return b""
    entry = struct.pack(">HHIHH", _ORIENTATION, _SHORT, 1, orientation, 0)
    return _EXIF_MARK + b"MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
