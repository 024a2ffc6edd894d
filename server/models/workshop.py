"""The staging area for models: one preparation at a time, installed only when complete."""

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
"""Files of a prepared model, intact or damaged. A folder with any other file is not replaced."""
_WORKSHOP = ".pull"
"""Folder inside the models directory, so that the installation is a rename within one file system."""


def make_workshop(models_dir: Path) -> Path:
    """Return the staging folder, creating it if necessary."""
    workshop = models_dir / _WORKSHOP
    workshop.mkdir(parents=True, exist_ok=True)
    return workshop


@contextmanager
def alone(workshop: Path) -> Iterator[Path]:
    """Hold the lock of the staging area; a second pull waits. The system releases the lock when the process ends."""
    with (workshop / "lock").open("a") as file:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        for leftover in workshop.iterdir():
            if leftover.is_dir():
                shutil.rmtree(leftover)  # from a pull that was killed
        yield workshop


def install(staging: Path, final: Path, scratch: Path) -> None:
    """Move the finished folder into place, replacing an existing one.

    Raises
    ------
    ModelError
        ``NOT_A_MODEL`` if `final` exists and is not a prepared model.
    OSError
        The move failed; an existing folder is unchanged.
    """
    for path in staging.iterdir():
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    if final.exists() and not (final.is_dir() and {path.name for path in final.iterdir()} <= _OURS):
        raise ModelError("NOT_A_MODEL", f"{final} is no prepared model; move it away first.")
    final = Path(os.path.realpath(final))  # for a symlink, replace its target
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
