"""Where models are made, beside those that are ready: one at a time, and put in place only when they are complete."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.core.errors import ModelError
from server.models.catalogue import CARD_FILE, NETWORK_FILE, ONNX_FILE, QUANTIZED_FILE

_OURS = {
    CARD_FILE,
    ONNX_FILE,
    *(name for file in (NETWORK_FILE, QUANTIZED_FILE) for name in (file, f"{Path(file).stem}.bin")),
}
"""Files of a prepared model, whole or damaged. A folder that holds anything else is not replaced."""
_WORKSHOP = ".pull"
"""Folder inside the models directory, so that the last step is a rename on one file system."""


def make_workshop(models_dir: Path) -> Path:
    """The folder, made if it is not there."""
    workshop = models_dir / _WORKSHOP
    workshop.mkdir(parents=True, exist_ok=True)
    return workshop


@contextmanager
def alone(workshop: Path) -> Iterator[Path]:
    """Hold the workshop's lock; a second pull waits. The system lets go of it when the process ends, however."""
    with (workshop / "lock").open("a") as file:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        for leftover in workshop.iterdir():
            if leftover.is_dir():
                shutil.rmtree(leftover)  # of a pull that was killed
        yield workshop


def install(staging: Path, final: Path, scratch: Path) -> None:
    """Put the finished folder in place, the old one out of the way.

    Raises ModelError ``NOT_A_MODEL`` for what is no prepared model; OSError leaves the old one where it was.
    """
    for path in staging.iterdir():
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    if final.exists() and not (final.is_dir() and {path.name for path in final.iterdir()} <= _OURS):
        raise ModelError("NOT_A_MODEL", f"{final} is no prepared model; move it away first.")
    final = Path(os.path.realpath(final))  # of a link, the folder behind it is replaced
    aside = final.with_name(f".{final.name}-{scratch.name}")
    if final.exists():
        final.rename(aside)
    try:
        staging.rename(final)
    except BaseException:
        if aside.exists():
            aside.rename(final)
        raise
    shutil.rmtree(aside, ignore_errors=True)
