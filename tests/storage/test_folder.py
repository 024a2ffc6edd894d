"""Who else on the machine can read what the server keeps."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.config import Settings
from server.process.backup import back_up, restore
from server.process.serve import prepare
from server.storage.engine.folder import make_private
from tests.faults.figures import note
from tests.faults.processes import serving

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes of files")


@pytest.fixture(autouse=True)
def generous() -> Iterator[None]:
    """As most shells have it."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> dict[str, str]:
    """What others may do with the folder and each file in it, beyond going through."""
    paths = [folder, *(path for path in folder.rglob("*") if "models" not in path.parts)]
    found = {path.name: path.lstat().st_mode for path in paths}
    return {name: stat.filemode(mode) for name, mode in found.items() if mode & 0o006}


def test_a_first_start_keeps_everything_to_itself(tmp_path: Path) -> None:
    served, data = tmp_path / "served", tmp_path / "new" / "data"
    with serving(served):
        assert open_to_others(served) == {}
        assert {"reserve", "secret.key", "crowdcount.sqlite3"} <= {one.name for one in served.iterdir()}
    prepare(Settings(data_dir=data))
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "reserve").stat().st_mode) == 0o600
    note(15, "files and folder that others on the machine can read after a start", "none", "none")


def test_what_an_older_version_left_open_is_closed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "models").mkdir(parents=True)
    data.chmod(0o775)
    for name in ("crowdcount.sqlite3", "reserve", "secret.key", "before-restore-1.sqlite3"):
        (data / name).touch(mode=0o644)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.touch(mode=0o644)
    (data / "before-restore-2.sqlite3").symlink_to(elsewhere)
    prepare(Settings(data_dir=data))
    files = {name: mode for name, mode in open_to_others(data).items() if not mode.startswith("l")}
    assert files == {}
    assert stat.S_IMODE(data.stat().st_mode) == 0o771, "what the group may stays, and the way to the models"
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o644, "a link is not followed"


def test_a_folder_for_everybody_is_left_and_it_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tmp_path.chmod(0o1777)
    make_private(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o1777
    assert "chmod 700" in caplog.text


def test_no_moment_of_a_restore_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy.sqlite3"
    prepare(Settings(data_dir=data))
    back_up(data / "crowdcount.sqlite3", copy)
    seen: list[dict[str, str]] = []

    def look(_path: Path) -> None:
        seen.append(open_to_others(data))

    monkeypatch.setattr("server.process.backup.migrate", look)
    restore(copy, data / "crowdcount.sqlite3", data / "before-restore-1.sqlite3")
    assert seen == [{}]
    assert open_to_others(data) == {}
