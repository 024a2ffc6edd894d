"""What computes the networks: OpenVINO on the processor, or ONNX Runtime on it or on a CUDA card."""

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

Triple = tuple[float, float, float]


class Running(Protocol):
    """An inference that runs while others work.

    Attributes
    ----------
    took_ms : float
        How long it ran, without what it waited; once there are outputs.
    """

    took_ms: float

    def outputs(self) -> dict[str, NDArray[np.float32]]:
        """Wait for the end and return copies of the named outputs; once."""
        ...


class InferenceNetwork(Protocol):
    """Pictures in, tensors out; thread-safe."""

    @property
    def precision(self) -> str:
        """What it computes with: ``"fp32"``, ``"fp16"``, ``"bf16"`` or ``"int8"``."""
        ...

    @property
    def compiling(self) -> bool:
        """Whether something is compiled just now, for which pictures of a new shape wait."""
        ...

    def start(self, batch_bgr: NDArray[np.uint8]) -> Running:
        """Begin with pictures of shape (n, height, width, 3); several run one after the other, in this order."""
        ...

    def prepare(self, n: int, height: int, width: int) -> None:
        """Do ahead of the first picture of a shape what it would have to wait for."""


class Backend(Protocol):
    """Opens networks; one for each process."""

    @property
    def name(self) -> str:
        """For statistics and health."""
        ...

    def open(self, model: PreparedModel, mean: Triple, scale: Triple) -> InferenceNetwork:
        """Load a prepared model; ``(x - mean) / scale`` per RGB channel is done to its input.

        Raises
        ------
        ModelError
            ``MODEL_MISSING`` when the model was not prepared for this backend.
        """
        ...


def choose_backend(device: str, threads: int, precision: Precision = Precision.AUTO) -> Backend:
    """The best that is there.

    Parameters
    ----------
    device : str
        ``"auto"``: a CUDA card if ONNX Runtime can use one, else the processor; ``"cpu"``; ``"gpu"``.
    threads : int
        Of the processor; 0 leaves the choice to the library.
    precision : Precision
        Wished for; a network says which it got.

    Raises
    ------
    ModelError
        ``NO_DEVICE`` when there is no such device, or nothing installed that can use it.
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
    """The path if it is there. Raises ModelError ``MODEL_MISSING`` with the command that makes it."""
    if path.is_file():
        return path
    message = f"{model.name} is not prepared for this; run `crowdcount models pull {model.name}{extra}`."
    raise ModelError("MODEL_MISSING", message)


def _refuse_telemetry() -> None:
    """Nothing is reported to anybody, and nothing is forked for it.

    When it is imported, OpenVINO tells its makers so, from a copy of the process that it forks while other threads run:
    the copy can hang for ever. Without a package of this name it does without.
    """
    sys.modules.setdefault("openvino_telemetry", ModuleType("openvino_telemetry"))


def _has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _has_cuda() -> bool:
    # ONNX Runtime is opened only where it may be used: it starts threads of its own, and a vision process on OpenVINO
    # was seen to hang at its start beside them. The plain package has no CUDA in it, and which providers a package has
    # says nothing about the machine.
    if not any(True for _ in importlib.metadata.distributions(name="onnxruntime-gpu")) or not _has_card():
        return False
    import onnxruntime

    return "CUDAExecutionProvider" in onnxruntime.get_available_providers()


def _has_card() -> bool:
    """Whether NVIDIA's driver is there: Linux, or Linux inside Windows."""
    return any(Path(path).exists() for path in ("/proc/driver/nvidia/version", "/dev/dxg")) or sys.platform == "win32"
