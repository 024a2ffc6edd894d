"""Messages between processes."""

import asyncio
import io
import struct
from dataclasses import replace

import numpy as np
import pytest

from server.core.certainty import Certainty
from server.core.crowd import Crowd, CrowdFigure, Method
from server.core.quality import Advice, Quality
from server.core.tracks import Tracks
from server.engine import wire
from tests.support.engine import person


def test_a_message_comes_back_as_it_was() -> None:
    stream = io.BytesIO(wire.pack({"a": [1, "ü"]}, b"\x00body") + wire.pack({"b": None}))
    assert wire.read(stream) == ({"a": [1, "ü"]}, b"\x00body")
    assert wire.read(stream) == ({"b": None}, b"")
    assert wire.read(stream) is None


@pytest.mark.parametrize("cut", [1, 7, 8, 12, 20])
def test_a_cut_message_is_the_end(cut: int) -> None:
    assert wire.read(io.BytesIO(wire.pack({"type": "frame"}, b"body")[:cut])) is None


def test_an_absurd_length_is_refused() -> None:
    with pytest.raises(wire.WireError):
        wire.read(io.BytesIO(struct.pack("!II", 2**31, 2**31)))


@pytest.mark.parametrize("head", [b"no JSON", b"\xff\xfe", b"[1]", b"7", b"", b"[" * 100_000])
async def test_what_is_no_message_is_refused(head: bytes) -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(struct.pack("!II", len(head), 0) + head)
    with pytest.raises(wire.WireError):
        await wire.read_async(reader)


async def test_it_reads_asynchronously() -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(wire.pack({"n": 1}, b"xyz") + wire.pack({"n": 2}))
    reader.feed_eof()
    assert await wire.read_async(reader) == {"n": 1, "body": b"xyz"}
    assert await wire.read_async(reader) == {"n": 2, "body": b""}
    with pytest.raises(asyncio.IncompleteReadError):
        await wire.read_async(reader)


@pytest.mark.parametrize(
    "certainty", [None, Certainty(1, 4), Certainty(2, None, saturated=True), Certainty(0, 3, known=False)]
)
def test_tracks_come_back_as_they_were(certainty: Certainty | None) -> None:
    tracks = Tracks(12.5, 640, 480, (person(1), person(7)), {"decode": 1.5}, epoch=3, certainty=certainty)
    assert wire.decode_tracks(wire.encode_tracks(tracks), 3) == tracks


def test_a_crowd_comes_back_as_it_was() -> None:
    grid = np.linspace(0, 3, 12, dtype=np.float32).reshape(3, 4)
    crowd = Crowd(CrowdFigure(18.25, 12, 30, Method.MIXED), 7, grid)
    tracks = Tracks(12.5, 640, 480, (), epoch=1, crowd=crowd, advice=Advice(Quality.ACCURATE, 21.5))
    for sent in (tracks, replace(tracks, crowd=None, least=crowd)):
        assert wire.decode_tracks(wire.encode_tracks(sent), 1) == sent
