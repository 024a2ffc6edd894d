"""Return the name of the network module that a convolution belongs to; empty if unknown."""

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
"""Number of calibration views and of validation views."""
_SEEN, _CERTAIN, _SAME_PLACE = 0.25, 0.5, 0.7
"""Score of found people, score of people that must not be missed, and minimum IoU of a match."""
_SENSITIVE = ("box_heads.", "class_heads.")
"""Modules of `server.models.networks.PersonDetector` whose convolutions stay in floating point."""
_MODULE, _STEPS_TO_BIAS = "__module.", 3
_AGREEMENT = 0.95
"""Minimum fraction of people found by either network that the other one finds, too."""


def main() -> int:
    """Quantize one network; the last line of output reports the result."""
    folder = Path(sys.argv[1])
    # Disable the telemetry of NNCF and OpenVINO.
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
    """Return an 8-bit version of an OpenVINO model."""
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
    """Return the names of the convolutions that stay in floating point: those of the heads.

    A convolution fused with its batch normalisation has lost its name; the node that adds its bias has kept it.

    Raises
    ------
    ValueError
        If a part is missing: in 8 bits it would lose accuracy that the agreement check does not detect.
    """
    names: list[str] = []
    for part in _SENSITIVE:
        own = [node.get_friendly_name() for node in convolutions(model) if module(node).startswith(part)]
        if not own:
            raise ValueError(f"the network has no convolutions named {part}")
        names += own
    return names


def convolutions(model: Any) -> list[Any]:
    """Return the convolution nodes of an OpenVINO model."""
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
    """Return the fraction of confidently detected people found by both models, on views not used for calibration."""
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
    """Return boxes, (n, 4) xyxy, and scores, (n,), of one view."""
    scores = np.asarray(outputs["scores"][0], np.float64)
    seen = scores >= _SEEN
    boxes, scores = np.asarray(outputs["boxes"][0], np.float64).T[seen], scores[seen]
    kept = suppress(boxes, scores, _SAME_PLACE)
    return boxes[kept], scores[kept]


if __name__ == "__main__":
    sys.exit(main())
