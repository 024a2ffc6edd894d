"""What is another scene, and what is the same one in another light or from a little to the side."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from server.vision.scene_cut import SceneCuts
from server.vision.vision import Vision
from tests.media import find_clip, read_film, read_vtest

Image = NDArray[np.uint8]


def elsewhere(image: Image) -> Image:
    """Another place in other colours: mirrored, and red, green and blue exchanged."""
    return np.ascontiguousarray(image[:, ::-1, [1, 2, 0]])


@pytest.fixture(scope="module")
def street() -> Image:
    """A frame of the clip."""
    return read_vtest(1)[0]


def test_a_running_scene_is_not_cut() -> None:
    cuts = SceneCuts()
    assert not any(cuts.update(image) for image in read_vtest(60)[::10])


def test_another_scene_is_a_cut_and_then_the_usual(street: Image) -> None:
    cuts = SceneCuts()
    other = elsewhere(street)
    assert [cuts.update(image) for image in (street, other, other, street)] == [False, True, False, True]


def test_light_and_infrared_are_no_cuts(street: Image) -> None:
    grey = cv2.cvtColor(cv2.cvtColor(street, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    night = (grey // 3).astype(np.uint8)
    cuts = SceneCuts()
    assert [cuts.update(image) for image in (street, night, street)] == [False, False, False]


def test_a_bump_is_no_cut(street: Image) -> None:
    cuts = SceneCuts()
    assert [cuts.update(image) for image in (street[:, :600], street[:, 160:760])] == [False, False]


def test_black_in_between_is_passed_over(street: Image) -> None:
    black, other = np.zeros_like(street), elsewhere(street)
    cuts = SceneCuts()
    assert [cuts.update(image) for image in (street, black, street, black, other)] == [False, False, False, False, True]


def test_no_identity_goes_over_a_cut(vision: Vision) -> None:
    """The people of the first scene are not in the second, and those of the second are counted at once."""
    pipeline = vision.open()
    images = read_vtest(5)
    for number, image in enumerate(images):
        before = pipeline.process_image(image, number * 100.0)
    after = [pipeline.process_image(elsewhere(image), 500.0 + number * 100.0) for number, image in enumerate(images)]
    assert len(before.people) > 2
    assert all(tracks.people for tracks in after)
    assert not {person.id for person in before.people} & {person.id for tracks in after for person in tracks.people}


def test_frames_far_apart_are_each_counted(vision: Vision) -> None:
    """24 frames, one every twelve seconds, about 5.3 people in each."""
    pipeline, counts = vision.open(), []
    for image in read_film(find_clip("cases/twelve-seconds-apart.mp4")):
        counts.append(len(pipeline.process_image(image, len(counts) * 12_000.0).people))
    assert len(counts) == 24
    assert np.mean(np.abs(np.array(counts[1:]) - 5.3)) <= 1.5
    assert abs(np.mean(counts[1:]) - 5.3) <= 1
