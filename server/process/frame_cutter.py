"""Cuts what arrives on a WebSocket where its frames end, before anybody works through it (RFC 6455, section 5.2)."""

SMALL, SHORT, LONG = 125, 126, 127
MASKED = 0x80
CONTROL = 0x08


class FrameCutter:
    """Keeps what arrived and hands it out frame by frame, without looking into the frames.

    A buffer of 256 KB holds 43,000 empty pings: handed to the parser in one piece, they hold the event loop for half a
    second before the first of them is counted.
    """

    def __init__(self) -> None:
        self._kept = bytearray()
        self._rest = 0

    def feed(self, data: bytes) -> None:
        """Keep what arrived."""
        self._kept += data

    @property
    def kept(self) -> int:
        """Bytes that were not handed out yet."""
        return len(self._kept)

    def next(self) -> tuple[bytes, bool]:
        """What there is of the next frame, and whether a frame begins with it; nothing while its head is incomplete."""
        begins = self._rest == 0
        if begins:
            length = frame_length(self._kept)
            if length is None:
                return b"", False
            self._rest = length
        piece = bytes(self._kept[: self._rest])
        del self._kept[: self._rest]
        self._rest -= len(piece)
        return piece, begins


def frame_length(data: bytes | bytearray) -> int | None:
    """How many bytes the frame has that begins here, its head included; None while that cannot be known."""
    if len(data) < 2:
        return None
    code = data[1] & 0x7F
    mask = 4 if data[1] & MASKED else 0
    if code <= SMALL:
        return 2 + mask + code
    size = 2 if code == SHORT else 8
    if len(data) < 2 + size:
        return None
    return 2 + size + mask + int.from_bytes(data[2 : 2 + size], "big")
