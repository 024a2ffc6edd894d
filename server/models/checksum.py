"""Checksum verification. Weights are pickles, and opening one runs code: no file may be opened before it is verified
here."""

import hashlib
from pathlib import Path

from server.core.errors import ModelError
from server.models.catalogue import CARD_FILE, PreparedModel


def verify(path: Path, expected_sha256: str, label: str) -> None:
    """Verify a file against its pinned checksum.

    Raises
    ------
    ModelError
        ``WRONG_CHECKSUM``; the message contains both checksums.
    """
    actual = _sha256(path)
    if actual != expected_sha256:
        raise ModelError(
            "WRONG_CHECKSUM",
            f"{label} has the SHA-256 {actual} instead of {expected_sha256}; it was not opened.",
        )


def sums(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a prepared model by name, without its card."""
    return {path.name: _sha256(path) for path in sorted(folder.glob("*.*")) if path.name != CARD_FILE}


def check_prepared(model: PreparedModel) -> None:
    """Verify a prepared model against the checksums on its card; 50 ms for 60 MB. Cards of older versions have none.

    A network with damaged weights loads without an error and gives wrong results with high confidence.

    Raises
    ------
    ModelError
        ``MODEL_BROKEN`` if a file differs from the prepared one.
    """
    for name, expected in model.files:
        path = model.folder / name
        if path.is_file() and _sha256(path) != expected:
            message = f"{name} of {model.name} is damaged; run `crowdcount models pull {model.name} --again`."
            raise ModelError("MODEL_BROKEN", message)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
