"""Where the program's own files are, and where its data goes: in a checkout and in an installed package."""

from importlib.resources import files
from pathlib import Path

PACKAGE = Path(str(files("server")))
"""The folder `server`, with the templates and the catalogues of words."""


def find_checkout() -> Path | None:
    """Return the root of the checkout that runs, or None for an installed package."""
    root = PACKAGE.parent
    marks = ("pyproject.toml", "client/build.mjs", "migrations/env.py")
    return root if all((root / mark).is_file() for mark in marks) else None


def resource(name: str) -> Path:
    """Return the folder ``static`` or ``migrations``: beside `server` in a checkout, inside it once it is installed."""
    return (find_checkout() or PACKAGE) / name


def default_data_dir() -> Path:
    """Return ``var`` of the checkout, or the user's data folder of this system."""
    checkout = find_checkout()
    if checkout:
        return checkout / "var"
    from platformdirs import user_data_path  # late: a checkout does not need it

    return user_data_path("crowdcount", appauthor=False)
