"""What a process holds, as the system says."""

import os
from pathlib import Path


def resident_bytes(pid: int) -> int | None:
    """Memory of a process that is in use, shared parts included; None where the system does not tell, or it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
