"""Makes whole pictures of interlaced ones."""

from collections.abc import Iterator

from av.error import FFmpegError
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.stream import VideoStream


class Deinterlacer:
    """Fills in the missing lines of interlaced frames, one picture a frame; other frames pass as they are.

    A graph of filters works from the first interlaced frame on. It holds one frame back.

    Parameters
    ----------
    stream : VideoStream
        Whose frames come.
    """

    def __init__(self, stream: VideoStream) -> None:
        self._stream = stream
        self._graph: Graph | None = None
        self._shape: tuple[int, int, str] | None = None

    def take(self, frame: VideoFrame) -> Iterator[VideoFrame]:
        """Take in a frame; yield those that are ready."""
        if self._graph is None and not frame.interlaced_frame:
            yield frame
            return
        shape = (frame.width, frame.height, frame.format.name)
        if shape != self._shape:
            yield from self.close()
            self._graph, self._shape = self._build(frame), shape
        assert self._graph is not None
        self._graph.push(frame)
        yield from self._pull()

    def close(self) -> Iterator[VideoFrame]:
        """Yield the frame that is left."""
        if self._graph is not None:
            self._graph.push(None)
            yield from self._pull()
            self._graph = self._shape = None

    def _build(self, frame: VideoFrame) -> Graph:
        graph = Graph()
        source = graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=self._stream.time_base
        )
        graph.link_nodes(source, graph.add("bwdif", "mode=send_frame:deint=interlaced"), graph.add("buffersink"))
        graph.configure()
        return graph

    def _pull(self) -> Iterator[VideoFrame]:
        assert self._graph is not None
        while True:
            try:
                frame = self._graph.pull()
            except (FFmpegError, BlockingIOError, EOFError):
                return  # it waits for the next frame
            assert isinstance(frame, VideoFrame)
            yield frame
