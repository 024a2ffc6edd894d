"""Real people in real pictures."""

import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from server.core.errors import FrameError, ModelError
from server.core.quality import Quality
from server.core.tracks import Tracks
from server.models.paths import default_models_dir
from server.vision.decode import decode
from server.vision.settings import VisionSettings
from server.vision.vision import Pipeline, Vision
from tests.media import encode_jpeg, find_asset, find_clip, read_film, read_vtest

FRAME_MS = 1000 / 7
"""vtest.avi was recorded at 7 frames a second."""


def watch(pipeline: Pipeline, jpeg: bytes, times: int = 5) -> Tracks:
    """Show the same picture long enough for people to be confirmed."""
    for index in range(times):
        tracks = pipeline.process(jpeg, index * 100.0)
    return tracks


@pytest.mark.parametrize(("name", "people"), [("bus.jpg", 4), ("zidane.jpg", 2)])
def test_people_of_photographs(vision: Vision, name: str, people: int) -> None:
    jpeg = find_asset(name).read_bytes()
    tracks = watch(vision.open(), jpeg)
    assert len(tracks.people) == people
    assert len({person.id for person in tracks.people}) == people
    for person in tracks.people:
        left, top, right, bottom = person.box_norm
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1
        assert person.id >= 1
        assert 0.25 <= person.score <= 1
    assert list(tracks.people) == sorted(tracks.people, key=lambda person: person.id)
    assert set(tracks.stages_ms) == {"decode", "detect", "embed", "track"}


