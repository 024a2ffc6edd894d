"""Put into the package what is beside it in a checkout. Everything else about the build is in pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

ROOT = Path(__file__).resolve().parent
PARTS = ("static", "migrations")
"""Folders of the checkout that `server.common.resources` finds inside an installed package."""
CLIENT = ROOT / "static" / "dist" / "manifest.json"


def require_client() -> None:
    """Refuse a build whose pages would have no scripts. Raises SystemExit."""
    if not CLIENT.is_file():
        raise SystemExit("static/dist is missing. Build the browser client first: npm ci && npm run build")


class BuildPackage(build_py):
    """Build the package with its static files and migrations."""

    def run(self) -> None:
        """Build; an editable installation reads the checkout's own folders."""
        if self.editable_mode:
            super().run()
            return
        require_client()
        target = Path(self.build_lib) / "server"
        if target.is_dir():
            shutil.rmtree(target)  # of an earlier build: deleted modules would come back
        super().run()
        for part in PARTS:
            shutil.copytree(ROOT / part, target / part, ignore=shutil.ignore_patterns("__pycache__"))


class SourceArchive(sdist):
    """Pack the sources with a built client, so that a wheel can be made without Node.js."""

    def run(self) -> None:
        """Pack."""
        require_client()
        super().run()


setup(cmdclass={"build_py": BuildPackage, "sdist": SourceArchive})
