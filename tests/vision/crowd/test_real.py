"""Real networks and pictures of crowds, which the tests put together."""

import shutil
import time
from collections.abc import Iterable, Iterator

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from server.core.crowd import Crowd
from server.core.quality import Quality
from server.core.tracks import Tracks
from server.models.paths import default_models_dir
from server.vision.crowd.looks import InlineLooks
from server.vision.crowd.scene import Scene
from server.vision.crowd.watch import CrowdWatch
from server.vision.detections import Detections
from server.vision.settings import VisionSettings
from server.vision.vision import Pipeline, Vision
from tests.crowd_picture import crowd_picture
from tests.media import find_clip, read_vtest
from tests.vision.crowd.boxes import NOBODY
from tests.vision.crowd.scripted import Closer

pytestmark = pytest.mark.timeout(900)

Image = NDArray[np.uint8]
VTEST_MS = 1000 / 7
WAIT_S = 600
"""For looks beside the frames on a machine that has much else to do; an idle one needs a few."""


@pytest.fixture(scope="session")
def without_density(tmp_path_factory: pytest.TempPathFactory) -> Vision:
    """A machine on which the density network was not prepared."""
    models = tmp_path_factory.mktemp("models")
    shutil.copytree(default_models_dir() / "yolo26n", models / "yolo26n")
    return Vision(VisionSettings(models_dir=str(models), precision="fp32"))


def check(tracks: Tracks) -> Crowd:
    """What holds for every frame that is estimated."""
    crowd, certainty = tracks.crowd, tracks.certainty
    assert crowd is not None
    assert certainty is not None
    assert certainty.saturated
    assert tracks.is_reliable
    assert (certainty.low, certainty.high) == (crowd.figure.low, crowd.figure.high)
    assert crowd.figure.low <= crowd.figure.estimate <= crowd.figure.high
    assert np.isfinite(crowd.grid).all()
    assert crowd.grid.sum(dtype=np.float64) == pytest.approx(crowd.figure.estimate, rel=1e-3)
    return crowd


def first_flagged(pipeline: Pipeline, image: Image, seconds: float = 20.0) -> Tracks:
    """The first frame that is called crowded, of a stream that shows a picture at two frames a second."""
    for t in np.arange(0.0, seconds * 1000, 500.0).tolist():
        tracks = pipeline.process_image(image, t)
        if tracks.crowd is not None:
            return tracks
    pytest.fail(f"not called crowded within {seconds:g} s")


@pytest.mark.parametrize("quality", Quality)
def test_a_packed_square_is_estimated(quick: Vision, quality: Quality) -> None:
    image, people = crowd_picture()
    for tracks in (first_flagged(quick.open(quality=quality), image), quick.open(quality=quality).process_still(image)):
        figure = check(tracks).figure
        assert figure.estimate >= people / 2
        assert figure.low <= people <= figure.high
    if quality is Quality.ACCURATE:
        assert tracks.advice is None


def test_beside_the_frames_it_is_estimated_and_never_0_before(vision: Vision) -> None:
    """Frames come by the clock; until the first look is over nothing is known."""
    image, people = crowd_picture()
    vision.open().process_image(image, 0.0)  # networks are compiled now
    pipeline, begun = vision.open(live=True), time.monotonic()
    while time.monotonic() < begun + WAIT_S:
        tracks = pipeline.process_image(image, (time.monotonic() - begun) * 1000)
        if tracks.crowd is not None:
            break
        assert not tracks.is_reliable, "a number that nobody knows"
        time.sleep(0.5)  # the look needs some of the processor, too
    assert check(tracks).figure.estimate >= people / 2


def test_a_photograph_of_a_packed_square(vision: Vision) -> None:
    image = cv2.imread(str(find_clip("crowds/packed-square.jpg")))
    assert image is not None
    figure = check(vision.open().process_still(image.astype(np.uint8, copy=False))).figure
    assert figure.estimate >= 350
    assert figure.low <= 500 <= figure.high


def test_without_the_density_network_it_is_not_known(without_density: Vision) -> None:
    image, _ = crowd_picture()
    tracks = without_density.open().process_still(image)
    assert tracks.crowd is None
    assert tracks.certainty is not None
    assert tracks.certainty.saturated
    assert tracks.certainty.high is None
    assert tracks.certainty.low >= len(tracks.people)
    assert not tracks.is_reliable
    assert without_density.describe()["density"] is None


