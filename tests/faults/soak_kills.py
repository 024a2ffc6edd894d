"""Processes that are killed, for the long runs: once in a while, and again and again."""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from typing import Any

from server.engine import supervisor
from server.process import supervisor as supervise
from tests.faults.processes import Serving, alive, wait_for
from tests.faults.soak_report import Finding

PROMISE_S = 5.0
LIVES_S = max(supervise.STABLE_S, supervisor.STABLE_S) + 2
"""Whoever lived this long was well: after its end there is no pause for what fails again and again."""
IN_A_ROW = 4
KINDS = (("worker", 12, "/readyz", "vision process"), ("web", 13, "/healthz", "web process"))


def kills(running: Serving, rounds: int) -> list[Finding]:
    """End vision and web processes in turn, each after it has lived for a while; rows 12 and 13."""
    found = []
    for which, row, path, name in KINDS:
        times = []
        for _ in range(rounds):
            time.sleep(LIVES_S)
            times.append(_kill(running, which, path))
        slowest = f"{max(times):.1f} s, median {sorted(times)[len(times) // 2]:.1f} s"
        what = f"{name} killed after {LIVES_S:.0f} s: there again, slowest of {rounds}"
        found.append(Finding(row, what, slowest, f"≤ {PROMISE_S:.0f} s", max(times) <= PROMISE_S))
    return found


def crash_loops(running: Serving) -> list[Finding]:
    """End them as soon as they are there again: the pauses grow, and it is told."""
    found = []
    for which, row, path, name in KINDS:
        time.sleep(LIVES_S)
        before = readiness(running)["web"]["restarts"]
        times = [_kill(running, which, path) for _ in range(IN_A_ROW)]
        said = readiness(running)
        told = bool(said["warnings"]) if which == "worker" else said["web"]["restarts"] == before + IN_A_ROW
        took = ", ".join(f"{seconds:.1f}" for seconds in times)
        what = f"{name} killed {IN_A_ROW} times in a row: there again after"
        found.append(Finding(row, what, f"{took} s", "later each time, told by /readyz", told and times[-1] > times[0]))
    return found


def _kill(running: Serving, which: str, path: str) -> float:
    """Seconds until it is there again; returns when frames can be counted."""
    pid, before = running.worker if which == "worker" else running.web, restarts(running, which)
    os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    wait_for(lambda: not alive(pid), 10)
    wait_for(lambda: running.answers() and restarts(running, which) > before, 60)  # until then it looks as it was
    wait_for(lambda: running.answers(path), 60)
    took = time.monotonic() - began
    wait_for(lambda: running.answers("/readyz"), 60)
    return took


def restarts(running: Serving, which: str) -> int:
    """How often there was a new one of them."""
    said = readiness(running)
    return int(said["web"]["restarts"] if which == "web" else said["checks"]["engine"]["workers"][0]["restarts"])


def readiness(running: Serving) -> dict[str, Any]:
    """What /readyz says, ready or not."""
    try:
        with urllib.request.urlopen(f"{running.url}/readyz", timeout=10) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        return dict(json.load(error))
