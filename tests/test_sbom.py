"""The software bill of materials says what the locks say, and the locks hold nothing that nothing needs."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools.sbom import LOCKS, ROOT, TARGET, bill

UNNEEDED = ("openvino-telemetry", "simple-websocket", "pywebpush", "py-vapid", "requests", "urllib3", "certifi")
"""What others ask for and what serves never imports."""


def pinned(lock: Path) -> dict[str, str]:
    """Name and version of each package that a lock installs."""
    lines = re.findall(r"^([a-z0-9._-]+)==(\S+)(.*)$", lock.read_text(), re.M)
    return {name: version for name, version, rest in lines if "'never'" not in rest}


def test_the_bill_is_that_of_the_locks() -> None:
    assert TARGET.read_text("utf-8") == bill(), "make sbom"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_of_a_lock_is_in_it_with_its_checksums(lock: str) -> None:
    listed = [one for one in json.loads(bill())["components"] if one["purl"].startswith("pkg:pypi/")]
    here = {one["purl"] for one in listed if {"name": "crowdcount:lock", "value": lock} in one["properties"]}
    wanted = {f"pkg:pypi/{name}@{version}" for name, version in pinned(ROOT / LOCKS[lock]).items()}
    assert wanted
    assert wanted <= here
    assert all(len(one["hashes"]) for one in listed)


def test_what_browsers_are_sent_is_told_from_what_builds_it() -> None:
    found = {one["name"]: one["properties"] for one in json.loads(bill())["components"] if "npm" in one["purl"]}
    for name, lock in (("socket.io-client", "client"), ("engine.io-client", "client"), ("typescript", "client-dev")):
        assert found[name] == [{"name": "crowdcount:lock", "value": lock}]


def test_the_core_holds_nothing_that_is_not_needed() -> None:
    assert not pinned(ROOT / LOCKS["core"]).keys() & set(UNNEEDED)


def test_the_server_runs_without_it() -> None:
    modules = ["openvino_telemetry", "simple_websocket", "pywebpush", "py_vapid", "requests", "urllib3", "certifi"]
    without = f"import sys; sys.modules.update(dict.fromkeys({modules}));"
    code = f"{without} import openvino, server.app, server.process.web, server.cli.main"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
