"""Decodes all that can be decoded of a video track, and counts what cannot."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, cast

from av.container import InputContainer
from av.error import EOFError as EndOfFileError
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

VideoPacket: TypeAlias = "Packet[VideoStream]"
_STUBBORN = 100
"""Errors of the container one after the other, without a packet between them, after which reading ends."""
_PLACEHOLDER_BYTES = 16
"""Packets that stand for "as before" are no larger; they decode to nothing without being damaged."""


@dataclass(slots=True)
class Losses:
    """What happened while a track was read.

    Attributes
    ----------
    packets : int
        That are to be shown.
    failed : int
        That could not be decoded.
    placeholders : int
        Without a picture of their own.
    damaged : int
        Frames of which a part could not be decoded.
    cut : bool
        The last packet is not whole.
    stopped : str
        Why reading ended before the end of the file; empty if it did not.
    """

    packets: int = 0
    failed: int = 0
    placeholders: int = 0
    damaged: int = 0
    cut: bool = False
    stopped: str = ""


class Decoder:
    """Reads a track once, from the start. The end of what can be read is not the end: damaged packets are skipped.

    Parameters
    ----------
    container : InputContainer
    stream : VideoStream

    Attributes
    ----------
    losses : Losses
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self.losses = Losses()
        self._container, self._stream = container, stream

    def __iter__(self) -> Iterator[VideoFrame]:
        """Yield the frames in the order in which they are shown."""
        for packet in self._packets():
            for frame in self._decode(packet):
                self.losses.damaged += frame.is_corrupt
                yield frame

    def _packets(self) -> Iterator[VideoPacket]:
        """All packets of the track, and at last an empty one that empties the decoder."""
        errors = 0
        while True:
            try:
                for packet in self._container.demux(self._stream):
                    errors = 0
                    yield packet
            except (FFmpegError, OSError) as error:
                errors += 1
                if errors >= _STUBBORN or not isinstance(error, FFmpegError):
                    self.losses.stopped = error.strerror or type(error).__name__
                    yield self._flush()
                    return
                continue
            return

    def _flush(self) -> VideoPacket:
        packet = cast(VideoPacket, Packet())
        packet.stream = self._stream
        if self._stream.time_base is not None:
            packet.time_base = self._stream.time_base
        return packet

    def _decode(self, packet: VideoPacket) -> list[VideoFrame]:
        losses = self.losses
        if packet.size and not packet.is_discard:
            losses.packets += 1
            losses.cut = packet.is_corrupt
            losses.placeholders += packet.size <= _PLACEHOLDER_BYTES
        try:
            return self._stream.decode(packet)
        except EndOfFileError:
            return []
        except FFmpegError:
            losses.failed += 1
            return []
