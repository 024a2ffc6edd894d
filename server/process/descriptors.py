"""How many files and sockets this process may have open."""

import resource

MOST = 65_536
"""More are not asked for, where the system would give any number: what runs beside closes them one by one."""
RESERVE_SHARE = 8
"""Of how many one stays for files, databases and processes; at least `LEAST_RESERVE`."""
LEAST_RESERVE = 64


def raise_limit() -> int:
    """Take as many as the system gives this process. Returns how many it may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return limit()


def limit() -> int:
    """How many it may have."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if soft == resource.RLIM_INFINITY else soft


def for_connections() -> int:
    """How many of them connections may take."""
    most = limit()
    return max(1, most - max(LEAST_RESERVE, most // RESERVE_SHARE))
