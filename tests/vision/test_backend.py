"""What computes: the same people whichever it is, and a clear word where it is missing."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from server.core.errors import ModelError
from server.models import pull as pulling
from server.models.catalogue import ONNX_FILE, RELEASES
from server.models.paths import default_models_dir
from server.models.pull import pull
from server.vision import backend
from server.vision.settings import VisionSettings
from server.vision.vision import Vision
from tests.media import read_vtest


@pytest.fixture(scope="session")
def onnx_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models directory in which the detector was also prepared for ONNX Runtime."""
    for package in ("onnxruntime", "onnx", "torch"):
        pytest.importorskip(package, reason="the extra `onnx` is not installed")
    folder = tmp_path_factory.mktemp("models")
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pulling, "_quantize", lambda *_: "not in 8 bits, which take their time")
        pull(folder, RELEASES["yolo26n"], said.append, onnx=True)
    return folder


def only_onnx(name: str) -> bool:
    """As on a system for which OpenVINO has no wheel."""
    return name != "openvino"


def test_onnx_runtime_finds_the_same_people(onnx_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vision = Vision(VisionSettings(models_dir=str(default_models_dir()), precision="fp32"))
    monkeypatch.setattr(backend, "_has", only_onnx)
    other = Vision(VisionSettings(models_dir=str(onnx_dir), device="cpu"))
    assert other.describe()["backend"].startswith("ONNX Runtime")
    for image in (read_vtest(1, 150)[0], read_vtest(1, 150)[0][:400], read_vtest(1, 150)[0][:, :300]):
        expected, found = (one.open().detector.detect(image) for one in (vision, other))
        sure = (expected.scores > 0.1).sum()
        assert sure == (found.scores > 0.1).sum() > 0
        assert np.abs(expected.xyxy[:sure] - found.xyxy[:sure]).max() < 0.5
        assert np.abs(expected.scores[:sure] - found.scores[:sure]).max() < 0.001


def test_a_model_that_was_not_prepared_for_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnxruntime", reason="the extra `onnx` is not installed")
    shutil.copytree(default_models_dir() / "yolo26n", tmp_path / "yolo26n", ignore=shutil.ignore_patterns(ONNX_FILE))
    monkeypatch.setattr(backend, "_has", only_onnx)
    with pytest.raises(ModelError, match="pull yolo26n --onnx"):
        Vision(VisionSettings(models_dir=str(tmp_path), device="cpu"))


@pytest.mark.parametrize(
    ("device", "installed", "cuda", "expected"),
    [
        ("auto", {"openvino"}, False, "OpenVINO"),
        ("cpu", {"openvino"}, True, "OpenVINO"),
        ("auto", set(), False, "NO_DEVICE"),
        ("gpu", {"openvino"}, False, "NO_DEVICE"),
        ("gpu", {"openvino", "onnxruntime"}, False, "NO_DEVICE"),
    ],
)
def test_choices(monkeypatch: pytest.MonkeyPatch, device: str, installed: set[str], cuda: bool, expected: str) -> None:
    monkeypatch.setattr(backend, "_has", lambda name: name in installed)
    monkeypatch.setattr(backend, "_has_cuda", lambda: cuda)
    try:
        found = backend.choose_backend(device, 0).name.split()[0]
    except ModelError as error:
        found = error.code
    assert found == expected


def test_a_card_is_taken_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnxruntime", reason="the extra `onnx` is not installed")
    monkeypatch.setattr(backend, "_has_cuda", lambda: True)
    assert {backend.choose_backend(device, 0).name.split()[-1] for device in ("auto", "gpu")} == {"CUDA"}
    assert backend.choose_backend("cpu", 0).name.startswith("OpenVINO")


def test_a_card_that_cannot_be_used_is_said(onnx_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ONNX Runtime would fall back to the processor, and be called CUDA."""
    monkeypatch.setattr(backend, "_has_cuda", lambda: True)
    with pytest.warns(UserWarning, match="CUDAExecutionProvider"), pytest.raises(ModelError) as caught:
        Vision(VisionSettings(models_dir=str(onnx_dir), device="gpu"))
    assert caught.value.code == "NO_DEVICE"


def test_openvino_reports_nothing() -> None:
    """Its telemetry forks the process while threads run; the copy was seen to hang, and nobody asked for reports."""
    look = (
        "import sys; from server.vision.backend import choose_backend; choose_backend('cpu', 1);"
        "print([name for name in sys.modules if name.startswith('openvino_telemetry.')])"
    )
    told = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == "[]"
