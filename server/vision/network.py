"""OpenVINO networks, compiled once for each input shape."""

from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino.preprocess import ColorFormat, PrePostProcessor

from server.core.errors import ModelError
from server.core.precision import Precision
from server.models.catalogue import PreparedModel
from server.vision.backend import ChannelTriple, require_file
from server.vision.processor import has_int8_dot_products

_SHAPES = 24
"""Number of cached compiled shapes, about 40 MB each; the least recently used is evicted. Letterboxes have fewer
shapes (`server.vision.letterbox`), so unusual frames do not evict those of other streams."""
_DENSITY_SHAPES = 4
"""Cached shapes of a density network, 200 to 300 MB each: two frame formats at two scales."""
_HINTS = {Precision.FP32: "f32", Precision.BF16: "bf16", Precision.FP16: "f16"}
_NAMES = {ov.Type.f32: Precision.FP32, ov.Type.bf16: Precision.BF16, ov.Type.f16: Precision.FP16}

Shape = tuple[int, int, int]
"""Batch size, height, width."""


class OpenVinoBackend:
    """Backend for OpenVINO; see `server.vision.backend.Backend`.

    Parameters
    ----------
    threads : int
        CPU threads; 0 selects OpenVINO's default.
    precision : Precision
    """

    def __init__(self, threads: int, precision: Precision = Precision.AUTO) -> None:
        self._core, self._threads, self._precision = ov.Core(), threads, precision
        self.name = f"OpenVINO {ov.__version__.split('-')[0]} CPU"

    def open(self, model: PreparedModel, mean: ChannelTriple, scale: ChannelTriple) -> "Network":
        """Load the network; it is compiled for each shape on first use."""
        if self._uses_int8(model):
            return Network(self._core, model.quantized, mean, scale, self._threads, Precision.INT8)
        precision = Precision.AUTO if self._precision is Precision.INT8 else self._precision
        cache_size = _DENSITY_SHAPES if model.kind == "density" else _SHAPES
        return Network(self._core, model.network, mean, scale, self._threads, precision, cache_size)

    def _uses_int8(self, model: PreparedModel) -> bool:
        """Return whether to use the 8-bit network: if requested, or if faster on this CPU."""
        if self._precision is Precision.INT8 and model.kind == "detector":
            require_file(model.quantized, model, " --again")
            return True
        return self._precision is Precision.AUTO and has_int8_dot_products() and model.quantized.is_file()


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A network compiled for one shape, with its idle inference requests."""

    model: ov.CompiledModel
    free: list[ov.InferRequest] = field(default_factory=list)


class Network:
    """A network with one compiled model per input shape; thread-safe. Requests run in order.

    Parameters
    ----------
    core : openvino.Core
        Shared by all networks of the process.
    path : Path
        The ``.xml`` file next to its ``.bin``; the input is float NCHW RGB with dynamic batch, height or width.
    mean, scale : tuple of float
        Normalisation ``(x - mean) / scale`` per RGB channel, part of the graph.
    threads : int
        CPU threads; 0 selects OpenVINO's default.
    precision : Precision
        ``INT8`` marks a quantized file; OpenVINO chooses the precision of its float layers.
    cache_size : int
        Number of cached compiled shapes; the least recently used is evicted.
    """

    def __init__(
        self,
        core: ov.Core,
        path: Path,
        mean: ChannelTriple,
        scale: ChannelTriple,
        threads: int = 0,
        precision: Precision = Precision.AUTO,
        cache_size: int = _SHAPES,
    ) -> None:
        self._core, self._cache_size = core, cache_size
        self._path = path
        self._mean, self._scale = list(mean), list(scale)
        self._quantized = precision is Precision.INT8
        self._options: dict[str, str | int] = {"PERFORMANCE_HINT": "LATENCY"}
        if precision in _HINTS:
            self._options["INFERENCE_PRECISION_HINT"] = _HINTS[precision]
        if threads:
            self._options["INFERENCE_NUM_THREADS"] = threads
        self._compiled: OrderedDict[Shape, _Compiled] = OrderedDict()
        self._lock, self._compiling = Lock(), Lock()

    @property
    def precision(self) -> str:
        """The precision in use, read from the compiled model because hints may be ignored."""
        if self._quantized:
            return Precision.INT8.value
        with self._lock:
            compiled = next(iter(self._compiled.values()), None)
        if compiled is None:
            kind = self._core.get_property("CPU", "INFERENCE_PRECISION_HINT")
        else:
            kind = compiled.model.get_property("INFERENCE_PRECISION_HINT")
        return _NAMES[kind].value if kind in _NAMES else str(kind)

    @property
    def compiling(self) -> bool:
        """Whether a compilation is in progress."""
        return self._compiling.locked()

    def start(self, batch_bgr: NDArray[np.uint8]) -> "Inference":
        """Start inference on images of shape (n, height, width, 3), BGR."""
        n, height, width, _ = batch_bgr.shape
        compiled = self._compiled_for((n, height, width))
        with self._lock:
            request = compiled.free.pop() if compiled.free else compiled.model.create_infer_request()
        return Inference(request, batch_bgr, compiled.free)

    def prepare(self, n: int, height: int, width: int) -> None:
        """Compile for a shape in advance."""
        self._compiled_for((n, height, width))

    def _compiled_for(self, shape: Shape) -> _Compiled:
        found = self._cached(shape)
        if found is None:
            with self._compiling:  # one at a time; images of compiled shapes do not wait
                found = self._cached(shape) or self._cache(shape, _Compiled(self._compile(*shape)))
        return found

    def _cached(self, shape: Shape) -> _Compiled | None:
        with self._lock:
            if shape in self._compiled:
                self._compiled.move_to_end(shape)
            return self._compiled.get(shape)

    def _cache(self, shape: Shape, compiled: _Compiled) -> _Compiled:
        with self._lock:
            self._compiled[shape] = compiled
            if len(self._compiled) > self._cache_size:
                self._compiled.popitem(last=False)
        return compiled

    def _compile(self, n: int, height: int, width: int) -> ov.CompiledModel:
        try:
            model = self._core.read_model(self._path)
            model.reshape([n, 3, height, width])
            steps = PrePostProcessor(model)
            source = steps.input()
            source.tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
            source.tensor().set_color_format(ColorFormat.BGR)
            source.model().set_layout(ov.Layout("NCHW"))
            source.preprocess().convert_element_type(ov.Type.f32).convert_color(ColorFormat.RGB).mean(self._mean).scale(
                self._scale
            )
            return self._core.compile_model(steps.build(), "CPU", self._options)
        except RuntimeError as error:
            message = f"{self._path} cannot be loaded; prepare it again with `crowdcount models pull`."
            raise ModelError("MODEL_BROKEN", message) from error


class Inference:
    """An asynchronous request of OpenVINO; see `server.vision.backend.InferenceRequest`.

    Parameters
    ----------
    request : openvino.InferRequest
    batch_bgr : ndarray of uint8
        Not copied; must not change while the network runs.
    free : list of openvino.InferRequest
        Pool to which the request returns.
    """

    def __init__(self, request: ov.InferRequest, batch_bgr: NDArray[np.uint8], free: list[ov.InferRequest]) -> None:
        self._request, self._free = request, free
        self.run_ms = 0.0
        self._batch = batch_bgr  # keeps the memory of the tensor alive
        request.set_input_tensor(ov.Tensor(batch_bgr, shared_memory=True))
        request.start_async()

    def outputs(self) -> dict[str, NDArray[np.float32]]:
        """Wait for completion and return copies of the named outputs. Must be called exactly once."""
        self._request.wait()
        self.run_ms = float(self._request.latency)
        model = self._request.get_compiled_model()
        outputs = {
            port.get_any_name(): np.array(self._request.get_output_tensor(index).data)
            for index, port in enumerate(model.outputs)
        }
        self._free.append(self._request)
        return outputs
