"""How a photograph is to be turned, as its Exif segment says."""

import struct

import numpy as np

_START, _EXIF = b"\xff\xd8", b"Exif\0\0"
_APP1, _SCAN = 0xE1, 0xDA
_ORIENTATION = 0x0112
_SEGMENTS = 100
_MATRICES = {
    1: (1, 0, 0, 1),
    2: (-1, 0, 0, 1),
    3: (-1, 0, 0, -1),
    4: (1, 0, 0, -1),
    5: (0, 1, 1, 0),
    6: (0, 1, -1, 0),
    7: (0, -1, -1, 0),
    8: (0, -1, 1, 0),
}
"""The entries a, b, c, d of a display matrix for each orientation (Exif 2.32, 4.6.4)."""


def exif_matrix(data: bytes) -> bytes | None:
    """Return the display matrix (`server.recording.orientation.turn`) of a JPEG; None where it says nothing.

    Parameters
    ----------
    data : bytes
        The beginning of the file.
    """
    try:
        entries = _MATRICES.get(_orientation(_segment(data)))
    except struct.error:
        return None
    if entries is None:
        return None
    a, b, c, d = entries
    return np.array([a, b, 0, c, d, 0, 0, 0, 1], np.int32).tobytes()


def _segment(data: bytes) -> bytes:
    """The TIFF structure of the Exif segment; empty where there is none."""
    place = len(_START)
    for _ in range(_SEGMENTS if data.startswith(_START) else 0):
        marker, length = struct.unpack_from(">xBH", data, place)
        content = data[place + 4 : place + 2 + length]
        if marker == _SCAN:
            break
        if marker == _APP1 and content.startswith(_EXIF):
            return content[len(_EXIF) :]
        place += 2 + length
    return b""


def _orientation(tiff: bytes) -> int:
    """The entry of the first directory; 0 where there is none."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 0
    (place,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, place)
    for number in range(count):
        tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, place + 2 + 12 * number)
        if tag == _ORIENTATION:
            return int(value)
    return 0
