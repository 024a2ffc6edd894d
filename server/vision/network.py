"""A prepared OpenVINO network, compiled once for each input shape that comes along."""

from collections import OrderedDict
from pathlib import Path
from threading import Lock

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino.preprocess import ColorFormat, PrePostProcessor

from server.core.errors import ModelError
from server.models.catalogue import PreparedModel
from server.vision.backend import Triple

_SHAPES = 12
"""Compiled shapes kept; further ones push out the least recently used, so that odd frames cannot fill memory."""


class OpenVinoBackend:
    """See `server.vision.backend.Backend`.

    Parameters
    ----------
    threads : int
        0 leaves the choice to OpenVINO.
    """

    def __init__(self, threads: int) -> None:
        self._core, self._threads = ov.Core(), threads
        self.name = f"OpenVINO {ov.__version__.split('-')[0]} CPU"

    def open(self, model: PreparedModel, mean: Triple, scale: Triple) -> "Network":
        """Load the network; it is compiled when a shape is known."""
        return Network(self._core, model.network, mean, scale, self._threads)


class Network:
    """Pictures in, tensors out; thread-safe, one inference at a time.

    Parameters
    ----------
    core : openvino.Core
        Shared by all networks of the process.
    path : Path
        The ``.xml`` with its ``.bin`` beside it; its input is float NCHW RGB with free height, width or batch.
    mean, scale : tuple of float
        Per RGB channel: ``(x - mean) / scale`` happens inside the graph, on the inference threads.
    threads : int
        0 leaves the choice to OpenVINO.
    """

    def __init__(
        self,
        core: ov.Core,
        path: Path,
        mean: Triple,
        scale: Triple,
        threads: int = 0,
    ) -> None:
        self._core = core
        self._path = path
        self._mean, self._scale = list(mean), list(scale)
        self._options: dict[str, str | int] = {"PERFORMANCE_HINT": "LATENCY"}
        if threads:
            self._options["INFERENCE_NUM_THREADS"] = threads
        self._requests: OrderedDict[tuple[int, int, int], ov.InferRequest] = OrderedDict()
        self._lock = Lock()

    def infer(self, batch_bgr: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Run pictures of shape (n, height, width, 3) and return copies of the named outputs."""
        n, height, width, _ = batch_bgr.shape
        with self._lock:
            request = self._request_for((n, height, width))
            request.set_input_tensor(ov.Tensor(batch_bgr))  # zero-copy: the array outlives the call
            request.infer()
            model = request.get_compiled_model()
            return {
                port.get_any_name(): np.array(request.get_output_tensor(index).data)
                for index, port in enumerate(model.outputs)
            }

    def prepare(self, n: int, height: int, width: int) -> None:
        """Compile for a shape ahead of its first picture."""
        with self._lock:
            self._request_for((n, height, width))

    def _request_for(self, shape: tuple[int, int, int]) -> ov.InferRequest:
        request = self._requests.get(shape)
        if request is None:
            request = self._compile(*shape).create_infer_request()
            self._requests[shape] = request
            if len(self._requests) > _SHAPES:
                self._requests.popitem(last=False)
        self._requests.move_to_end(shape)
        return request

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
