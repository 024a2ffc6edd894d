"""A detector in 8 bits beside the one in floats, for processors that multiply bytes natively.

Post-training quantization by NNCF, on the views of `server.vision.calibration`. The branches that say where and how
surely somebody is stay in floats, and so does attention: in 8 bits they move the edges of boxes and save next to
nothing (docs/accuracy.md).

``python -m server.vision.quantize FOLDER`` writes ``network-int8.xml`` and its ``.bin`` beside ``network.xml``, unless
the result misses people. A program of its own, which may fail: the network in floats is there without it.
"""

import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.models.catalogue import NETWORK_FILE, QUANTIZED_FILE
from server.vision.boxes import iou, suppress
from server.vision.calibration import views

_CALIBRATION, _TRIAL = 128, 24
"""Views that are measured, and views that decide whether the result is good enough."""
_SEEN, _CERTAIN, _SAME_PLACE = 0.25, 0.5, 0.7
"""Scores of what is found and of what must not be missed, and the overlap of one person's boxes."""
_SENSITIVE = ("box_heads.", "class_heads.")
"""Modules of `server.models.networks.PersonDetector` whose convolutions stay in floats."""
_MODULE, _STEPS_TO_BIAS = "__module.", 3
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

    pictures = list(views(_CALIBRATION, seed=0))
    in_floats = nncf.IgnoredScope(
        names=sensitive(model),
        patterns=["^aten::.*", r".*heads\..*"],
        types=["Sigmoid", "MatMul", "Softmax"],
        validate=False,
    )
    return nncf.quantize(
        model,
        nncf.Dataset(pictures),
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(pictures),
        ignored_scope=in_floats,
    )


def sensitive(model: Any) -> list[str]:
    """Names of the convolutions that stay in floats: those of the heads.

    A convolution that was merged with its batch normalisation has lost its name; what adds its bias has kept it.

    Raises
    ------
    ValueError
        When one of these parts is not found: in 8 bits it would cost precision that the check of people does not see.
    """
    names: list[str] = []
    for part in _SENSITIVE:
        own = [node.get_friendly_name() for node in convolutions(model) if module(node).startswith(part)]
        if not own:
            raise ValueError(f"the network has no convolutions named {part}")
        names += own
    return names


def convolutions(model: Any) -> list[Any]:
    """The nodes of an OpenVINO model that convolve."""
    return [node for node in model.get_ordered_ops() if node.get_type_name().endswith("Convolution")]


def module(convolution: Any) -> str:
    """Name of the module of the network that a convolution belongs to; empty when it is not known."""
    node = convolution
    for _ in range(_STEPS_TO_BIAS):
        name = str(node.get_friendly_name())
        if name.startswith(_MODULE):
            return name.removeprefix(_MODULE)
        users = [port.get_node() for output in node.outputs() for port in output.get_target_inputs()]
        if not users:
            break
        node = users[0]
    return ""


def agreement(model: Any, quantized: Any) -> float:
    """Share of the people whom both find among those whom either finds surely, in views that neither was made from."""
    import openvino as ov

    core = ov.Core()
    exact, short = (core.compile_model(one, "CPU", {"INFERENCE_PRECISION_HINT": "f32"}) for one in (model, quantized))
    same = all_ = 0
    for view in views(_TRIAL, seed=1):
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


if __name__ == "__main__":
    sys.exit(main())
