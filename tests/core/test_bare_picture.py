"""Pictures of alerts are stored without anything that tells where, when or with what they were taken."""

import struct

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from server.core.bare_picture import bare
from server.core.jpeg import segments
from server.vision.decode import decode
from tests.faults.jpeg_maker import segment

SECRET = b"52.5200N 13.4050E SERIAL-4711"
MOST = 1_000_000


def noise() -> NDArray[np.uint8]:
    """A picture, wider than high, in which every turn shows."""
    return np.random.default_rng(1).integers(0, 256, (48, 64, 3), np.uint8)


def encode(*options: int) -> bytes:
    found, jpeg = cv2.imencode(".jpg", noise(), options)
    assert found
    return jpeg.tobytes()


def exif(orientation: int | None, order: str = ">") -> bytes:
    """Exif as a telephone writes it: a maker, a serial number, a place, and how the picture is turned."""
    entries = [struct.pack(f"{order}HHII", 0x010F, 2, len(SECRET), 74), struct.pack(f"{order}HHII", 0x8825, 4, 1, 60)]
    if orientation is not None:
        entries.append(struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0))
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, len(entries))
    return segment(0xE1, b"Exif\0\0" + (head + b"".join(entries) + bytes(4)).ljust(74, b"\0") + SECRET)


def with_head(jpeg: bytes, *more: bytes) -> bytes:
    """With these segments right behind the start."""
    return jpeg[:2] + b"".join(more) + jpeg[2:]


def before_scans(jpeg: bytes, extra: bytes) -> bytes:
    """With a segment before each scan but the first."""
    parts, scans = [b"\xff\xd8"], 0
    for one in segments(jpeg):
        scans += one.marker == 0xDA
        parts.append((extra if one.marker == 0xDA and scans > 1 else b"") + bytes([0xFF, one.marker]))
        parts += [one.content, one.coded]
    assert scans > 1
    return b"".join(parts)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", [None, *range(10)])
def test_nothing_of_exif_stays_but_how_the_picture_is_turned(order: str, orientation: int | None) -> None:
    jpeg = with_head(encode(), exif(orientation, order))
    stored = bare(jpeg)
    assert SECRET in jpeg
    assert SECRET not in stored
    assert (decode(stored, MOST) == decode(jpeg, MOST)).all()
    assert len(stored) <= len(encode()) + 36
    assert bare(stored) == stored


PLACES = {
    "comment": segment(0xFE, SECRET),
    "XMP": segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET),
    "thumbnail of JFIF": segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\3\3" + SECRET[:27]),
    "JFXX": segment(0xE0, b"JFXX\0\x10" + SECRET),
    "colour profile": segment(0xE2, b"ICC_PROFILE\0\1\1" + SECRET),
    "maker's own": segment(0xE9, SECRET),
    "behind Adobe's": segment(0xEE, b"Adobe\0\x64\0\0\0\0\1" + SECRET),
    "Adobe's place": segment(0xEE, SECRET),
}


@pytest.mark.parametrize("name", PLACES)
def test_other_data_go_wherever_they_are(name: str) -> None:
    extra, plain = PLACES[name], encode()
    for jpeg in (with_head(plain, extra), with_head(plain, extra, extra, exif(6)), plain + extra + SECRET):
        stored = bare(jpeg)
        assert SECRET[:27] not in stored
        assert (decode(stored, MOST) == decode(jpeg, MOST)).all()


@pytest.mark.parametrize("extra", [PLACES["comment"], PLACES["XMP"], exif(6)], ids=["comment", "XMP", "exif"])
def test_nothing_stays_between_the_scans_of_a_progressive_picture(extra: bytes) -> None:
    plain = encode(cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    stored = bare(before_scans(plain, extra))
    assert SECRET not in stored
    shown = cv2.imdecode(np.frombuffer(stored, np.uint8), cv2.IMREAD_IGNORE_ORIENTATION | cv2.IMREAD_COLOR)
    assert np.array_equal(np.asarray(shown), decode(plain, MOST))


def test_restart_markers_stay() -> None:
    plain = encode(cv2.IMWRITE_JPEG_RST_INTERVAL, 1)
    assert b"\xff\xd3" in plain
    assert (decode(bare(with_head(plain, PLACES["comment"])), MOST) == decode(plain, MOST)).all()


@pytest.mark.parametrize("broken", [0, 1, 7, 9, 13, 19, 29, 40])
def test_exif_that_ends_too_soon_turns_nothing(broken: int) -> None:
    cut = segment(0xE1, exif(6)[4 : 10 + broken])
    stored = bare(with_head(encode(), cut))
    assert stored == encode()


def test_exif_that_points_beyond_its_end_turns_nothing() -> None:
    for start, count in ((0xFFFFFFFF, 1), (8, 0xFFFF), (0, 0xFFFF)):
        tiff = b"MM\0*" + struct.pack(">IH", start, count) + bytes(40)
        assert bare(with_head(encode(), segment(0xE1, b"Exif\0\0" + tiff))) == encode()


def test_what_is_no_picture_stays_as_it_is() -> None:
    for data in (b"", b"no picture", encode()[:-2]):
        assert bare(data) == data
