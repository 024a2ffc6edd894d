"""The headers of tus 1.0, the protocol for files that are sent in pieces (https://tus.io/protocols/resumable-upload)."""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from datetime import UTC, datetime
from email.utils import format_datetime

from quart import request

from server.api.http.errors import APIError
from server.config import Settings
from server.storage.recordings.uploads import Upload

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination,checksum"
ALGORITHM = "sha1"
PIECE_TYPE = "application/offset+octet-stream"
MOST_METADATA = 4096
NUMBER = re.compile(r"[0-9]{1,18}")


def check_version() -> None:
    """Raises APIError 412 for a client that speaks another version."""
    if request.headers.get("Tus-Resumable") != VERSION:
        message = f"Send the header Tus-Resumable: {VERSION}."
        raise APIError(412, "WRONG_TUS_VERSION", message, headers={"Tus-Version": VERSION})


def header_number(name: str) -> int:
    """A header that is a whole number. Raises APIError 400."""
    value = request.headers.get(name, "")
    if not NUMBER.fullmatch(value):
        raise APIError(400, "BAD_REQUEST", f"The header {name} must be a number of bytes.")
    return int(value)


def read_metadata() -> dict[str, str]:
    """The header Upload-Metadata. Raises APIError 400."""
    text = request.headers.get("Upload-Metadata", "")
    found = {}
    for pair in filter(None, map(str.strip, text[: MOST_METADATA + 1].split(","))):
        key, _, value = pair.partition(" ")
        try:
            found[key] = b64decode(value, validate=True).decode()
        except (Base64Error, UnicodeDecodeError) as error:
            raise _bad_metadata() from error
    if len(text) > MOST_METADATA:
        raise _bad_metadata()
    return found


def _bad_metadata() -> APIError:
    return APIError(400, "BAD_REQUEST", "The header Upload-Metadata must be keys and values in base64.")


def read_checksum() -> bytes | None:
    """The header Upload-Checksum; None without it. Raises APIError 400."""
    text = request.headers.get("Upload-Checksum")
    if text is None:
        return None
    algorithm, _, value = text.partition(" ")
    try:
        digest = b64decode(value, validate=True)
    except Base64Error:
        digest = b""
    if algorithm != ALGORITHM or len(digest) != 20:
        raise APIError(400, "BAD_CHECKSUM", f"The header Upload-Checksum must be {ALGORITHM} and a digest in base64.")
    return digest


def offers(settings: Settings) -> dict[str, str]:
    """What the server can do."""
    return {
        "Tus-Resumable": VERSION,
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(settings.upload_file_mb * 1_000_000),
        "Tus-Checksum-Algorithm": ALGORITHM,
    }


def state(upload: Upload) -> dict[str, str]:
    """How much of a file is here."""
    headers = {"Upload-Offset": str(upload.received), "Upload-Length": str(upload.size)}
    return headers if upload.complete else headers | expiry(upload)


def expiry(upload: Upload) -> dict[str, str]:
    """Until when it can be sent on."""
    return {"Upload-Expires": format_datetime(datetime.fromtimestamp(upload.expires_at, UTC), usegmt=True)}
