"""CPU features that affect inference."""

import sys
from pathlib import Path

_INT8_FLAGS = {"avx512_vnni", "avx_vnni", "amx_int8"}
"""CPU flags for 8-bit dot products. Without them, 8-bit networks are hardly faster (docs/accuracy.md)."""


def has_int8_dot_products(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Return whether the CPU has instructions for 8-bit networks; False where the system does not report it (only
    Linux does)."""
    if not sys.platform.startswith("linux") or not cpuinfo.is_file():
        return False
    lines = cpuinfo.read_text("utf-8", "replace").splitlines()
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
    return not _INT8_FLAGS.isdisjoint(flags)
