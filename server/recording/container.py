"""Opens the container of a recording, so that it can reach nothing but its own bytes."""

import re
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Discard, Disposition
from av.video.stream import VideoStream

from server.recording.errors import RecordingError
from server.recording.snapshot_file import SnapshotFile
from server.recording.still import too_many_pixels

MAX_FILM_PIXELS = 36_000_000
"""8K of cinemas has 35.4 million. A decoder keeps up to seventeen pictures."""
MAX_STILL_PIXELS = 210_000_000
"""The largest photographs of phones have 200 million."""
_CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2 matroska,webm avi mpegts mpeg mpegvideo flv asf ogg mxf dv ivf nut rm wtv dhav m4v h264"
    " hevc vvc av1 obu h263 vc1 mjpeg mjpeg_2000 yuv4mpegpipe gif apng jpeg_pipe png_pipe webp_pipe bmp_pipe tiff_pipe"
    " jpegxl_pipe j2k_pipe qoi_pipe"
)
"""Demuxers that read one file. Those that follow names inside it (hls, dash, concat, imf, sdp, image2) are left out."""
_STILL = "_pipe"
_READ_BYTES = 128 << 10
_LISTS = (
    b"#EXTM3U",
    b"ffconcat",
    b"v=0\r\n",
    b"v=0\n",
    b"[playlist]",
    b"<?xml",
    b"<smil",
    b"<MPD",
    b"http://",
    b"rtsp://",
)
"""How files begin that only say where other files are: playlists, scripts of concatenation, session descriptions."""
_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:/")


def open_file(path: Path) -> SnapshotFile:
    """Open a file that may be a recording.

    Raises
    ------
    RecordingError
        ``NO_RECORDING``, ``EMPTY_RECORDING`` or ``PLAYLIST``.
    """
    if not path.is_file():
        hint = " Addresses are not opened; download the file first." if _URL.match(str(path)) else ""
        raise RecordingError("NO_RECORDING", f"There is no video {path}.{hint}")
    file = SnapshotFile(path)
    try:
        if not file.length:
            raise RecordingError("EMPTY_RECORDING", f"{path} is empty.")
        if file.begin(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_LISTS):
            said = f"{path} is a list of other files or addresses, which are not opened. Give the video itself."
            raise RecordingError("PLAYLIST", said)
    except BaseException:
        file.close()
        raise
    return file


def open_container(file: SnapshotFile, path: Path) -> InputContainer:
    """Open the container of a file; `path` is for messages alone.

    Raises
    ------
    RecordingError
        ``UNREADABLE_RECORDING``
    """
    try:
        return av.open(
            file,
            "r",
            options={"max_pixels": str(MAX_STILL_PIXELS)},
            container_options={
                "format_whitelist": ",".join(_CONTAINERS.split()),
                "protocol_whitelist": "none",  # nothing that a container names is opened
            },
            metadata_errors="replace",
            buffer_size=_READ_BYTES,
        )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise RecordingError("UNREADABLE_RECORDING", f"{path} cannot be read as a video.") from error


def is_still(container: InputContainer) -> bool:
    """Whether it is a photograph."""
    return container.format.name.endswith(_STILL)


def video_stream(container: InputContainer, path: Path) -> VideoStream:
    """Return the first video track that can be decoded; a cover picture only where there is no other.

    Raises
    ------
    RecordingError
        ``UNREADABLE_RECORDING`` or ``TOO_MANY_PIXELS``.
    """
    streams = [one for one in container.streams.video if one.codec_context is not None]
    covers = Disposition.attached_pic | Disposition.timed_thumbnails
    films = [one for one in streams if not one.disposition & covers]
    if not streams:
        raise RecordingError("UNREADABLE_RECORDING", f"{path} has no video track that can be decoded.")
    stream = (films or streams)[0]
    limit = MAX_STILL_PIXELS if is_still(container) else MAX_FILM_PIXELS
    context = stream.codec_context
    if context.width * context.height > limit:
        raise too_many_pixels(context.width, context.height, limit)
    for other in container.streams:
        if other is not stream:
            other.discard = Discard.all
    context.options = {**context.options, "max_pixels": str(limit)}
    context.thread_type = "AUTO"
    return stream
