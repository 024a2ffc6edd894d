"""A web process without a web, for the tests of its parent: lives as long as its first word says.

``python -m tests.faults.fake_web PARENT`` is such a parent, with little patience; what it starts are
``python -m tests.faults.fake_web WORD ORDERS``.
"""

import errno
import itertools
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable

from server.process import supervisor as supervise


def parent(word: str) -> int:
    """Watch web processes that behave as `word` says."""
    supervise.HUNG_S = 1.0
    # An interpreter has to start before it can give a sign of life; one that is mute has nothing to say.
    supervise.START_S = 5.0 if word == "mute" else 60.0
    supervise.STOP_S = 2.0
    if word == "scarce":
        subprocess.Popen = scarce(subprocess.Popen)  # type: ignore[assignment, misc]
    listener = socket.create_server(("127.0.0.1", 0))
    command = (sys.executable, "-m", "tests.faults.fake_web", word)
    return supervise.ServerSupervisor({"main": listener}, {"port": 1}, command).run()


def scarce(start: Callable[..., object]) -> Callable[..., object]:
    """Starts processes, except for the second."""
    count = itertools.count(1)

    def starting(*arguments: object, **options: object) -> object:
        if next(count) == 2:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return start(*arguments, **options)

    return starting


def child(word: str, orders: supervise.WorkerConfig) -> int:
    """Give a sign of life unless the word is ``mute`` or ``refuse``, then do as it says."""
    life = socket.socket(fileno=orders.life)
    print(orders.restarts, os.getpid(), orders.reason, flush=True)
    if word == "refuse":
        return supervise.CANNOT_START
    if word == "mute":
        time.sleep(3600)
    life.send(b".")
    if word == "crash" or (word == "scarce" and not orders.restarts):
        return 7
    while word != "freeze" or orders.restarts:
        life.send(b".")
        time.sleep(0.2)
    time.sleep(3600)
    return 0


if __name__ == "__main__":
    first = sys.argv[1]
    sys.exit(child(first, supervise.WorkerConfig(**json.loads(sys.argv[2]))) if len(sys.argv) > 2 else parent(first))
