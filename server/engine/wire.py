"""The protocol between the web process and a vision worker: a JSON head and a binary body, both length-prefixed.

JSON instead of pickle, because workers parse untrusted images: a compromised worker must not be able to run code
in the web process.
"""

import json
import struct
from asyncio import StreamReader
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from typing import Any, BinaryIO

import numpy as np

from server.core.certainty import Certainty
from server.core.crowd import Crowd, CrowdFigure, Method
from server.core.quality import Advice, Quality
from server.core.tracks import Track, Tracks
from server.core.view import View

Head = dict[str, Any]
_LENGTHS = struct.Struct("!II")
HEARTBEAT_ID = 0
"""The ID of heartbeat messages; requests count from 1."""
_LIMIT = 256 * 1024 * 1024


class WireError(Exception):
    """A malformed message."""


def pack(head: Head, body: bytes = b"") -> bytes:
    """Encode a message."""
    encoded = json.dumps(head, separators=(",", ":")).encode()
    return _LENGTHS.pack(len(encoded), len(body)) + encoded + body


def _lengths(prefix: bytes) -> tuple[int, int]:
    head, body = _LENGTHS.unpack(prefix)
    if head + body > _LIMIT:
        raise WireError(f"a message of {head + body} bytes")
    return head, body


def read(stream: BinaryIO) -> tuple[Head, bytes] | None:
    """Read the next message from a blocking stream; None at its end."""
    prefix = stream.read(_LENGTHS.size)
    if len(prefix) < _LENGTHS.size:
        return None
    head_length, body_length = _lengths(prefix)
    head, body = stream.read(head_length), stream.read(body_length)
    if len(head) < head_length or len(body) < body_length:
        return None
    return json.loads(head), body


async def read_async(reader: StreamReader) -> Head:
    """Read the head of the next message, with the binary part as ``body``.

    Raises
    ------
    IncompleteReadError
        The stream ended.
    WireError
        The message is malformed.
    """
    head_length, body_length = _lengths(await reader.readexactly(_LENGTHS.size))
    encoded, body = await reader.readexactly(head_length), await reader.readexactly(body_length)
    return {**parse_head(encoded), "body": body}


def parse_head(encoded: bytes) -> Head:
    """Parse an untrusted head. Raises WireError."""
    try:
        head = json.loads(encoded)
    except (ValueError, RecursionError) as error:
        raise WireError("a head that is no JSON") from error
    if not isinstance(head, dict):
        raise WireError("a head that is no object")
    return head


def pack_pictures(pictures: Mapping[int, bytes]) -> tuple[Head, bytes]:
    """Encode thumbnails by width as head fields and a binary body."""
    return {"pictures": [[width, len(jpeg)] for width, jpeg in pictures.items()]}, b"".join(pictures.values())


def unpack_pictures(head: Head) -> dict[int, bytes]:
    """Decode the output of `pack_pictures`."""
    pictures, start = {}, 0
    for width, length in head.get("pictures", ()):
        pictures[int(width)] = head["body"][start : start + int(length)]
        start += int(length)
    return pictures


def encode_tracks(tracks: Tracks) -> Head:
    """Encode tracks as JSON values."""
    return {
        "t": tracks.t,
        "width": tracks.width,
        "height": tracks.height,
        "people": [[person.id, *person.box_norm, person.score] for person in tracks.people],
        "stages_ms": dict(tracks.stages_ms),
        "certainty": tracks.certainty and list(astuple(tracks.certainty)),
        "crowd": tracks.crowd and _encode_crowd(tracks.crowd),
        "least": tracks.least and _encode_crowd(tracks.least),
        "view": tracks.view and list(astuple(tracks.view)),
        "advice": tracks.advice and [tracks.advice.quality.value, tracks.advice.height_px],
    }


def _encode_crowd(crowd: Crowd) -> Head:
    figure = crowd.figure
    return {
        "figure": [figure.estimate, figure.low, figure.high, figure.method.value],
        "version": crowd.version,
        "shape": list(crowd.grid.shape),
        "cells": b64encode(crowd.grid.astype("<f4").tobytes()).decode("ascii"),
    }


def _decode_crowd(head: Head) -> Crowd:
    estimate, low, high, method = head["figure"]
    rows, columns = (int(side) for side in head["shape"])
    cells = np.frombuffer(b64decode(head["cells"]), "<f4").astype(np.float32).reshape(rows, columns)
    figure = CrowdFigure(float(estimate), int(low), int(high), Method(method))
    return Crowd(figure, int(head["version"]), cells)


def decode_tracks(head: Head, epoch: int) -> Tracks:
    """Decode the output of `encode_tracks`, with this epoch."""
    people = tuple(
        Track(int(id_), (float(left), float(top), float(right), float(bottom)), float(score))
        for id_, left, top, right, bottom, score in head["people"]
    )
    certainty_values = head.get("certainty")
    certainty = _decode_certainty(*certainty_values) if certainty_values else None
    crowd = _decode_crowd(head["crowd"]) if head.get("crowd") else None
    advice_values = head.get("advice")
    return Tracks(
        t=head["t"],
        width=head["width"],
        height=head["height"],
        people=people,
        stages_ms=head["stages_ms"],
        epoch=epoch,
        certainty=certainty,
        crowd=crowd,
        least=_decode_crowd(head["least"]) if head.get("least") else None,
        advice=Advice(Quality(advice_values[0]), float(advice_values[1])) if advice_values else None,
        view=_decode_view(*head["view"]) if head.get("view") else None,
    )


def _decode_certainty(low: int, high: int | None, saturated: bool, known: bool) -> Certainty:
    return Certainty(int(low), None if high is None else int(high), bool(saturated), bool(known))


def _decode_view(width: int, height: int, affine: Sequence[float], fits: bool) -> View:
    a, b, c, d, e, f = (float(value) for value in affine)
    return View(int(width), int(height), (a, b, c, d, e, f), bool(fits))
