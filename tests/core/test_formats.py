"""Zones, lines and visits through a change of the frame's format: people are placed on the frame that was drawn on."""

from dataclasses import replace

import numpy as np
import pytest

from server.core.analytics import Analysis, Analytics
from server.core.crowd import Crowd, CrowdFigure, Method
from server.core.formats import Formats
from server.core.plan import Plan
from server.core.plan_json import decode_plan, encode_plan
from server.core.plan_view import IDENTITY_VIEW
from server.core.tracks import Track, Tracks
from server.core.view import IDENTITY, View, compose, inverse, map_box, map_points
from server.core.zone import Line, Zone
from server.core.zone_mask import zone_mask

WIDE, FULL = (1280, 720), (960, 720)
CROPPED = View(*WIDE, (4 / 3, 0.0, -1 / 6, 0.0, 1.0, 0.0), fits=True)
"""4:3 that shows the middle of 16:9: an eighth is missing at either side."""
LOST = View(*WIDE, IDENTITY, fits=False)
SQUARE = ((0.4, 0.4), (0.6, 0.4), (0.6, 0.8), (0.4, 0.8))


def box(x: float, y: float, width: float = 0.05, height: float = 0.3) -> tuple[float, float, float, float]:
    """Feet at x, y."""
    return (x - width / 2, y - height, x + width / 2, y)


def frame(t: float, x: float, y: float, view: View | None = None, epoch: int = 1) -> Tracks:
    """Somebody whose feet are at x, y of the 16:9 frame, in the format of `view`."""
    where = box(x, y) if view is None else map_box(view.affine, box(x, y))
    size = WIDE if view is None else FULL
    return Tracks(t, *size, (Track(1, where, 0.9),), view=view, epoch=epoch)


def watch(plan: Plan) -> Analytics:
    return Analytics(plan)


def test_maps() -> None:
    there = map_points(CROPPED.affine, [(0.5, 0.5), (0.125, 0.0), (0.875, 1.0)])
    assert np.allclose(there, [(0.5, 0.5), (0.0, 0.0), (1.0, 1.0)])
    assert np.allclose(compose(CROPPED.affine, inverse(CROPPED.affine)), IDENTITY)
    turn = (0.0, -1.0, 1.0, 1.0, 0.0, 0.0)  # by a quarter, clockwise
    assert np.allclose(map_box(turn, (0.1, 0.2, 0.3, 0.6)), (0.4, 0.1, 0.8, 0.3))


def test_a_visit_goes_on() -> None:
    analytics = watch(Plan(zones=(Zone("z", "Hall", SQUARE),)))
    found: list[Analysis] = []
    for step in range(60):
        view = CROPPED if 20 <= step < 40 else None
        found.append(analytics.update(frame(step * 100.0, 0.59, 0.6, view)))
    assert [one.zones[0].figures.occupancy for one in found[5:]] == [1] * 55
    figures = found[-1].zones[0].figures
    assert (figures.entries, figures.exits, figures.visitors) == (1, 0, 1)
    assert figures.dwell.longest_now_s == pytest.approx(5.9)
    assert [one.view.changed for one in found[18:42]] == [False] * 2 + [True] * 20 + [False] * 2
    # What is drawn in the picture is where the person is in it.
    assert found[25].tracks.people[0].box_norm == map_box(CROPPED.affine, box(0.59, 0.6))


def test_without_a_fit_normalised_places_are_kept() -> None:
    analytics = watch(Plan(zones=(Zone("z", "Hall", SQUARE),)))
    for step in range(20):
        analytics.update(frame(step * 100.0, 0.5, 0.6))
    analysis = analytics.update(replace(frame(2000.0, 0.5, 0.6), width=960, view=LOST))
    assert analysis.zones[0].figures.occupancy == 1
    assert (analysis.view.changed, analysis.view.fits) == (True, False)


