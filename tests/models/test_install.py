"""Putting a prepared model in its place destroys no folder that is something else."""

from pathlib import Path

import pytest

from server.core.errors import ModelError
from server.models.workshop import install


def staged(tmp_path: Path) -> tuple[Path, Path]:
    """A finished folder, and a scratch folder."""
    scratch = tmp_path / "scratch"
    staging = scratch / "model"
    staging.mkdir(parents=True)
    (staging / "model.json").write_text("new")
    return staging, scratch


def test_a_folder_with_other_files_is_not_replaced(tmp_path: Path) -> None:
    staging, scratch = staged(tmp_path)
    final = tmp_path / "model"
    final.mkdir()
    (final / "thesis.txt").write_text("precious")
    with pytest.raises(ModelError, match="move it away first"):
        install(staging, final, scratch)
    assert (final / "thesis.txt").read_text() == "precious"


def test_a_model_is_back_when_the_new_one_cannot_be_put_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    staging, scratch = staged(tmp_path)
    final = tmp_path / "model"
    final.mkdir()
    (final / "model.json").write_text("old")
    rename = Path.rename

    def full(self: Path, target: Path) -> Path:
        if self == staging:
            raise OSError("no space left")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="no space"):
        install(staging, final, scratch)
    assert (final / "model.json").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model", "scratch"]


def test_of_a_link_the_folder_behind_it_is_replaced(tmp_path: Path) -> None:
    staging, scratch = staged(tmp_path)
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "model.json").write_text("old")
    (tmp_path / "model").symlink_to("shared")
    install(staging, tmp_path / "model", scratch)
    assert (tmp_path / "model").is_symlink()
    assert (tmp_path / "shared" / "model.json").read_text() == "new"
