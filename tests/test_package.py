"""What `python -m build` makes: a clean source archive, and a wheel that serves where nothing else is."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from server import __version__
from server.config import Settings
from server.models.paths import default_models_dir
from server.vision.settings import VisionSettings
from tests.media import find_asset
from tests.support.server import RunningServer
from tests.test_serve import ready

ROOT = Path(__file__).resolve().parent.parent
FRESH = re.compile(r"(PKG-INFO|setup\.cfg|crowdcount_server\.egg-info/\w+(-\w+)*(\.txt)?|static/dist/.+)")
"""What a source archive holds that is not in git: metadata and the built client."""

pytestmark = [pytest.mark.few, pytest.mark.timeout(600)]


@dataclass(frozen=True)
class Built:
    """The two files of a release."""

    archive: Path
    wheel: Path


def tracked() -> list[str]:
    """Return the files of this checkout that git knows or would add."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("the files of a release are compared with git's, and this is no git checkout")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [name for name in names if (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build both in a copy, so that nothing is left in the checkout."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("out")
    for name in tracked():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, source / name)
    shutil.copytree(ROOT / "static" / "dist", source / "static" / "dist")
    # What no release may pick up.
    for name in (
        "var/crowdcount.sqlite3",
        "server/__pycache__/app.pyc",
        "build/lib/server/gone.py",
        "server/note.txt~",
    ):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("left over")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=out)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return Built(next(out.glob("*.tar.gz")), next(out.glob("*.whl")))


def test_the_source_archive_holds_what_git_holds_and_the_client(built: Built) -> None:
    with tarfile.open(built.archive) as archive:
        names = {name.partition("/")[2] for name in archive.getnames() if archive.getmember(name).isfile()}
    assert [name for name in sorted(names - set(tracked())) if not FRESH.fullmatch(name)] == []
    assert {"static/dist/manifest.json", "client/build.mjs", "package-lock.json", "requirements.lock"} <= names
    assert {"migrations/env.py", "tests/conftest.py", "setup.py", "LICENSE"} <= names


def test_the_wheel_holds_everything_that_serving_reads(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as wheel:
        names = set(wheel.namelist())
        metadata = wheel.read(f"crowdcount_server-{__version__}.dist-info/METADATA").decode()
    read = [name for name in tracked() if name.startswith(("server/", "static/", "migrations/"))]
    wanted = {name if name.startswith("server/") else f"server/{name}" for name in read}
    dist = {path.relative_to(ROOT).as_posix() for path in (ROOT / "static" / "dist").rglob("*") if path.is_file()}
    files = {name for name in names if ".dist-info/" not in name}
    assert files == wanted | {f"server/{name}" for name in dist}
    for line in ("Name: crowdcount-server", f"Version: {__version__}", "License-Expression: AGPL-3.0-or-later"):
        assert line in metadata.splitlines()


@pytest.fixture(scope="module")
def program(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command `crowdcount` of an environment that holds the wheel, and sees the libraries of this one."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*command, str(built.wheel)], check=True, timeout=120)
    # As plain folders: this environment's own editable installation is not followed.
    specs = [importlib.util.find_spec(name) for name in ("quart", "platformdirs")]
    libraries = {str(Path(spec.origin).parents[1]) for spec in specs if spec and spec.origin}
    packages = next((folder / "lib").glob("python*/site-packages"))
    (packages / "libraries.pth").write_text("\n".join(sorted(libraries)) + "\n")
    return folder / "bin" / "crowdcount"


@contextmanager
def serving(program: Path, home: Path, **settings: str) -> Iterator[str]:
    """Serve from an empty directory, as a user without any data; the URL."""
    empty = home / "empty"
    empty.mkdir(parents=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CROWDCOUNT_", "PYTHON"))}
    environment = kept | {"HOME": str(home), "XDG_DATA_HOME": str(home / "data")} | settings
    process = subprocess.Popen(
        [str(program), "serve", "--port", "0"], cwd=empty, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, "it prints its URL"
        yield found[0]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
        process.stdout.close()
    assert list(empty.iterdir()) == [], "nothing is written where it was started"


async def test_it_serves_pages_and_counts(program: Path, tmp_path: Path) -> None:
    models, picture = default_models_dir(), find_asset("bus.jpg").read_bytes()
    if not (models / VisionSettings(models_dir="").model / "model.json").is_file():
        pytest.skip(f"there is no prepared detector in {models}: crowdcount models pull")
    with serving(program, tmp_path, CROWDCOUNT_MODELS_DIR=str(models), CROWDCOUNT_BCRYPT_COST="4") as url:
        async with RunningServer(url, Settings()).client() as user:
            async with user.http.get("/") as response:
                page = await response.text()
                assert response.status == 200
            script = re.search(r'/assets/[\w.-]+\.js"', page)
            assert script, "the page names a built file"
            for path in (script[0].rstrip('"'), "/static/icons/favicon.svg"):
                async with user.http.get(path) as response:
                    assert response.status == 200, path
            async with user.http.get("/login", headers={"Accept-Language": "de"}) as response:
                assert '<html lang="de"' in await response.text(), "the catalogues are there"
            await ready(user)
            await user.register()
            await user.connect()
            stream = (await user.open(await user.camera()))["stream"]
            for seq in range(1, 6):
                result = (await user.frame(stream, seq, picture))["result"]
            assert 3 <= result["count"] <= 4
    found = {path.name for path in (tmp_path / "data").rglob("crowdcount.sqlite3")}
    assert found == {"crowdcount.sqlite3"}, "the database is in the user's data folder"


def test_models_are_looked_for_beside_the_data(program: Path, tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CROWDCOUNT_", "PYTHON"))}
    environment = kept | {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    code = "from server.models.paths import default_models_dir as d; import server; print(d(), server.__file__)"
    python = program.with_name("python")
    done = subprocess.run([python, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    models, module = done.stdout.split()
    assert Path(module).is_relative_to(program.parents[1]), "it is the installed package that runs"
    assert Path(models).name == "models"
    assert Path(models).parent.name == "crowdcount"
    if sys.platform == "linux":
        assert Path(models) == tmp_path / "data" / "crowdcount" / "models"