@pytest.mark.parametrize("widths", [(768, 480), (640, 1024)])
def test_frames_of_another_size_show_the_same_people(vision: Vision, widths: tuple[int, int]) -> None:
    """The browser sends smaller frames when the way gets slow, and larger ones again later."""
    pipeline, seen = vision.open(), list[set[int]]()
    for index, image in enumerate(read_vtest(30)):
        width = widths[index >= 20]
        tracks = pipeline.process_image(cv2.resize(image, (width, width * 3 // 4)), index * FRAME_MS)
        seen.append({person.id for person in tracks.people})
    before, after = seen[19], set[int]().union(*seen[20:])
    assert len(before) >= 4
    assert len(before & after) >= len(before) - 1
    assert len(after - before) <= 1, "nobody is new because of that"


def test_person_at_the_edge(vision: Vision) -> None:
    tracks = watch(vision.open(), find_asset("bus.jpg").read_bytes())
    assert min(person.box_norm[0] for person in tracks.people) < 0.01


def place(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Put a picture into the middle of a grey canvas of this size, as large as it fits."""
    scale = min(width / image.shape[1], height / image.shape[0])
    small = cv2.resize(image, None, fx=scale, fy=scale)
    canvas = np.full((height, width, 3), 128, np.uint8)
    top, left = (height - small.shape[0]) // 2, (width - small.shape[1]) // 2
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    return canvas


@pytest.mark.parametrize(
    ("width", "height"), [(640, 480), (1280, 720), (720, 1280), (480, 640), (500, 500), (641, 479), (1000, 430)]
)
def test_any_aspect_ratio(vision: Vision, width: int, height: int) -> None:
    image = decode(find_asset("zidane.jpg").read_bytes(), max_pixels=1_000_000)
    tracks = watch(vision.open(), encode_jpeg(place(image, width, height)))
    assert (tracks.width, tracks.height) == (width, height)
    assert len(tracks.people) == 2
    # The right one's head is in the right half; his box ends where the picture ends.
    scale = min(width / 1280, height / 720)
    bottom = 0.5 + 720 * scale / height / 2
    right_one = max(tracks.people, key=lambda person: person.box_norm[0])
    assert right_one.box_norm[3] == pytest.approx(bottom, abs=0.06)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (8, 2000), (2000, 8), (33, 31)])
def test_odd_frames_hold_nobody(vision: Vision, width: int, height: int) -> None:
    tracks = watch(vision.open(), encode_jpeg(np.full((height, width, 3), 60, np.uint8)))
    assert tracks.people == ()


def test_refused_frame_leaves_the_tracker_untouched(vision: Vision) -> None:
    frames = [encode_jpeg(image) for image in read_vtest(12)]
    calm, shaken = vision.open(), vision.open()
    for index, jpeg in enumerate(frames):
        expected = calm.process(jpeg, index * FRAME_MS)
        for bad in (b"", b"nonsense", jpeg[: len(jpeg) // 2]):
            with pytest.raises(FrameError):
                shaken.process(bad, index * FRAME_MS)
        assert shaken.process(jpeg, index * FRAME_MS).people == expected.people
    assert expected.people


def test_frames_that_overlap_are_tracked_as_one_after_the_other(vision: Vision) -> None:
    frames = [(image, index * FRAME_MS) for index, image in enumerate(read_vtest(12))]
    calm = vision.open()
    expected = [calm.process_image(image, t) for image, t in frames]
    found = list(vision.open().follow(frames))
    assert [tracks.people for tracks in found] == [tracks.people for tracks in expected]
    assert [tracks.t for tracks in found] == [t for _, t in frames]
    assert found[-1].people


def test_two_streams_that_overlap_stay_apart(vision: Vision) -> None:
    """As in a vision process: one stream's frame is begun while another's is looked at."""
    films = [[encode_jpeg(image) for image in read_vtest(6)], [find_asset("bus.jpg").read_bytes()] * 6]
    expected = [
        [one.process(jpeg, n * FRAME_MS).people for n, jpeg in enumerate(film)]
        for one, film in zip((vision.open(), vision.open()), films, strict=True)
    ]
    first, second = vision.open(), vision.open()
    for n, (street, bus) in enumerate(zip(*films, strict=True)):
        frames = first.begin(street, n * FRAME_MS), second.begin(bus, n * FRAME_MS)
        assert [frame.finish().people for frame in frames] == [film[n] for film in expected]
    assert all(film[-1] for film in expected)


def test_streams_do_not_share_identities(vision: Vision) -> None:
    jpeg = find_asset("bus.jpg").read_bytes()
    alone = [person.id for person in watch(vision.open(), jpeg).people]
    first, second = vision.open(), vision.open()
    watch(first, find_asset("zidane.jpg").read_bytes())
    assert [person.id for person in watch(second, jpeg).people] == alone


def test_accurate_looks_at_the_pixels_that_a_frame_has(vision: Vision) -> None:
    detector = vision.open(quality=Quality.ACCURATE).detector
    sizes = [(480, 640), (576, 768), (720, 1280), (1280, 720), (1080, 1920)]
    assert [detector.side(*size) for size in sizes] == [960, 960, 1280, 1280, 1280]
    hall = next(read_film(find_clip("concourse.mp4")))
    smaller = cv2.resize(hall, (1264, 712))
    found = [int((detector.detect(image).scores >= 0.4).sum()) for image in (hall, smaller)]
    assert found[0] > 1.1 * found[1], f"{found}: a hall from above, about 30 people of 20 to 90 pixels"


class TestVision:
    """The process-wide part."""

    def test_unknown_and_missing_models(self, vision: Vision, tmp_path: Path) -> None:
        with pytest.raises(ModelError) as caught:
            vision.open("yolo99z")
        assert caught.value.code == "UNKNOWN_MODEL"
        with pytest.raises(ModelError) as caught:
            Vision(VisionSettings(models_dir=str(tmp_path)))
        assert caught.value.code == "MODEL_MISSING"

    def test_damaged_network_is_said(self, tmp_path: Path) -> None:
        shutil.copytree(default_models_dir() / "yolo26n", tmp_path / "yolo26n")
        for network in (tmp_path / "yolo26n").glob("*.xml"):
            network.write_bytes(network.read_bytes()[:5000])
        with pytest.raises(ModelError) as caught:
            Vision(VisionSettings(models_dir=str(tmp_path))).warm_up()
        assert caught.value.code == "MODEL_BROKEN"

    def test_description(self, vision: Vision) -> None:
        assert set(vision.describe()) >= {"model", "precision", "input", "backend"}

    def test_a_copied_model_serves_where_nothing_can_prepare_one(self, tmp_path: Path) -> None:
        """Only the core: torch, torchvision and Ultralytics cannot be imported, and the folder was moved."""
        shutil.copytree(default_models_dir() / "yolo26n", tmp_path / "yolo26n")
        program = (
            "import sys; sys.modules.update(dict.fromkeys(['torch', 'torchvision', 'ultralytics']));"
            "from server.vision.vision import Vision; from server.vision.settings import VisionSettings;"
            "import cv2; pipeline = Vision(VisionSettings(models_dir=sys.argv[1])).open();"
            "image = cv2.imread(sys.argv[2]);"
            "print([len(pipeline.process_image(image, t).people) for t in (0.0, 100.0, 200.0)])"
        )
        command = [sys.executable, "-c", program, str(tmp_path), str(find_asset("zidane.jpg"))]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[0, 2, 2]"

    def test_light_modules_stay_light(self) -> None:
        program = (
            "import sys; import server.vision, server.core.jpeg, server.vision.settings, server.models.catalogue,"
            "server.models.paths, server.cli;"
            "print({'torch', 'ultralytics', 'openvino', 'cv2', 'numpy'} & set(sys.modules))"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "set()"
