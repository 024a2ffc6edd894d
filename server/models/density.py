"""CSRNet (Li, Zhang & Chen, CVPR 2018), a crowd density network, built as an OpenVINO model from plain arrays.

It has the first ten convolutions of VGG16, six dilated ones and a 1x1 convolution. Needs neither torch nor
Ultralytics.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.core.errors import ModelError
from server.models.catalogue import NETWORK_FILE, ONNX_FILE

Arrays = dict[str, NDArray[np.float32]]

OUTPUT = "density"
_POOL = 0
_FRONT = (64, 64, _POOL, 128, 128, _POOL, 256, 256, 256, _POOL, 512, 512, 512)
_BACK = (512, 512, 512, 256, 128, 64)
_SMALL = 100_000
"""Layers with up to this many weights stay in 32 bits. Rounding the last two layers changed the number of people by
up to 0.2 %; without them the change is at most 0.05 %."""
_TOLERANCE = 1e-3
"""Maximum relative change of the number of people caused by 16-bit weights."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A convolution, named as in the arrays; `pooled`: preceded by 2x2 max pooling."""

    name: str
    inputs: int
    outputs: int
    kernel: int
    dilation: int
    pooled: bool = False

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of the layer's arrays."""
        weight = (self.outputs, self.inputs, self.kernel, self.kernel)
        return {f"{self.name}.weight": weight, f"{self.name}.bias": (self.outputs,)}


def layers() -> Iterator[Layer]:
    """Yield the 17 convolutions in order; each but the last is followed by a ReLU."""
    channels = 3
    for part, dilation, widths in (("frontend", 1, _FRONT), ("backend", 2, _BACK)):
        place, pooled = 0, False
        for width in widths:
            if width == _POOL:
                place, pooled = place + 1, True
                continue
            yield Layer(f"{part}.{place}", channels, width, 3, dilation, pooled)
            place, pooled, channels = place + 2, False, width
    yield Layer("output_layer", channels, 1, 1, 1)


def read_arrays(weights: Path) -> Arrays:
    """Read and validate the arrays without running code from the file.

    Raises
    ------
    ModelError
        ``BAD_WEIGHTS``: not an archive of arrays, pickled objects, or arrays that do not belong to CSRNet.
    """
    expected = {name: shape for layer in layers() for name, shape in layer.shapes.items()}
    try:
        with weights.open("rb") as file:
            archive = np.load(file, allow_pickle=False)
            if not isinstance(archive, np.lib.npyio.NpzFile) or set(archive.files) != set(expected):
                raise ModelError("BAD_WEIGHTS", f"{weights.name} does not hold the {len(expected)} arrays of CSRNet.")
            arrays = {name: archive[name] for name in expected}
    except (OSError, ValueError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError("BAD_WEIGHTS", f"{weights.name} is no archive of plain arrays: {error}.") from error
    for name, shape in expected.items():
        found = arrays[name]
        if found.shape != shape or found.dtype != np.float32 or not np.isfinite(found).all():
            message = f"{name} in {weights.name} is {found.dtype} {found.shape}, not finite float32 {shape}."
            raise ModelError("BAD_WEIGHTS", message)
    return arrays


def build(arrays: Arrays, half: bool = False) -> Any:
    """Return the network as an `openvino.Model`; `half` stores the weights of large layers in 16 bits.

    Input ``image``: float32 (n, 3, height, width), RGB, normalised by ImageNet's mean and deviation. Output
    ``density``: float32 (n, 1, height // 8, width // 8), people per cell; its sum is the number of people.
    """
    import openvino as ov
    from openvino import opset8 as ops

    image = ops.parameter([-1, 3, -1, -1], np.float32, name="image")
    image.output(0).get_tensor().set_names({"image"})
    flow: Any = image
    for layer in layers():
        if layer.pooled:
            flow = ops.max_pool(flow, [2, 2], [1, 1], [0, 0], [0, 0], [2, 2]).output(0)
        pad = [layer.dilation * (layer.kernel // 2)] * 2
        weight = arrays[f"{layer.name}.weight"]
        if half and weight.size > _SMALL:
            weight = ops.convert(ops.constant(weight.astype(np.float16)), "f32")
        bias = ops.constant(arrays[f"{layer.name}.bias"].reshape(1, -1, 1, 1))
        flow = ops.add(ops.convolution(flow, weight, [1, 1], pad, pad, [layer.dilation] * 2), bias)
        if layer.name != "output_layer":
            flow = ops.relu(flow)
    flow.output(0).get_tensor().set_names({OUTPUT})
    return ov.Model([flow], [image], "csrnet")


def export(weights: Path, folder: Path, onnx: bool = False) -> None:
    """Write ``network.xml`` and ``network.bin``, with 16-bit weights if these give the same number of people.

    With `onnx`, also write ``network.onnx``, in 32 bits.

    Raises
    ------
    ModelError
        As `read_arrays`.
    """
    import openvino as ov

    arrays = read_arrays(weights)
    exact, half = build(arrays), build(arrays, half=True)
    example = np.random.default_rng(0).normal(size=(1, 3, 96, 128)).astype(np.float32)
    people = _people(exact, example)
    same = abs(_people(half, example) - people) < _TOLERANCE * abs(people)
    # OpenVINO's own compression would also round small layers and biases.
    ov.save_model(half if same else exact, folder / NETWORK_FILE, compress_to_fp16=False)
    if onnx:
        from server.models.density_onnx import save_onnx

        save_onnx(arrays, folder / ONNX_FILE)


def _people(model: Any, example: NDArray[np.float32]) -> float:
    import openvino as ov

    results = ov.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(example)
    return float(results[OUTPUT].sum(dtype=np.float64))
