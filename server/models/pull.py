"""Download and preparation of a model: produces a complete, self-contained folder, or nothing."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from server.core.errors import ModelError
from server.models.catalogue import (
    CARD_FILE,
    EXPORT_FORMAT,
    NAME,
    QUANTIZATION,
    QUANTIZED_FILE,
    RELEASES,
    PreparedModel,
    Release,
    find_prepared,
)
from server.models.checksum import check_prepared, sums
from server.models.sources import copy_weights, fetch_weights
from server.models.workshop import alone, install, make_workshop

_EXPORT_TIMEOUT_S = 900


def pull(
    models_dir: Path,
    release: Release,
    say: Callable[[str], None],
    weights: Path | None = None,
    again: bool = False,
    onnx: bool = False,
) -> PreparedModel:
    """Prepare a model unless it is already prepared.

    Parameters
    ----------
    models_dir : Path
    release : Release
    say : callable
        Receives progress messages, one line each.
    weights : Path, optional
        Local file to use instead of a download; its checksum is verified, too.
    again : bool
        Prepare even if the model is already prepared.
    onnx : bool
        Also prepare for ONNX Runtime.

    Raises
    ------
    ModelError
        The preparation failed; the models directory is unchanged.
    """
    if not (again or weights):
        try:
            found = find_prepared(models_dir, release.name)
            check_prepared(found)
            if found.onnx.is_file() or not onnx:
                return _renew(found, say) if found.outdated and _has("nncf", "ultralytics") else found
            say(f"{release.name}: preparing again, for ONNX Runtime too")
        except ModelError as error:
            say(error.message if error.code != "MODEL_MISSING" else f"{release.name}: preparing")
    _require_exporter(release, onnx)
    with alone(make_workshop(models_dir)) as workshop:
        checked = workshop / f"{release.name}{'.npz' if release.kind == 'density' else '.pt'}"
        source = copy_weights(release, weights, checked) if weights else fetch_weights(release, checked, say)
        try:
            _prepare(models_dir, release, checked, source, say, onnx)
        finally:
            checked.unlink(missing_ok=True)
    return find_prepared(models_dir, release.name)


def _prepare(
    models_dir: Path, release: Release, checked: Path, source: str, say: Callable[[str], None], onnx: bool
) -> None:
    """Build the folder in a staging area from verified weights, and install it when it is complete."""
    with tempfile.TemporaryDirectory(dir=make_workshop(models_dir), prefix=f"{release.name}-") as folder:
        staging = Path(folder) / release.name
        staging.mkdir()
        say(f"{release.name}: exporting to OpenVINO")
        _export(release, checked, staging, Path(folder), onnx)
        if release.kind == "detector":
            say(f"{release.name}: {_quantize(staging, Path(folder))}")
        _write_card(release, source, staging)
        install(staging, models_dir / release.name, Path(folder))


def _renew(model: PreparedModel, say: Callable[[str], None]) -> PreparedModel:
    """Quantize an outdated detector again if possible; otherwise the earlier quantization remains in use."""
    try:
        with alone(make_workshop(model.folder.parent)) as workshop:
            # A concurrent pull may have done it while this one waited for the lock.
            if find_prepared(model.folder.parent, model.name).outdated:
                _quantize_again(model, workshop, say)
    except OSError as error:
        say(f"{model.name}: stays in the 8 bits of an earlier version: {error}")
    return find_prepared(model.folder.parent, model.name)


def _quantize_again(model: PreparedModel, workshop: Path, say: Callable[[str], None]) -> None:
    """Replace the 8-bit network only; the float network is kept, so nothing is downloaded."""
    say(f"{model.name}: preparing again in 8 bits, more precisely")
    with tempfile.TemporaryDirectory(dir=workshop, prefix=f"{model.name}-") as folder:
        staging = Path(folder) / model.name
        shutil.copytree(model.folder, staging, ignore=shutil.ignore_patterns(f"{Path(QUANTIZED_FILE).stem}.*"))
        say(f"{model.name}: {_quantize(staging, Path(folder))}")
        if model.quantized.is_file() and not (staging / QUANTIZED_FILE).is_file():
            return  # an outdated 8-bit network is better than none
        card = json.loads((staging / CARD_FILE).read_text("utf-8"))
        _save_card(staging, card | {"quantization": QUANTIZATION, "files": sums(staging)})
        install(staging, model.folder, Path(folder))


def pinned_release(name: str, sha256: str | None) -> Release:
    """Return a known release, or one for an unknown detector pinned to the given checksum.

    Raises
    ------
    ModelError
        ``UNKNOWN_MODEL`` without a checksum, or for an invalid name.
    """
    if name in RELEASES:
        return RELEASES[name]
    if not sha256:
        known = ", ".join(RELEASES)
        message = f"There is no model named {name[:40]!r}; known are {known}. Others need --weights and --sha256."
        raise ModelError("UNKNOWN_MODEL", message)
    if not NAME.fullmatch(name):
        raise ModelError("UNKNOWN_MODEL", "A model's name has small letters, digits, dashes and dots, at most 40.")
    return Release(name, "detector", sha256.lower(), size=0, licence="see its author")


def _require_exporter(release: Release, onnx: bool = False) -> None:
    needed = ["openvino"] if release.kind == "density" else ["torch", "ultralytics"]
    missing = [name for name in (*needed, *(["onnx"] if onnx else [])) if not _has(name)]
    if missing:
        message = (
            f"Preparing {release.name} needs {' and '.join(missing)}; install the extra `models` (and `onnx`), "
            "or copy a prepared folder from another machine."
        )
        raise ModelError("EXPORTER_MISSING", message)


def _has(*modules: str) -> bool:
    return all(importlib.util.find_spec(name) is not None for name in modules)


def _export(release: Release, weights: Path, staging: Path, scratch: Path, onnx: bool) -> None:
    """Export in a separate process, so that torch and Ultralytics are not imported here."""
    command = [sys.executable, "-m", "server.models.export", release.kind, str(weights), str(staging)]
    command += ["--onnx"] if onnx else []
    try:
        _run(command, scratch)
    except subprocess.CalledProcessError as error:
        lines = (error.stderr or "").strip().splitlines() or ["no message"]
        raise ModelError("EXPORT_FAILED", f"{release.name} cannot be exported: {lines[-1]}") from error
    except subprocess.TimeoutExpired as error:
        raise ModelError("EXPORT_FAILED", f"Exporting {release.name} took more than 15 minutes.") from error


def _quantize(staging: Path, scratch: Path) -> str:
    """Add the 8-bit network if possible and return a status line. The float network works without it."""
    try:
        done = _run([sys.executable, "-m", "server.vision.quantize", str(staging)], scratch)
    except subprocess.CalledProcessError as error:
        lines = (error.stdout + error.stderr).strip().splitlines() or ["no message"]
        return lines[-1] if error.returncode == 1 and error.stdout else f"not in 8 bits: {lines[-1]}"
    except subprocess.TimeoutExpired:
        return "not in 8 bits, which took more than 15 minutes"
    return done.stdout.strip().rpartition("\n")[2]


def _run(command: list[str], scratch: Path) -> "subprocess.CompletedProcess[str]":
    """Run a step that needs heavy libraries in a separate process."""
    environment = os.environ | {
        "YOLO_AUTOINSTALL": "false",
        "YOLO_OFFLINE": "1",
        "YOLO_CONFIG_DIR": str(scratch),
        "PYTHONPATH": os.pathsep.join(filter(None, [_project_root(), os.environ.get("PYTHONPATH", "")])),
    }
    return subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment, timeout=_EXPORT_TIMEOUT_S
    )


def _project_root() -> str:
    return str(Path(__file__).resolve().parents[2])


def _write_card(release: Release, source: str, staging: Path) -> None:
    card = {
        "format": EXPORT_FORMAT,
        "kind": release.kind,
        "licence": release.licence,
        "source": source,
        "sha256": release.sha256,
        "files": sums(staging),
    }
    _save_card(staging, card | ({"quantization": QUANTIZATION} if release.kind == "detector" else {}))


def _save_card(staging: Path, card: dict[str, Any]) -> None:
    (staging / CARD_FILE).write_text(json.dumps(card, indent=2) + "\n", "utf-8")
