"""Figures of real recordings, from pixels to visitors, against what can be known of them in another way."""

from itertools import islice

import cv2
import numpy as np
import pytest

from bench.zones import ZONES, counted, read_mot, true_counts
from server.core.analytics import Analytics
from server.core.plan import Plan
from server.core.visits import VisitChange
from server.core.zone import Zone
from server.vision.vision import Vision
from tests.media import find_annotation, find_clip, read_film, read_vtest

TABLE = Zone("table", "Table", ((0.42, 0.72), (0.78, 0.72), (0.8, 1.0), (0.4, 1.0)), revisit_s=3)
BODY = (slice(60, 200), slice(390, 480))
"""Rows and columns of the white wall that whoever stands at the table hides."""
POSTER = Zone("poster", "Poster", ((0.03, 0.62), (0.16, 0.62), (0.16, 0.7), (0.03, 0.7)), counts=False)
STEP = 5
PETS = (400, 650)
"""Frames with many crossings. The whole clip takes a minute: `python -m bench.zones` (docs/accuracy.md)."""


def test_six_people_one_after_the_other_with_the_stay_of_each(vision: Vision) -> None:
    """Two frames a second of a recording in which six people stand at a table; when, plain difference says, too."""
    film = read_film(find_clip("one-by-one-person-detection.mp4"))
    pipeline, analytics, ends = vision.open(), Analytics(Plan((TABLE,))), []
    hidden: list[bool] = []
    wall: np.ndarray | None = None
    for image in film:
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)[BODY].astype(float)
        wall = grey if wall is None else wall
        if len(hidden) % STEP == 0:
            report = analytics.update(pipeline.process_image(image, len(hidden) * 100.0)).zones[0]
            ends += [event.dwell_s for event in report.events if event.kind is VisitChange.END]
        hidden.append(float(np.abs(grey - wall).mean()) > 25)
    edges = np.flatnonzero(np.diff(np.array(hidden, int))) / 10
    stays = edges[1::2] - edges[::2]
    figures = report.figures
    assert len(stays) == 6
    assert (figures.visitors, figures.entries, figures.exits, figures.occupancy, figures.peak) == (6, 6, 6, 0, 1)
    assert len(ends) == 6
    assert ends == pytest.approx(stays.tolist(), abs=1.5)


def test_a_person_on_a_poster_is_left_out_where_a_zone_says_so(vision: Vision) -> None:
    """A painted person stands at the left edge for all of the recording, and others walk by."""
    film, pipeline = read_film(find_clip("cases/poster.mp4")), vision.open()
    plain, zoned = Analytics(), Analytics(Plan((POSTER,)))
    pairs = []
    for n, image in enumerate(islice(film, 0, 120, 3)):
        tracks = pipeline.process_image(image, n * 3000 / 24)
        pairs.append((plain.update(tracks), zoned.update(tracks)))
    (left, top), _, (right, bottom), _ = POSTER.points_norm
    for _, after in pairs:
        feet = [((one.box_norm[0] + one.box_norm[2]) / 2, one.box_norm[3]) for one in after.tracks.people]
        assert not any(left < x < right and top < y < bottom for x, y in feet)
        assert after.figures.count == len(after.tracks.people)
    fewer = [before.figures.count - after.figures.count for before, after in pairs]
    assert np.median(fewer) == 1, "the poster alone is left out"
    assert plain.figures.unique - zoned.figures.unique >= 1


def test_three_zones_and_two_lines_count_as_an_annotator_does(vision: Vision) -> None:
    first, last = PETS
    truth = read_mot(find_annotation(), (768, 576), 10.0, truth=True)[first:last]
    pipeline = vision.open()
    images = read_vtest(last - first, first)
    tracks = [pipeline.process_image(image, (first + n) * 100.0) for n, image in enumerate(images)]
    true, (ours, crossings) = true_counts(truth), counted(tracks)
    errors = np.abs(true - ours).mean(axis=0)
    assert dict(zip([zone.name for zone in ZONES], errors <= 0.35, strict=True)) == dict.fromkeys(
        [zone.name for zone in ZONES], True
    ), errors
    true_crossings = counted(truth)[1]
    assert sum(map(sum, true_crossings)) >= 8
    for mine, theirs in zip(crossings, true_crossings, strict=True):
        assert mine == pytest.approx(theirs, abs=1)
