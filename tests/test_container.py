"""The Dockerfile and compose.yaml: read for what they promise, and built where a builder runs."""

import json
import re
import shlex
import shutil
import subprocess
import time
import urllib.request
import uuid
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from server.config import PREFIX, Settings
from tools.setup import TORCH

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = {PREFIX + name.upper() for name in Settings.model_fields}
SECRET = re.compile(r"(password|secret|token|key)\w*\s*[=:]\s*\S", re.I)
VARIABLE = re.compile(r"\$\{(\w+)(:?[-?])?([^}]*)\}")


@dataclass
class Stage:
    """One stage of the Dockerfile.

    Attributes
    ----------
    name : str
    source : str
        What it begins with: an image, or another stage.
    steps : list of (str, str)
        Instruction and arguments, in their order.
    """

    name: str
    source: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def of(self, instruction: str) -> list[str]:
        """Return the arguments of each such instruction."""
        return [arguments for name, arguments in self.steps if name == instruction]


def read_stages(text: str) -> dict[str, Stage]:
    """Return the stages by name, in their order."""
    stages: dict[str, Stage] = {}
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        if not line.strip():
            continue
        instruction, _, arguments = line.strip().partition(" ")
        if instruction == "FROM":
            source, keyword, name = arguments.split()
            assert keyword == "AS", line
            current = stages[name] = Stage(name, source)
        else:
            current.steps.append((instruction, arguments.strip()))
    return stages


@pytest.fixture(scope="module")
def stages() -> dict[str, Stage]:
    return read_stages((ROOT / "Dockerfile").read_text("utf-8"))


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    return found


def tracked() -> list[str]:
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("what is copied is compared with git's files, and this is no git checkout")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


def test_images_are_pinned_and_stages_follow_each_other(stages: dict[str, Stage]) -> None:
    known: set[str] = set()
    for stage in stages.values():
        if stage.source not in known:
            assert re.fullmatch(r"(python:3\.\d+|node:\d+)-slim-\w+|node:\d+-\w+-slim", stage.source), stage.source
        known.add(stage.name)
    assert list(stages)[-1] == "server", "what is built without a target"


def test_what_runs_is_small_and_not_root(stages: dict[str, Stage]) -> None:
    for name in ("server", "models"):
        stage = stages[name]
        assert stage.source == "base"
        assert stage.of("USER") == ["crowdcount"]
        assert not stage.of("RUN"), "nothing is installed in what runs"
    for arguments in stages["server"].of("COPY"):
        assert arguments.startswith("--from=program "), "neither Node.js nor sources come along"
    uid = re.search(r"--uid (\d+) .*\bcrowdcount\b", " ".join(stages["base"].of("RUN")))
    assert uid is not None
    assert int(uid[1]) >= 10_000


def test_data_and_models_are_volumes_where_the_settings_say(stages: dict[str, Stage], services: dict[str, Any]) -> None:
    (volumes,) = stages["base"].of("VOLUME")
    environment = dict(pair.split("=", 1) for pair in shlex.split(" ".join(stages["base"].of("ENV"))))
    assert json.loads(volumes) == [environment["CROWDCOUNT_DATA_DIR"], environment["CROWDCOUNT_MODELS_DIR"]]
    assert {name for name in environment if name.startswith(PREFIX)} <= SETTINGS
    assert stages["server"].of("EXPOSE") == [environment["CROWDCOUNT_PORT"]]
    mounted = [one.partition(":")[2] for one in services["crowdcount"]["volumes"]]
    assert mounted == json.loads(volumes)
    assert services["models"]["volumes"][0].endswith(":" + environment["CROWDCOUNT_MODELS_DIR"])


def test_the_health_check_asks_the_server(stages: dict[str, Stage]) -> None:
    (check,) = stages["server"].of("HEALTHCHECK")
    command = json.loads(check.partition("CMD ")[2])
    assert command[:2] == ["python", "-c"]
    compile(command[2], "HEALTHCHECK", "exec")
    assert "/healthz" in command[2]
    assert "--start-period=" in check


