"""A prepared network in ONNX Runtime: where OpenVINO has no wheel, and on CUDA cards.

State of the CUDA path: written after the library's documentation and tested on processors as far as the two share it;
it has not run on a card.
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
from server.vision.backend import Triple, require_file


class OnnxBackend:
    """See `server.vision.backend.Backend`.

    Parameters
    ----------
    cuda : bool
        Use the first CUDA card.
    threads : int
    """

    def __init__(self, cuda: bool, threads: int) -> None:
        self._providers = ["CUDAExecutionProvider", "CPUExecutionProvider"] if cuda else ["CPUExecutionProvider"]
        self._threads = threads
        self.name = f"ONNX Runtime {onnxruntime.__version__} {'CUDA' if cuda else 'CPU'}"

    def open(self, model: PreparedModel, mean: Triple, scale: Triple) -> "OnnxNetwork":
        """Load the ONNX file that `crowdcount models pull --onnx` made."""
        path = require_file(model.onnx, model, " --onnx")
        return OnnxNetwork(path, mean, scale, self._providers, self._threads)


class OnnxNetwork:
    """See `server.vision.backend.InferenceNetwork`.

    Parameters
    ----------
    path : Path
        Its input is float NCHW RGB with free height and width.
    mean, scale : tuple of float
        Per RGB channel.
    providers : list of str
        Of ONNX Runtime, the preferred one first.
    threads : int
        0 leaves the choice to the library.
    """

    def __init__(self, path: Path, mean: Triple, scale: Triple, providers: list[str], threads: int) -> None:
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
            # The library would go on without a word, on the processor.
            message = f"ONNX Runtime cannot use the CUDA card and would take {used}; set the device to cpu."
            raise ModelError("NO_DEVICE", message)
        self._input = self._session.get_inputs()[0].name
        self._names = [output.name for output in self._session.get_outputs()]
        self._mean, self._scale = (np.array(values, np.float32).reshape(3, 1, 1) for values in (mean, scale))
        self._lock = Lock()

    precision = "fp32"
    compiling = False
    """What it does for a new shape takes no longer than a frame may."""

    def start(self, batch_bgr: NDArray[np.uint8]) -> "OnnxRun":
        """Take pictures of shape (n, height, width, 3); they are computed when the outputs are asked for."""
        return OnnxRun(self, batch_bgr)

    def infer(self, batch_bgr: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Run pictures of shape (n, height, width, 3) and return the named outputs."""
        planes = batch_bgr[..., ::-1].transpose(0, 3, 1, 2).astype(np.float32)
        batch = np.ascontiguousarray((planes - self._mean) / self._scale)
        with self._lock:
            outputs = self._session.run(self._names, {self._input: batch})
        return dict(zip(self._names, outputs, strict=True))

    def prepare(self, n: int, height: int, width: int) -> None:
        """Run once: the library plans its memory with the first picture of a shape."""
        self.infer(np.zeros((n, height, width, 3), np.uint8))


@dataclass(slots=True)
class OnnxRun:
    """See `server.vision.backend.Running`."""

    network: OnnxNetwork
    batch_bgr: NDArray[np.uint8]
    took_ms: float = 0.0

    def outputs(self) -> dict[str, NDArray[np.float32]]:
        """Compute and return the named outputs."""
        begun = perf_counter()
        outputs = self.network.infer(self.batch_bgr)
        self.took_ms = (perf_counter() - begun) * 1000
        return outputs
