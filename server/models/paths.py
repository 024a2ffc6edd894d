"""Location of the prepared models."""

import os
from pathlib import Path


def default_models_dir() -> Path:
    """Return ``CROWDCOUNT_MODELS_DIR``, or ``var/models`` of the checkout, independent of the working directory."""
    chosen = os.environ.get("CROWDCOUNT_MODELS_DIR")
    if chosen:
        return Path(chosen).expanduser().resolve()
    return Path(__file__).resolve().parents[2] / "var" / "models"
