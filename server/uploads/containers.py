"""What a video file begins with: everything else is refused before a decoder sees it.

Playlists are left out on purpose (HLS, DASH, concat): they name other files, which a decoder would open.
"""

HEAD_BYTES = 400
"""So much of a file tells what it is; of MPEG transport streams two packets have to be seen."""

_BEGINNINGS = (
    b"\x1a\x45\xdf\xa3",  # Matroska, WebM
    b"OggS",
    b"FLV\x01",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # ASF, WMV
    b"\x00\x00\x01\xba",  # MPEG program stream
    b"\x00\x00\x01\xb3",  # MPEG video
    b"\x00\x00\x00\x01",  # H.264 or H.265 without a container
    b"\x00\x00\x01\x67",
    b"\x06\x0e\x2b\x34\x02\x05\x01\x01",  # MXF
    b"\x1f\x07\x00",  # DV
    b".RMF",
    b"DKIF",  # IVF
    b"YUV4MPEG2",
    b"\xff\xd8\xff",  # Motion JPEG without a container
)
_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
"""What an MP4 or QuickTime file begins with, after the length of its first part."""
_PACKETS = ((0, 188), (4, 192))
"""Where packets of a transport stream have their mark, and how long they are; cameras put a time before each."""
_MARK = 0x47


def is_video(head: bytes) -> bool:
    """Whether a file that begins with these bytes, `HEAD_BYTES` where it has so many, may be a video."""
    if head.startswith(_BEGINNINGS) or head[4:8] in _BOXES:
        return True
    if head[:4] in (b"RIFF", b"RIFX") and head[8:12] in (b"AVI ", b"AVIX"):
        return True
    return any(_marked(head, first) and _marked(head, first + length) for first, length in _PACKETS)


def _marked(head: bytes, at: int) -> bool:
    return len(head) > at and head[at] == _MARK
