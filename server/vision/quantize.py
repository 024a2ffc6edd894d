"""A detector in 8 bits beside the one in floats, for processors that multiply bytes natively.

Post-training quantization by NNCF. What it needs to see are ordinary pictures of people: views of the two that the
Ultralytics package brings, cut, mirrored, lighter and darker. The branches that say where and how surely somebody is
stay in floats, and so does attention: in 8 bits they cost a quarter of the score and save next to nothing
(docs/accuracy.md).

``python -m server.vision.quantize FOLDER`` writes ``network-int8.xml`` and its ``.bin`` beside ``network.xml``, unless
the result misses people. A program of its own, which may fail: the network in floats is there without it.
"""

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from server.models.catalogue import NETWORK_FILE, QUANTIZED_FILE
from server.vision.boxes import iou, suppress
from server.vision.letterbox import Letterbox

_PICTURES = ("bus.jpg", "zidane.jpg")
_SIDE = 640
_CALIBRATION, _TRIAL = 128, 24
"""Views that are measured, and views that decide whether the result is good enough."""
_SEEN, _CERTAIN, _SAME_PLACE = 0.25, 0.5, 0.7
"""Scores of what is found and of what must not be missed, and the overlap of one person's boxes."""
_AGREEMENT = 0.95
"""Least share of the people of either network that the other one finds, too."""


def main() -> int:
    """Quantize one network; the last line says how that went."""
    folder = Path(sys.argv[1])
    # Nothing is reported to anybody: NNCF and OpenVINO would tell their makers.
    os.environ["NNCF_CI"] = "1"
    sys.modules.setdefault("openvino_telemetry", ModuleType("openvino_telemetry"))
    import openvino as ov

    model = ov.Core().read_model(folder / NETWORK_FILE)
    quantized = quantize(model)
    share = agreement(model, quantized)
    if share < _AGREEMENT:
        print(f"not in 8 bits, which find only {share:.1%} of the same people")
        return 1
    ov.save_model(quantized, folder / QUANTIZED_FILE, compress_to_fp16=False)
    print(f"also in 8 bits, which find {share:.1%} of the same people")
    return 0


def quantize(model: Any) -> Any:
    """Return the network of an OpenVINO model in 8 bits."""
    import nncf

    views = list(_views(_CALIBRATION, seed=0))
    in_floats = nncf.IgnoredScope(
        patterns=["^aten::.*", r".*heads\..*"], types=["Sigmoid", "MatMul", "Softmax"], validate=False
    )
    return nncf.quantize(
        model,
        nncf.Dataset(views),
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(views),
        ignored_scope=in_floats,
    )


def agreement(model: Any, quantized: Any) -> float:
    """Share of the people whom both find among those whom either finds surely, in views that neither was made from."""
    import openvino as ov

    core = ov.Core()
    exact, short = (core.compile_model(one, "CPU", {"INFERENCE_PRECISION_HINT": "f32"}) for one in (model, quantized))
    same = all_ = 0
    for view in _views(_TRIAL, seed=1):
        first, second = _find(exact(view)), _find(short(view))
        for ours, others in ((first, second), (second, first)):
            sure = ours[0][ours[1] >= _CERTAIN]
            all_ += len(sure)
            same += int((iou(sure, others[0]).max(axis=1, initial=0.0) >= _SAME_PLACE).sum())
    return same / max(all_, 1)


def _find(outputs: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Boxes, shape (n, 4), and scores, shape (n,), of one view."""
    scores = np.asarray(outputs["scores"][0], np.float64)
    seen = scores >= _SEEN
    boxes, scores = np.asarray(outputs["boxes"][0], np.float64).T[seen], scores[seen]
    kept = suppress(boxes, scores, _SAME_PLACE)
    return boxes[kept], scores[kept]


def _views(count: int, seed: int) -> Iterator[NDArray[np.float32]]:
    """Parts of the pictures as the detector would get them, shape (1, 3, height, width), RGB 0..1."""
    rng = np.random.default_rng(seed)
    pictures = _load_pictures()
    for index in range(count):
        picture = pictures[index % len(pictures)]
        height, width = (int(side * rng.uniform(0.35, 1.0)) for side in picture.shape[:2])  # people near and far
        top = rng.integers(0, picture.shape[0] - height + 1)
        left = rng.integers(0, picture.shape[1] - width + 1)
        view = picture[top : top + height, left : left + width, :][:, :: rng.choice((-1, 1))]
        light = np.clip(view * rng.uniform(0.5, 1.4) + rng.uniform(-30, 30), 0, 255).astype(np.uint8)
        batch = Letterbox.fit(height, width, _SIDE).apply(light)
        yield np.ascontiguousarray(batch[..., ::-1].transpose(0, 3, 1, 2), np.float32) / np.float32(255)


def _load_pictures() -> list[NDArray[np.uint8]]:
    """The pictures of the installed Ultralytics package, blue, green, red."""
    spec = importlib.util.find_spec("ultralytics")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("ultralytics is not installed")
    folder = Path(spec.submodule_search_locations[0]) / "assets"
    pictures = [cv2.imread(str(folder / name)) for name in _PICTURES]
    return [picture.astype(np.uint8, copy=False) for picture in pictures if picture is not None]


if __name__ == "__main__":
    sys.exit(main())
