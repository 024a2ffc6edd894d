"""What networks compute with: fewer bits are faster where the processor multiplies them natively."""

from enum import StrEnum


class Precision(StrEnum):
    """A choice for all detectors of a process, and what one of them got."""

    AUTO = "auto"
    FP32 = "fp32"
    FP16 = "fp16"
    BF16 = "bf16"
    INT8 = "int8"
