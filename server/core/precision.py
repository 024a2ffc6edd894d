"""Numeric precision of the networks: fewer bits are faster on processors with native support."""

from enum import StrEnum


class Precision(StrEnum):
    """The precision requested for all detectors of a process, or used by one of them."""

    AUTO = "auto"
    FP32 = "fp32"
    FP16 = "fp16"
    BF16 = "bf16"
    INT8 = "int8"