def test_python_packages_come_from_the_locks_with_their_checksums(stages: dict[str, Stage]) -> None:
    installs = [one for stage in stages.values() for run in stage.of("RUN") for one in run.split("&&") if "pip" in one]
    assert any("requirements-postgres.lock" in one for one in installs)
    for one in installs:
        words = shlex.split(one)
        assert "--no-deps" in words
        pinned = "--require-hashes" in words or words[-1] == "." or set(words[-2:]) == set(TORCH)
        assert pinned, one
    assert "npm ci" in stages["client"].of("RUN")[0], "the client's packages come from its lock"


def test_whatever_is_copied_is_in_git_and_let_through(stages: dict[str, Stage]) -> None:
    files = tracked()
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in ignored, "nothing comes along by accident"
    for stage in stages.values():
        for arguments in stage.of("COPY"):
            *sources, _target = arguments.split()
            if sources[0].startswith("--from="):
                assert sources[0].removeprefix("--from=") in stages
                continue
            for source in (one.removeprefix("./") for one in sources):
                assert any(name == source or name.startswith(f"{source}/") for name in files), f"{source} is not in git"
                assert f"!{source}" in ignored, f".dockerignore hides {source}"
    for secret in ("var/secret.key", "var/crowdcount.sqlite3", ".env", ".git/config"):
        assert not any(fnmatch(secret, line[1:] + "*") for line in ignored if line.startswith("!")), secret


def test_no_secret_is_written_down(services: dict[str, Any]) -> None:
    for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines():
        assert not SECRET.search(line), line
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if SECRET.search(f"{name}=x"):
                found = VARIABLE.fullmatch(value)
                assert found, f"{name} comes from outside"
                assert not found[3], f"{name} has no default"


def test_compose_is_one_server_with_few_rights(services: dict[str, Any]) -> None:
    assert [name for name, one in services.items() if not one.get("profiles")] == ["crowdcount"]
    assert services["postgres"]["profiles"] == ["postgres"]
    server = services["crowdcount"]
    assert server["cap_drop"] == ["ALL"]
    assert server["read_only"] is True
    assert "/tmp" in server["tmpfs"]
    assert {name for name in server["environment"] if name.startswith(PREFIX)} <= SETTINGS
    assert server["ports"] == ["${CROWDCOUNT_PUBLISH:-127.0.0.1:8000}:8000"], "other machines are let in on purpose"
    assert int(server["stop_grace_period"].rstrip("s")) > Settings.model_fields["shutdown_s"].default + 4
    declared = set(yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["volumes"])
    assert {one.partition(":")[0] for service in services.values() for one in service["volumes"]} == declared


def builder() -> str:
    """Return the command of a builder that works; skip the test without one."""
    for name in ("docker", "podman"):
        if shutil.which(name) is None:
            continue
        answer = subprocess.run([name, "info"], capture_output=True, text=True, timeout=60)
        if answer.returncode == 0 and "Cannot connect" not in answer.stdout + answer.stderr:
            return name
    pytest.skip("no container builder runs here (docker or podman, with its service)")


@pytest.mark.few
@pytest.mark.timeout(1800)
def test_the_image_is_built_and_gets_well() -> None:
    command, name = builder(), f"crowdcount-test-{uuid.uuid4().hex[:8]}"
    subprocess.run([command, "build", "--tag", name, str(ROOT)], check=True, timeout=1500)
    try:
        run = [command, "run", "--detach", "--init", "--name", name, "--publish", "127.0.0.1::8000", name]
        subprocess.run(run, check=True, timeout=60)
        port = subprocess.run([command, "port", name, "8000"], check=True, capture_output=True, text=True).stdout
        address = port.split()[0]
        user = subprocess.run([command, "exec", name, "id", "-u"], check=True, capture_output=True, text=True).stdout
        assert user.strip() == "10001"
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"http://{address}/healthz", timeout=2) as answer:
                    assert answer.status == 200
                    return
            except OSError:
                time.sleep(0.5)
        pytest.fail("it does not answer after a minute")
    finally:
        subprocess.run([command, "rm", "--force", "--volumes", name], check=False, timeout=60)
        subprocess.run([command, "rmi", "--force", name], check=False, timeout=60)
