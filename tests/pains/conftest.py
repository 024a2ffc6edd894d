"""The networks are loaded once for all scenes."""

import pytest

from server.models.paths import default_models_dir
from server.vision.settings import VisionSettings
from server.vision.vision import Vision


@pytest.fixture(scope="package")
def vision() -> Vision:
    """Need a prepared model: `make setup` or `crowdcount models pull`."""
    return Vision(VisionSettings(models_dir=str(default_models_dir())))
