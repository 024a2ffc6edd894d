"""What the detector computes with: as wished, as said, and with the same people in it."""

from pathlib import Path

import pytest

from server.core.errors import ModelError
from server.core.precision import Precision
from server.models.catalogue import find_prepared
from server.models.paths import default_models_dir
from server.vision import network
from server.vision.boxes import iou
from server.vision.processor import has_int8_dot_products
from server.vision.settings import VisionSettings
from server.vision.vision import Vision
from tests.media import read_vtest


def load(precision: str, models_dir: Path | None = None) -> Vision:
    return Vision(VisionSettings(models_dir=str(models_dir or default_models_dir()), precision=precision))


def test_eight_bits_find_the_same_people() -> None:
    """On pictures that calibration has not seen."""
    exact, short = load("fp32"), load("int8")
    same = all_ = 0
    for image in read_vtest(300)[::30]:
        expected, found = (one.open().detector.detect(image) for one in (exact, short))
        sure = expected.xyxy[expected.scores >= 0.5]
        all_ += len(sure)
        same += int((iou(sure, found.xyxy[found.scores >= 0.25]).max(axis=1, initial=0.0) >= 0.7).sum())
    assert (exact.describe()["precision"], short.describe()["precision"]) == ("fp32", "int8")
    assert all_ > 30
    assert same >= 0.95 * all_


@pytest.mark.parametrize("native", [True, False])
def test_bytes_are_chosen_where_the_processor_multiplies_them(monkeypatch: pytest.MonkeyPatch, native: bool) -> None:
    monkeypatch.setattr(network, "has_int8_dot_products", lambda: native)
    assert (load("auto").describe()["precision"] == "int8") == native


def test_a_model_without_eight_bits_serves_in_floats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "has_int8_dot_products", lambda: True)
    folder = find_prepared(default_models_dir(), "yolo26n").folder
    (tmp_path / "yolo26n").mkdir()
    for name in ("model.json", "network.xml", "network.bin"):
        (tmp_path / "yolo26n" / name).symlink_to(folder / name)
    assert load("auto", tmp_path).describe()["precision"] != "int8"
    with pytest.raises(ModelError, match="pull yolo26n --again"):
        load("int8", tmp_path)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [("fpu sse2 avx2", False), ("fpu avx2 avx512f avx512_vnni", True), ("fpu avx_vnni", True), ("", False)],
)
def test_flags_of_the_processor(tmp_path: Path, flags: str, expected: bool) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor\t: 0\nflags\t\t: {flags}\n\nprocessor\t: 1\nflags\t\t: {flags}\n")
    assert has_int8_dot_products(cpuinfo) == expected
    assert not has_int8_dot_products(tmp_path / "nowhere")


def test_every_word_is_a_setting() -> None:
    assert {one.value for one in Precision} == {"auto", "fp32", "fp16", "bf16", "int8"}
