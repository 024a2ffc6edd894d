"""Location of the prepared models."""

import os
from pathlib import Path

from server.common.resources import default_data_dir


def default_models_dir() -> Path:
    """Return ``CROWDCOUNT_MODELS_DIR``, or ``models`` in the default data directory, wherever you start the program."""
    chosen = os.environ.get("CROWDCOUNT_MODELS_DIR")
    if chosen:
        return Path(chosen).expanduser().resolve()
    return default_data_dir() / "models"
