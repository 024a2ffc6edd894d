"""What this machine's processor can do."""

import sys
from pathlib import Path

_MULTIPLIES_BYTES = {"avx512_vnni", "avx_vnni", "amx_int8"}
"""Flags of the processor. Without one of them networks are hardly faster in 8 bits (docs/accuracy.md)."""


def multiplies_bytes(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether there are instructions for networks in 8 bits, as far as the system tells; only Linux does."""
    if not sys.platform.startswith("linux") or not cpuinfo.is_file():
        return False
    lines = cpuinfo.read_text("utf-8", "replace").splitlines()
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
    return not _MULTIPLIES_BYTES.isdisjoint(flags)
