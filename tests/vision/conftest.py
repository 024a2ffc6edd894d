"""The networks are loaded once for all vision tests."""

import pytest

from server.models.paths import default_models_dir
from server.vision.settings import VisionSettings
from server.vision.vision import Vision


@pytest.fixture(scope="session")
def vision() -> Vision:
    """Need a prepared model: `make setup` or `crowdcount models pull`.

    It computes in floats, so that every machine finds the same.
    """
    return Vision(VisionSettings(models_dir=str(default_models_dir()), precision="fp32"))