class Unwatched:
    """No watch over crowds at all."""

    found = NOBODY
    least = None

    def update(self, scene: Scene) -> tuple[object, None]:
        """What the usual look says."""
        return scene.certainty, None


def follow(vision: Vision, frames: Iterable[Image], watch: object | None = None) -> Iterator[Tracks]:
    """A recording's tracks; `watch` instead of the stream's own."""
    pipeline = vision.open()
    if watch is not None:
        pipeline._watch = watch  # type: ignore[assignment]
    for number, image in enumerate(frames):
        yield pipeline.process_image(image, number * VTEST_MS)


@pytest.fixture(scope="session")
def unwatched(vision: Vision) -> list[Tracks]:
    """The campus without a watch over crowds."""
    return list(follow(vision, read_vtest(100), Unwatched()))


def test_a_campus_is_no_crowd_and_its_tracks_stay_as_they_are(vision: Vision, unwatched: list[Tracks]) -> None:
    watched = list(follow(vision, read_vtest(100)))
    for number, (before, after) in enumerate(zip(unwatched, watched, strict=True)):
        assert after.people == before.people, f"frame {number}"
        assert after.crowd is None
        assert after.certainty is not None
        assert before.certainty is not None
        assert not after.certainty.saturated
        assert (after.certainty.low, after.certainty.high) == (before.certainty.low, before.certainty.high)
        assert after.known == (number > 0)
    assert any(tracks.people for tracks in watched)


def test_a_look_that_fails_changes_no_track(vision: Vision, unwatched: list[Tracks]) -> None:
    watch = CrowdWatch(Closer(broken=True), InlineLooks())  # type: ignore[arg-type]
    broken = list(follow(vision, read_vtest(40), watch))
    assert [tracks.people for tracks in broken] == [tracks.people for tracks in unwatched[:40]]


@pytest.mark.parametrize(("height", "width"), [(1, 1), (8, 8), (17, 31), (31, 17)])
def test_tiny_frames(vision: Vision, height: int, width: int) -> None:
    """Noise, so that everything is asked that may be."""
    image = np.random.default_rng(3).integers(0, 255, (height, width, 3), np.uint8)
    tracks = vision.open().process_still(image)
    assert len(tracks.people) <= 1
    assert tracks.certainty is not None
    assert tracks.certainty.high is None or tracks.certainty.low <= tracks.certainty.high
    if tracks.crowd is not None:
        check(tracks)
        assert tracks.crowd.figure.estimate < 100


def test_frames_of_changing_size_and_shape(quick: Vision) -> None:
    """A phone is turned, and its line gets slow."""
    lying, people = crowd_picture()
    standing, more = crowd_picture(960, 540)
    tiny = np.full((8, 8, 3), 90, np.uint8)
    pipeline, versions = quick.open(), [0]
    for t, image, there in ((0, lying, people), (500, standing, more), (1000, tiny, 0), (1500, lying, people)):
        tracks = pipeline.process_image(image, float(t))
        assert (tracks.height, tracks.width) == image.shape[:2]
        if there:
            crowd = check(tracks)
            assert crowd.figure.estimate >= there / 2
            rows, columns = crowd.grid.shape
            assert (rows > columns) == (image.shape[0] > image.shape[1])
            assert crowd.version > versions[-1]
            versions.append(crowd.version)
        else:
            assert not tracks.is_reliable
            assert tracks.crowd is None
    smaller = cv2.resize(lying, (640, 360), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    crowd = check(pipeline.process_image(smaller, 2000.0))
    assert crowd.version == versions[-1], "the same scene in other pixels"


def test_detections_of_a_tile_are_in_pixels_of_the_frame(vision: Vision) -> None:
    """A survey's people lie in the frame, and each in its own tile."""
    image, _ = crowd_picture()
    usual = vision.open().detector.detect(image)
    survey = vision._closer.everywhere(image, usual, dense=False)
    boxes = np.vstack([part.xyxy for _, part in survey.parts])
    assert len(boxes) > 50
    assert (boxes[:, :2] >= 0).all()
    assert (boxes[:, 2] <= image.shape[1]).all()
    assert (boxes[:, 3] <= image.shape[0]).all()
    assert isinstance(survey.parts[0][1], Detections)
    assert survey.boxed.people >= survey.quick.people * 0.9
