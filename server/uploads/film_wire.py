"""Messages of the process that decodes a film; whoever took it over must not fill the memory of the server."""

from asyncio import StreamReader
from struct import Struct

from server.engine.wire import Head, WireError, pack
from server.engine.wire import parse_head as parse

__all__ = ["Head", "WireError", "pack", "read"]

_LENGTHS = Struct("!II")
_HEAD_BYTES = 4096


async def read(reader: StreamReader, most: int) -> tuple[Head, bytes]:
    """The next message; its body has at most `most` bytes.

    Raises
    ------
    IncompleteReadError
        The process ended.
    WireError
        What came is no message.
    """
    head, body = _LENGTHS.unpack(await reader.readexactly(_LENGTHS.size))
    if head > _HEAD_BYTES or body > most:
        raise WireError(f"a message of {head} and {body} bytes")
    return parse(await reader.readexactly(head)), await reader.readexactly(body)
