"""ONNX Runtime networks, for platforms without OpenVINO wheels and for CUDA GPUs.

The CUDA path follows the library's documentation. It has been tested on CPUs as far as both share code, not on a
GPU.
"""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from server.core.errors import ModelError
from server.models.catalogue import PreparedModel
from server.vision.backend import ChannelTriple, require_file


class OnnxBackend:
    """Backend for ONNX Runtime; see `server.vision.backend.Backend`.

    Parameters
    ----------
    cuda : bool
        Whether to use the first CUDA GPU.
    threads : int
        CPU threads; 0 selects the library's default.
    """

    def __init__(self, cuda: bool, threads: int) -> None:
        self._providers = ["CUDAExecutionProvider", "CPUExecutionProvider"] if cuda else ["CPUExecutionProvider"]
        self._threads = threads
        self.name = f"ONNX Runtime {onnxruntime.__version__} {'CUDA' if cuda else 'CPU'}"

    def open(self, model: PreparedModel, mean: ChannelTriple, scale: ChannelTriple) -> "OnnxNetwork":
        """Load the ONNX file created by `crowdcount models pull --onnx`."""
        path = require_file(model.onnx, model, " --onnx")
        return OnnxNetwork(path, mean, scale, self._providers, self._threads)


class OnnxNetwork:
    """A network in ONNX Runtime; see `server.vision.backend.InferenceNetwork`.

    Parameters
    ----------
    path : Path
        File with float NCHW RGB input of dynamic height and width.
    mean, scale : tuple of float
        Normalisation ``(x - mean) / scale`` per RGB channel.
    providers : list of str
        Execution providers in order of preference.
    threads : int
        CPU threads; 0 selects the library's default.
    """

    def __init__(
        self, path: Path, mean: ChannelTriple, scale: ChannelTriple, providers: list[str], threads: int
    ) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        try:
            self._session: Any = onnxruntime.InferenceSession(str(path), options, providers=providers)
        except Exception as error:
            message = f"{path} cannot be loaded; prepare it again with `crowdcount models pull --onnx --again`."
            raise ModelError("MODEL_BROKEN", message) from error
        used = self._session.get_providers()[0]
        if used != providers[0]:
            # The library would silently fall back to the CPU.
            message = f"ONNX Runtime cannot use the CUDA card and would take {used}; set the device to cpu."
            raise ModelError("NO_DEVICE", message)
        self._input = self._session.get_inputs()[0].name
        self._names = [output.name for output in self._session.get_outputs()]
        self._mean, self._scale = (np.array(values, np.float32).reshape(3, 1, 1) for values in (mean, scale))
        self._lock = Lock()

    precision = "fp32"
    compiling = False
    """New shapes need no compilation that would delay a frame."""

    def start(self, batch_bgr: NDArray[np.uint8]) -> "OnnxRun":
        """Accept images of shape (n, height, width, 3), BGR; inference runs when the outputs are requested."""
        return OnnxRun(self, batch_bgr)

    def infer(self, batch_bgr: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Run images of shape (n, height, width, 3), BGR, and return the named outputs."""
        planes = batch_bgr[..., ::-1].transpose(0, 3, 1, 2).astype(np.float32)
        batch = np.ascontiguousarray((planes - self._mean) / self._scale)
        with self._lock:
            outputs = self._session.run(self._names, {self._input: batch})
        return dict(zip(self._names, outputs, strict=True))

    def prepare(self, n: int, height: int, width: int) -> None:
        """Run once, because the library plans its memory with the first image of a shape."""
        self.infer(np.zeros((n, height, width, 3), np.uint8))


@dataclass(slots=True)
class OnnxRun:
    """A deferred inference; see `server.vision.backend.InferenceRequest`."""

    network: OnnxNetwork
    batch_bgr: NDArray[np.uint8]
    run_ms: float = 0.0

    def outputs(self) -> dict[str, NDArray[np.float32]]:
        """Run the network and return the named outputs."""
        begun = perf_counter()
        outputs = self.network.infer(self.batch_bgr)
        self.run_ms = (perf_counter() - begun) * 1000
        return outputs
