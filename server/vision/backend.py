"""Inference backends: OpenVINO on the CPU, or ONNX Runtime on the CPU or a CUDA GPU."""

import importlib.metadata
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.core.errors import ModelError
from server.core.precision import Precision
from server.models.catalogue import PreparedModel

ChannelTriple = tuple[float, float, float]


class InferenceRequest(Protocol):
    """An asynchronous inference request.

    Attributes
    ----------
    run_ms : float
        Run time without waiting time, milliseconds; valid after `outputs`.
    """

    run_ms: float

    def outputs(self) -> dict[str, NDArray[np.float32]]:
        """Wait for completion and return copies of the named outputs. Must be called exactly once."""
        ...


class InferenceNetwork(Protocol):
    """A loaded network: images in, tensors out; thread-safe."""

    @property
    def precision(self) -> str:
        """The precision in use: ``"fp32"``, ``"fp16"``, ``"bf16"`` or ``"int8"``."""
        ...

    @property
    def compiling(self) -> bool:
        """Whether a compilation is in progress, which delays images of a new shape."""
        ...

    def start(self, batch_bgr: NDArray[np.uint8]) -> InferenceRequest:
        """Start inference on images of shape (n, height, width, 3), BGR. Requests run in the order of these calls."""
        ...

    def prepare(self, n: int, height: int, width: int) -> None:
        """Compile for an input shape in advance."""


class Backend(Protocol):
    """Loads networks; one instance per process."""

    @property
    def name(self) -> str:
        """Display name for statistics and health."""
        ...

    def open(self, model: PreparedModel, mean: ChannelTriple, scale: ChannelTriple) -> InferenceNetwork:
        """Load a prepared model whose input is normalised by ``(x - mean) / scale`` per RGB channel.

        Raises
        ------
        ModelError
            ``MODEL_MISSING`` if the model was not prepared for this backend.
        """
        ...


def choose_backend(device: str, threads: int, precision: Precision = Precision.AUTO) -> Backend:
    """Return the fastest available backend.

    Parameters
    ----------
    device : str
        ``"auto"``: a CUDA GPU if ONNX Runtime can use one, else the CPU; ``"cpu"``; ``"gpu"``.
    threads : int
        CPU threads; 0 selects the library's default.
    precision : Precision
        Requested precision; `InferenceNetwork.precision` tells the one in use.

    Raises
    ------
    ModelError
        ``NO_DEVICE`` if the device, or a library that supports it, is missing.
    """
    cuda = device != "cpu" and _has("onnxruntime") and _has_cuda()
    if device == "gpu" and not cuda:
        message = "There is no CUDA card that ONNX Runtime can use; install onnxruntime-gpu, or set the device to cpu."
        raise ModelError("NO_DEVICE", message)
    if cuda or not _has("openvino"):
        if not _has("onnxruntime"):
            raise ModelError("NO_DEVICE", "Neither OpenVINO nor ONNX Runtime is installed; one of them is needed.")
        from server.vision.onnx_network import OnnxBackend

        return OnnxBackend(cuda, threads)
    _refuse_telemetry()
    from server.vision.network import OpenVinoBackend

    return OpenVinoBackend(threads, precision)


def require_file(path: Path, model: PreparedModel, extra: str) -> Path:
    """Return the path if the file exists. Raises ModelError ``MODEL_MISSING`` with the command that creates it."""
    if path.is_file():
        return path
    message = f"{model.name} is not prepared for this; run `crowdcount models pull {model.name}{extra}`."
    raise ModelError("MODEL_MISSING", message)


def _refuse_telemetry() -> None:
    """Disable the telemetry of OpenVINO.

    On import, OpenVINO sends telemetry from a forked copy of the process. Forking while other threads run can
    deadlock the copy. With a stub module of this name, OpenVINO skips telemetry.
    """
    sys.modules.setdefault("openvino_telemetry", ModuleType("openvino_telemetry"))


def _has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _has_cuda() -> bool:
    # Import ONNX Runtime only if needed: it starts its own threads, and a vision worker on OpenVINO was seen to hang at
    # start with them. The plain package has no CUDA support, and the provider list says nothing about the hardware.
    if not any(True for _ in importlib.metadata.distributions(name="onnxruntime-gpu")) or not _has_card():
        return False
    import onnxruntime

    return "CUDAExecutionProvider" in onnxruntime.get_available_providers()


def _has_card() -> bool:
    """Return whether the NVIDIA driver is present, on Linux or WSL."""
    return any(Path(path).exists() for path in ("/proc/driver/nvidia/version", "/dev/dxg")) or sys.platform == "win32"
