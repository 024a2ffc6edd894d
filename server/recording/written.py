"""Whether a video that was just written is whole: the library that writes it says nothing of a full disk."""

from pathlib import Path

from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from server.recording.container import open_container, open_file, video_stream
from server.recording.errors import RecordingError


def frames_written(path: Path) -> int:
    """Return how many frames a video holds; 0 where it cannot be opened or its last one cannot be decoded."""
    try:
        with open_file(path) as file, open_container(file, path) as container:
            stream = video_stream(container, path)
            found, key_pts = _count(container, stream)
            return found if key_pts is not None and _ends_well(container, stream, key_pts) else 0
    except (RecordingError, FFmpegError):
        return 0


def _count(container: InputContainer, stream: VideoStream) -> tuple[int, int | None]:
    """Packets with content, and the time stamp of the last from which decoding can begin."""
    found, key_pts = 0, None
    for packet in container.demux(stream):
        if packet.size:
            found += 1
            key_pts = packet.pts if packet.is_keyframe else key_pts
    return found, key_pts


def _ends_well(container: InputContainer, stream: VideoStream, key_pts: int) -> bool:
    container.seek(key_pts, stream=stream)
    packets = frames = 0
    for packet in container.demux(stream):
        packets += packet.size > 0
        frames += len(packet.decode())
    return 0 < packets == frames
