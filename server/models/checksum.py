"""Weights are pickles, and opening one runs what is inside: nothing opens a file that was not checked here."""

import hashlib
from pathlib import Path

from server.core.errors import ModelError


def verify(path: Path, expected_sha256: str, label: str) -> None:
    """Compare a file with its pinned checksum.

    Raises
    ------
    ModelError
        ``WRONG_CHECKSUM``; the message names both sums.
    """
    with path.open("rb") as file:
        actual = hashlib.file_digest(file, "sha256").hexdigest()
    if actual != expected_sha256:
        raise ModelError(
            "WRONG_CHECKSUM",
            f"{label} has the SHA-256 {actual} instead of {expected_sha256}; it was not opened.",
        )
