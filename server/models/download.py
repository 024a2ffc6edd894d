"""Resumable download of one file over HTTPS."""

import http.client
import urllib.error
import urllib.request
from pathlib import Path

from tqdm import tqdm

from server.core.errors import ModelError

_TIMEOUT_S = 15.0
_CHUNK = 1 << 16


def download(url: str, part: Path, size: int) -> None:
    """Complete the download of a file.

    Parameters
    ----------
    url : str
    part : Path
        Target, which may contain the beginning of the file.
    size : int
        Expected size of the file, bytes; longer responses are rejected.

    Raises
    ------
    ModelError
        ``DOWNLOAD_FAILED``; the received bytes stay in `part` for the next attempt.
    """
    have = part.stat().st_size if part.exists() else 0
    if have == size:
        return
    if have > size:
        part.unlink()
        have = 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310 - fixed https addresses
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:  # noqa: S310 - fixed https addresses
            # Status 200 instead of 206: the server does not support ranges and sends the whole file.
            have = have if response.status == http.client.PARTIAL_CONTENT else 0
            _store(response, part, have, size)
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise ModelError("DOWNLOAD_FAILED", f"{url} cannot be fetched: {reason}.") from error
    arrived = part.stat().st_size
    if arrived != size:
        raise ModelError("DOWNLOAD_FAILED", f"{url} ended after {arrived} of {size} bytes.")


def _store(response: http.client.HTTPResponse, part: Path, have: int, size: int) -> None:
    """Append the response to the first `have` bytes of `part`, reading at most one byte more than expected."""
    label = part.name.removesuffix(".part")
    with (
        part.open("r+b" if have else "wb") as file,
        tqdm(total=size, initial=have, unit="B", unit_scale=True, desc=label) as progress,
    ):
        file.seek(have)
        while have <= size and (chunk := response.read(min(_CHUNK, size + 1 - have))):
            file.write(chunk)
            have += len(chunk)
            progress.update(len(chunk))
