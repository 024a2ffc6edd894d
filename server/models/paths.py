"""Where prepared models are kept."""

import os
from pathlib import Path


def default_models_dir() -> Path:
    """Return ``CROWDCOUNT_MODELS_DIR``, or ``var/models`` of the checkout, wherever the program was started."""
    chosen = os.environ.get("CROWDCOUNT_MODELS_DIR")
    if chosen:
        return Path(chosen).expanduser().resolve()
    return Path(__file__).resolve().parents[2] / "var" / "models"