def test_nobody_crosses_a_line_because_the_format_changes() -> None:
    """Normalised, somebody a little left of the line would be far right of it."""
    line = Line("l", "Door", ((0.8, 0.1), (0.8, 0.9)))
    analytics = watch(Plan(lines=(line,)))
    for step in range(60):
        analysis = analytics.update(frame(step * 100.0, 0.77, 0.6, CROPPED if step % 20 >= 10 else None))
    assert (analysis.lines[0].inward, analysis.lines[0].outward) == (0, 0)
    for step in range(60, 100):
        analysis = analytics.update(frame(step * 100.0, 0.77 + (step - 60) * 0.002, 0.6, CROPPED))
    assert analysis.lines[0].inward + analysis.lines[0].outward == 1


def test_an_excluded_place_stays_excluded() -> None:
    analytics = watch(Plan(zones=(Zone("z", "Poster", SQUARE, counts=False),)))
    for step in range(20):
        assert not analytics.update(frame(step * 100.0, 0.59, 0.6, CROPPED if step >= 10 else None)).tracks.people


def test_a_crowd_is_shared_out_where_the_zone_is_now() -> None:
    cells = np.zeros((9, 12), np.float32)
    cells[:, 6:] = 1.0
    crowd = Crowd(CrowdFigure(54.0, 40, 70, Method.DENSITY), 1, cells)
    right = Zone("z", "Right", ((0.5, 0.0), (0.875, 0.0), (0.875, 1.0), (0.5, 1.0)))
    analytics = watch(Plan(zones=(right,)))
    analytics.update(frame(0.0, 0.1, 0.9))
    analysis = analytics.update(replace(frame(1000.0, 0.3, 0.9, CROPPED), crowd=crowd))
    figure = analysis.zones[0].crowd
    assert figure is not None
    assert figure.estimate == pytest.approx(54.0)
    assert analytics.crowd_in(["z"]) == figure


def test_a_mask_of_a_mapped_zone_is_exact() -> None:
    mapped = tuple(map_points(CROPPED.affine, SQUARE))
    assert np.allclose(zone_mask(SQUARE, 24, 32, CROPPED.affine), zone_mask(mapped, 24, 32), atol=1e-5)


class TestDrawnOn:
    """The plan says on which format it was drawn."""

    def test_the_format_that_is_there(self) -> None:
        formats = Formats()
        formats.update(frame(0.0, 0.5, 0.5))
        assert formats.plan_view(16 / 9) is IDENTITY_VIEW
        assert formats.plan_view(None) is IDENTITY_VIEW

    def test_another_one_than_the_stream_begins_with(self) -> None:
        formats = Formats()
        formats.update(frame(0.0, 0.5, 0.5))
        view = formats.plan_view(4 / 3)
        assert (view.changed, view.fits) == (True, False)

    def test_drawn_anew_after_the_change(self) -> None:
        formats = Formats()
        formats.update(frame(0.0, 0.5, 0.5))
        formats.update(frame(100.0, 0.5, 0.5, CROPPED))
        assert formats.plan_view(4 / 3) is IDENTITY_VIEW
        formats.update(frame(200.0, 0.5, 0.5))
        back = formats.plan_view(4 / 3)
        assert back.fits
        assert np.allclose(back.affine, inverse(CROPPED.affine))

    def test_a_new_epoch_in_another_format(self) -> None:
        """A vision process that starts again knows nothing of the format that was there first."""
        formats = Formats()
        formats.update(frame(0.0, 0.5, 0.5))
        formats.update(frame(100.0, 0.5, 0.5, CROPPED))
        formats.update(replace(frame(200.0, 0.5, 0.5), width=960, epoch=2))
        assert np.allclose(formats.plan_view(None).affine, CROPPED.affine)
        formats.update(replace(frame(300.0, 0.5, 0.5), width=405, epoch=3))
        assert not formats.plan_view(None).fits

    def test_it_is_written_and_read(self) -> None:
        plan = Plan(zones=(Zone("z", "Hall", SQUARE),), aspect=16 / 9)
        assert decode_plan(encode_plan(plan)) == plan
        assert "aspect" not in encode_plan(replace(plan, aspect=None))
