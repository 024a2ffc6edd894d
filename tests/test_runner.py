"""Several processes that test: one that dies ends the run at once, and the run has failed."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONG_S = 300
"""How long the other process would go on by itself."""

OTHER = f"""
import time

def test_long():
    time.sleep({LONG_S})
"""
HALF_WAY = """
import os, pathlib, pytest, signal, time

@pytest.mark.parametrize("number", range(4))
def test_one(number):
    if number == 2:
        {death}

def test_last():
    "Several are left: they are what pytest-xdist wants to give to others."
"""
AT_THE_END = """
import os, pytest

def test_one():
    pass

def pytest_sessionfinish(session):
    if "PYTEST_XDIST_WORKER" in os.environ:
        os._exit(0)
"""
AT_IMPORT = """
import os

if os.environ.get("PYTEST_XDIST_WORKER") == "gw0":
    os._exit(0)

def test_one():
    pass
"""


def run(folder: Path, files: dict[str, str]) -> tuple[subprocess.CompletedProcess[str], float]:
    """Run these files in two processes, with the project's options and scheduler; seconds are how long that took."""
    for name, content in files.items():
        (folder / name).write_text(content)
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder)]
    command += ["-p", "tests.support.turns", "-n", "2", "--dist", "loadscope", str(folder)]
    for plugin in ("schemathesis", "hypothesispytest", "cacheprovider"):  # slow to load, and nothing to do here
        command += ["-p", f"no:{plugin}"]
    # What this process was told as one of several must not reach processes of the run within.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PYTHONPATH"] = str(ROOT)
    begun = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, timeout=LONG_S / 2)
    return done, time.monotonic() - begun


def test_a_process_that_dies_in_a_test_ends_the_run(tmp_path: Path) -> None:
    death = "os.kill(os.getpid(), signal.SIGKILL)"
    done, took_s = run(tmp_path, {"test_one.py": HALF_WAY.format(death=death), "test_other.py": OTHER})
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout
    assert "died in test_one.py::test_one[2]" in done.stdout
    assert took_s < LONG_S / 5


def test_the_last_one_to_die_ends_the_run(tmp_path: Path) -> None:
    """Nothing is left to give to the other process, and it knows: this is where pytest-xdist alone waits for ever."""
    one, other = HALF_WAY.format(death="time.sleep(5); os._exit(0)"), OTHER.replace(str(LONG_S), "1")
    done, _ = run(tmp_path, {"test_one.py": one, "test_other.py": other})
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout
    assert "died in test_one.py::test_one[2]" in done.stdout


@pytest.mark.parametrize("files", [{"conftest.py": AT_THE_END, "test_one.py": AT_THE_END}, {"test_one.py": AT_IMPORT}])
def test_a_process_that_dies_outside_of_tests_ends_the_run(tmp_path: Path, files: dict[str, str]) -> None:
    done, _ = run(tmp_path, files)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout
    assert "died outside of tests" in done.stdout
