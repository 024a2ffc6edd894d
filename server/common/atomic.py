"""Files that are there whole or not at all; what was there before stays until then, and is never destroyed."""

import errno
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

_LINKS = 40
"""As many links as the system follows."""
_DESCRIPTORS = ("/proc/", "/dev/fd/", "/dev/stdin", "/dev/stdout", "/dev/stderr")
"""Names that stand for what a process has open already: writing there goes on where that is."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a draft to write to, and put it in the place of `path` when the block ends well.

    Only a regular file is replaced, with its owner and mode kept; where `path` is a link it is the file behind it. A
    pipe or a device is opened and gets the content of the draft.

    Raises
    ------
    OSError
        Before the block is entered if `path` is a folder, a block device or cannot be written to; after it if the
        draft could not be written whole. Then `path` is as it was.
    """
    with Outputs() as outputs:
        yield outputs.path(path)


class Outputs:
    """Several files that appear together when the block ends well, or not at all.

    Every draft is on the disk before the first file is replaced, so that a full disk leaves all of them as they were.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._drafts: list[tuple[Path, Path]] = []
        self._texts: list[tuple[Path, TextIO]] = []

    def __enter__(self) -> "Outputs":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        with self._stack:
            for path, text in self._texts:
                _finish(path, text, well=kind is None)
            if kind is None:
                self._put_in_place()

    def path(self, path: Path) -> Path:
        """Return the draft of a file, to be written by its name; see `replacing`."""
        target = _target(path)
        if target is not None:
            draft = self._stack.enter_context(_draft(target))
        else:
            _check_device(path)
            folder = self._stack.enter_context(tempfile.TemporaryDirectory())
            draft, target = Path(folder) / f"draft{path.suffix}", path
            draft.touch(0o600)
        self._drafts.append((draft, target))
        return draft

    def text(self, path: Path) -> TextIO:
        """Return the draft of a text file; of a pipe or a device itself, which gets each line as it is written."""
        if _target(path) is not None:
            file = self.path(path).open("w", encoding="utf-8")
        else:
            file = os.fdopen(_open_device(path), "w", encoding="utf-8")
        self._texts.append((path, file))
        return file

    def _put_in_place(self) -> None:
        for draft, _ in self._drafts:
            with draft.open("rb") as file:
                os.fsync(file.fileno())
        for draft, target in self._drafts:
            if _target(target) is None:
                with draft.open("rb") as source, os.fdopen(_open_device(target), "wb") as device:
                    shutil.copyfileobj(source, device)
            else:
                draft.replace(target)
        for folder in {target.parent for _, target in self._drafts}:
            _sync_folder(folder)


def refuse_equal(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Raise OSError where one file is named twice, or is read and written, by whatever name; before any work begins."""
    seen = {_identity(path): path for path in inputs}
    for path in outputs:
        before = seen.setdefault(_identity(path), path)
        if before is not path and not _is_character_device(path):
            same = f"{path}" if before == path else f"{path} and {before} are the same file, which"
            raise OSError(f"{same} cannot be used twice")


def _identity(path: Path) -> object:
    """Equal for all names of one file: links are followed, and other names of a file that exists are seen through."""
    try:
        found = path.stat()
    except OSError:
        return os.path.realpath(path)
    return found.st_dev, found.st_ino


def _is_character_device(path: Path) -> bool:
    return path.exists() and stat.S_ISCHR(path.stat().st_mode)


def _target(path: Path) -> Path | None:
    """Return the regular file that is to be replaced or made, links followed; None for a pipe or a device.

    Raises OSError for a folder, and for a link that leads nowhere that can be made.
    """
    if _stands_for_descriptor(path):
        return None
    target = Path(os.path.realpath(path))
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return target
    except OSError as error:
        raise OSError(f"{path} cannot be written: {error.strerror}") from error
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(f"{path} is a folder")
    return target if stat.S_ISREG(mode) else None


def _stands_for_descriptor(path: Path) -> bool:
    """Whether the name leads, by whatever links, to something that a process has open."""
    name = os.path.abspath(path)
    for _ in range(_LINKS):
        name = os.path.join(os.path.realpath(os.path.dirname(name)), os.path.basename(name))
        if name.startswith(_DESCRIPTORS):
            return True
        if not os.path.islink(name):
            return False
        name = os.path.join(os.path.dirname(name), os.readlink(name))
    raise OSError(errno.ELOOP, f"{path} is a link in a circle")


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """Give an empty neighbour of `target` with a name that nothing had, and the owner and mode that `target` has."""
    try:
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        descriptor, name = tempfile.mkstemp(target.suffix, f".{target.stem[:100]}-", target.parent)
    except OSError as error:
        raise OSError(f"{target} cannot be written: {error.strerror}") from error
    draft = Path(name)
    try:
        _take_over(descriptor, target)
        os.close(descriptor)
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _take_over(descriptor: int, target: Path) -> None:
    """Give a draft the mode and owner of what it replaces, or those of any new file."""
    if sys.platform == "win32":
        return
    if not target.exists():
        os.umask(mask := os.umask(0))
        os.fchmod(descriptor, 0o666 & ~mask)
        return
    before = target.stat()
    if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
        try:
            os.fchown(descriptor, before.st_uid, before.st_gid)
        except PermissionError:
            return  # another user's file in a shared folder: who replaces it owns it, and it stays private
    os.fchmod(descriptor, stat.S_IMODE(before.st_mode))


def _check_device(path: Path) -> None:
    """Raise OSError for what cannot be opened and written, or must not be."""
    if _stands_for_descriptor(path):
        return
    mode = path.stat().st_mode
    if not (stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)):
        raise OSError(f"{path} is neither a file nor a pipe nor a character device")
    if not os.access(path, os.W_OK):
        raise OSError(f"{path} cannot be written: {os.strerror(errno.EACCES)}")


def _open_device(path: Path) -> int:
    """Open a pipe or a device for writing; of a descriptor that is open already return a copy, which neither cuts nor
    overwrites what it leads to."""
    _check_device(path)
    number = _number_of_descriptor(path)
    try:
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOCTTY) if number is None else os.dup(number)
    except OSError as error:
        raise OSError(f"{path} cannot be written: {error.strerror}") from error


def _number_of_descriptor(path: Path) -> int | None:
    """Return the number of this process' own descriptor that a name stands for."""
    if not _stands_for_descriptor(path):
        return None
    usual = {"stdin": 0, "stdout": 1, "stderr": 2}
    name = os.path.abspath(path)
    for _ in range(_LINKS):
        folder, last = os.path.split(name)
        if folder == "/dev" and last in usual:
            return usual[last]
        if last.isdecimal() and folder in ("/dev/fd", "/proc/self/fd", f"/proc/{os.getpid()}/fd"):
            return int(last)
        if not os.path.islink(name):
            break
        name = os.path.join(folder, os.readlink(name))
    return None


def _finish(path: Path, text: TextIO, *, well: bool) -> None:
    """Close a text; where all went well, what could not be written is an error, also to a pipe without a reader."""
    try:
        text.close()
    except OSError as error:
        if well:
            raise OSError(f"{path} cannot be written: {error.strerror}") from error


def _sync_folder(folder: Path) -> None:
    """Let the new names reach the disk; not every file system can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        return
    finally:
        os.close(descriptor)
