"""A prepared density network whose file was damaged afterwards opens all the same: its checksums tell."""

import json
import logging
import shutil
from pathlib import Path

import pytest

from server.cli.main import main
from server.models.catalogue import CARD_FILE, DENSITY, find_prepared
from server.models.checksum import sums
from server.models.paths import default_models_dir
from server.vision.settings import VisionSettings
from server.vision.vision import Vision


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    """A density network as it is prepared now."""
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "yolo26n").symlink_to(default_models_dir() / "yolo26n")
    source = default_models_dir() / DENSITY
    if not source.is_dir():
        pytest.skip("the density network is not prepared")
    shutil.copytree(source, folder / DENSITY)
    note(folder, sums(folder / DENSITY))
    return folder


def note(models_dir: Path, files: object) -> None:
    """Write this on the card; None removes it, as older versions had none."""
    path = models_dir / DENSITY / CARD_FILE
    card = json.loads(path.read_text("utf-8")) | {"files": files}
    path.write_text(json.dumps({key: value for key, value in card.items() if value is not None}), "utf-8")


def damage(models_dir: Path) -> None:
    """Two megabytes of zeros."""
    with (models_dir / DENSITY / "network.bin").open("r+b") as file:
        file.seek(8_000_000)
        file.write(bytes(2_000_000))


def sees_density(models_dir: Path) -> bool:
    settings = VisionSettings(models_dir=str(models_dir), appearance="colour", precision="fp32")
    return Vision(settings).describe()["density"] is not None


def test_as_it_was_prepared_it_is_used(models_dir: Path) -> None:
    files = dict(find_prepared(models_dir, DENSITY).files)
    assert {"network.bin", "network.xml"} <= set(files)
    assert sees_density(models_dir)


def test_damaged_it_is_missing_and_that_is_said(models_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    damage(models_dir)
    with caplog.at_level(logging.WARNING, "crowdcount.vision"):
        assert not sees_density(models_dir)
    [record] = caplog.records
    assert record.getMessage().startswith("crowds are not estimated: network.bin of csrnet is damaged")
    assert "models pull csrnet" in record.getMessage()


def test_the_list_says_it(
    models_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CROWDCOUNT_MODELS_DIR", str(models_dir))
    damage(models_dir)
    assert main(["models"]) == 0
    assert "csrnet: network.bin of csrnet is damaged" in capsys.readouterr().out


def test_cards_without_checksums_are_used_still(models_dir: Path) -> None:
    note(models_dir, None)
    assert find_prepared(models_dir, DENSITY).files == ()
    assert sees_density(models_dir)
