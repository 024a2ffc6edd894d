"""Conversion of verified weights to OpenVINO networks. Runs as a separate process, so that no other process imports
torch.

``python -m server.models.export KIND WEIGHTS FOLDER`` writes ``network.xml`` and ``network.bin``.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.models.catalogue import NETWORK_FILE, ONNX_FILE

_TOLERANCE = 1e-2
"""Maximum difference between torch and OpenVINO, relative to the largest value."""


def main() -> int:
    """Export one network; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("detector", "appearance", "density"))
    parser.add_argument("weights", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--onnx", action="store_true", help="also network.onnx")
    arguments = parser.parse_args()
    if arguments.kind == "density":
        return _export_density(arguments.weights, arguments.folder, arguments.onnx)
    os.environ.update(YOLO_AUTOINSTALL="false", YOLO_OFFLINE="1")  # Ultralytics reads these on import
    import openvino as ov
    import torch

    from server.models.networks import load_appearance, load_detector

    load = load_detector if arguments.kind == "detector" else load_appearance
    network, example, free_shape, names = load(arguments.weights)
    with torch.no_grad():
        expected = network(example)
        model = ov.convert_model(network, example_input=example, input=[free_shape])
    for output, name in zip(model.outputs, names, strict=True):
        output.get_tensor().set_names({name})
    _compare(model, example.numpy(), expected if isinstance(expected, tuple) else (expected,))
    if arguments.onnx:
        _save_onnx(network, example, free_shape, names, arguments.folder / ONNX_FILE)
    ov.save_model(model, arguments.folder / NETWORK_FILE, compress_to_fp16=False)
    return 0


def _export_density(weights: Path, folder: Path, onnx: bool) -> int:
    """Build the density network from its arrays, without torch; report errors on the last line of standard error."""
    from server.core.errors import ModelError
    from server.models.density import export

    try:
        export(weights, folder, onnx)
    except ModelError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _save_onnx(network: Any, example: Any, free_shape: list[int], names: tuple[str, ...], path: Path) -> None:
    """Trace the network for ONNX, with dynamic axes preserved."""
    import warnings

    import torch

    axes = {index: f"axis{index}" for index, length in enumerate(free_shape) if length < 0}
    lengths = {"boxes": {2: "anchors"}, "scores": {1: "anchors"}, "features": {0: "axis0"}}
    with warnings.catch_warnings():
        # The replacement of this exporter needs two more packages and does not preserve dynamic axes.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            network,
            (example,),
            str(path),
            input_names=["image"],
            output_names=list(names),
            dynamic_axes={"image": axes, **{name: lengths[name] for name in names}},
            dynamo=False,
        )


def _compare(model: Any, example: NDArray[np.float32], expected: tuple[Any, ...]) -> None:
    """Run the export once and compare it with torch, so that a wrong export never replaces a working one."""
    import openvino as ov

    results = ov.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(example)
    for index, tensor in enumerate(expected):
        reference = tensor.numpy()
        worst = float(np.max(np.abs(results[index] - reference)) / (np.max(np.abs(reference)) + 1e-6))
        if worst > _TOLERANCE:
            raise RuntimeError(f"output {index} of the export differs from the original by {worst:.2g}")


if __name__ == "__main__":
    sys.exit(main())
