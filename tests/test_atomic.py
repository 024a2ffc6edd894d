"""Files that are written destroy nothing: devices, pipes, links, other outputs, what was there before.

Devices are made in a folder of the test's own; nothing here names one of the machine.
"""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from server.common.atomic import Outputs, refuse_equal, replacing
from tests.faults.figures import note


def device(path: Path, minor: int) -> Path:
    """A character device of memory: 3 swallows everything, 7 is always full."""
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, minor))
        path.open("ab").close()
    except (AttributeError, OSError):
        pytest.skip("makes devices, which this user or file system may not")
    return path


def test_a_device_is_written_to_and_stays(tmp_path: Path) -> None:
    null = device(tmp_path / "null", 3)
    link = tmp_path / "link"
    link.symlink_to(null)
    for path in (null, link):
        before = path.stat()
        with Outputs() as outputs:
            outputs.text(path).write("lines\n")
            outputs.path(path).write_text("more")
        assert (path.stat().st_ino, path.stat().st_rdev) == (before.st_ino, before.st_rdev)
    note(15, "a device as the target of an output", "written to, still there", "only regular files are replaced")


def test_a_full_device_is_an_error_and_stays(tmp_path: Path) -> None:
    full = device(tmp_path / "full", 7)
    with pytest.raises(OSError, match="No space left"), Outputs() as outputs:
        outputs.text(full).write("lines\n")
    with pytest.raises(OSError, match="No space left"), replacing(full) as draft:
        draft.write_text("more")
    assert stat.S_ISCHR(full.stat().st_mode)


def test_a_pipe_gets_what_is_written(tmp_path: Path) -> None:
    pipe, got = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()), daemon=True)
    reader.start()
    with Outputs() as outputs:
        outputs.text(pipe).write("lines\n")
    reader.join(10)
    assert got == [b"lines\n"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


WRITE = """
import sys
from pathlib import Path
from server.common.atomic import Outputs
with Outputs() as outputs:
    outputs.text(Path(sys.argv[1])).write("lines\\n")
"""


@pytest.mark.parametrize("through", ["link", "descriptor"])
def test_standard_output_is_neither_replaced_nor_cut(tmp_path: Path, through: str) -> None:
    """The links lead to the descriptor of the child, never to a device of the machine by its own name."""
    log, link = tmp_path / "log.txt", tmp_path / "out"
    log.write_text("what was there\n")
    link.symlink_to("/proc/self/fd/1")
    name = str(link) if through == "link" else "/proc/self/fd/1"
    inode = log.stat().st_ino
    with log.open("ab") as file:
        done = subprocess.run([sys.executable, "-c", WRITE, name], stdout=file, timeout=60, check=False)
    assert done.returncode == 0
    assert log.read_text() == "what was there\nlines\n"
    assert log.stat().st_ino == inode
    assert link.is_symlink()


def test_a_link_leads_to_the_file_that_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    real, link = tmp_path / "deep" / "real.txt", tmp_path / "link.txt"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to("deep/real.txt")
    with replacing(link) as draft:
        assert draft.parent == real.parent
        draft.write_text("new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640, "what was private stays so"
    assert sorted(path.name for path in real.parent.iterdir()) == ["real.txt"]


def test_nothing_appears_unless_all_of_it_can(tmp_path: Path) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("old")
    with pytest.raises(ValueError, match="in the middle"), Outputs() as outputs:
        outputs.text(one).write("new")
        outputs.path(two).write_text("new")
        raise ValueError("in the middle")
    assert one.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["one.txt"]


def test_a_planted_draft_is_not_followed(tmp_path: Path) -> None:
    """In a folder that others write to, the name of a draft cannot be guessed, nor a link be put there before."""
    victim, out = tmp_path / "victim", tmp_path / "out.txt"
    victim.write_text("precious")
    (tmp_path / f".out-{os.getpid()}.txt").symlink_to(victim)
    with replacing(out) as draft:
        draft.write_text("new")
    assert victim.read_text() == "precious"


@pytest.mark.parametrize("name", ["loop", "socket"])
def test_what_cannot_be_written_is_said_at_once(tmp_path: Path, name: str) -> None:
    import socket

    path = tmp_path / name
    with socket.socket(socket.AF_UNIX) as server:
        if name == "socket":
            server.bind(str(path))
        else:
            path.symlink_to(path)
        with pytest.raises(OSError, match=r"circle|neither"), replacing(path):
            pytest.fail("entered")


def test_one_file_by_two_names_is_refused(tmp_path: Path) -> None:
    film, hard, soft, other = (tmp_path / name for name in ("film", "hard", "soft", "other"))
    film.write_text("x")
    hard.hardlink_to(film)
    soft.symlink_to(film)
    for path in (film, hard, soft, tmp_path / "." / "film", Path(os.path.relpath(film))):
        with pytest.raises(OSError, match="cannot be used twice"):
            refuse_equal([Path(str(path))], [film])
    with pytest.raises(OSError, match="cannot be used twice"):
        refuse_equal([other, Path(f"{tmp_path}/sub/../other")], [])
    refuse_equal([other, tmp_path / "another"], [film])
