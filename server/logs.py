"""What the processes of the server say on standard error."""

import logging
import sys


def set_up_logs(level: str) -> None:
    """Log from this level on (``debug``, ``info``, ``warning`` or ``error``)."""
    form = "%(asctime)s %(levelname)s %(name)s %(message)s"
    logging.basicConfig(level=level.upper(), format=form, stream=sys.stderr)
