"""Programs that start with SIGINT at its default, or ignored, whatever the tests inherited."""

import signal
import sys

_LAUNCH = "import os, signal, sys; signal.signal(signal.SIGINT, signal.{}); os.execv(sys.executable, sys.argv[1:])"


def python(*arguments: str, sigint: signal.Handlers = signal.SIG_DFL) -> list[str]:
    """Return the command that runs Python with these arguments.

    Parameters
    ----------
    sigint : Handlers
        ``SIG_DFL`` as in a terminal, ``SIG_IGN`` as under nohup and in background jobs of scripts.
    """
    return [sys.executable, "-c", _LAUNCH.format(sigint.name), sys.executable, *arguments]
