"""From the frame to metres."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.core.ground import Calibration, Ground, GroundError, level_of_service

TRAPEZE = ((0.4, 0.4), (0.6, 0.4), (0.9, 0.9), (0.1, 0.9))
FLOOR = ((0.0, 0.0), (4.0, 0.0), (4.0, 10.0), (0.0, 10.0))


def test_the_four_points_land_where_they_are() -> None:
    ground = Ground(Calibration(TRAPEZE, FLOOR), 16 / 9)
    assert ground.to_metres(TRAPEZE) == pytest.approx(np.array(FLOOR), abs=1e-9)
    assert ground.area_m2(TRAPEZE) == pytest.approx(40)


def test_far_is_larger_than_near() -> None:
    ground = Ground(Calibration(TRAPEZE, FLOOR), 16 / 9)
    far = ground.area_m2(((0.48, 0.45), (0.52, 0.45), (0.52, 0.5), (0.48, 0.5)))
    near = ground.area_m2(((0.48, 0.8), (0.52, 0.8), (0.52, 0.85), (0.48, 0.85)))
    assert far is not None
    assert near is not None
    assert far > 3 * near


def test_above_the_horizon_there_is_no_ground() -> None:
    ground = Ground(Calibration(TRAPEZE, FLOOR), 16 / 9)
    assert ground.area_m2(((0.4, 0.1), (0.6, 0.1), (0.5, 0.5))) is None
    assert np.isnan(ground.to_metres([(0.5, 0.01)])).all()


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (640, 640)])
def test_a_horizon_through_the_corner_is_a_camera_like_any_other(size: tuple[int, int]) -> None:
    points = ((0.375, 0.5), (0.625, 0.5), (0.75, 1.0), (0.25, 1.0))  # its horizon meets 0, 0: the sides meet at 0.5, 0
    ground = Ground(Calibration(points, FLOOR), size[0] / size[1])
    assert ground.to_metres(points) == pytest.approx(np.array(FLOOR), abs=1e-9)
    assert ground.area_m2(points) == pytest.approx(40)
    assert np.isnan(ground.to_metres([(0.0, 0.0), (1.0, 0.0)])).all()


corner = st.floats(0.02, 0.45)


@settings(max_examples=300)
@given(st.tuples(*[corner] * 8), st.floats(0.4, 2.5))
def test_whatever_is_accepted_can_be_mapped(corners: tuple[float, ...], scale_x: float) -> None:
    a, b, c, d, e, f, g, h = corners
    points = ((a, b), (1 - c, d), (1 - e, 1 - f), (g, 1 - h))
    try:
        calibration = Calibration(points, FLOOR)
    except GroundError:
        return
    ground = Ground(calibration, scale_x)
    assert ground.to_metres(points) == pytest.approx(np.array(FLOOR), abs=1e-5)


def test_a_known_length_gives_one_scale() -> None:
    ground = Ground(Calibration(((0.25, 0.5), (0.75, 0.5)), ((0.0, 0.0), (8.0, 0.0))), 2.0)
    # Half the width of a frame twice as wide as high is one frame height: 8 m.
    assert ground.area_m2(((0, 0), (1, 0), (1, 1), (0, 1))) == pytest.approx(2 * 8 * 8)


@given(st.floats(0.5, 2), st.floats(-5, 5), st.floats(-5, 5), st.floats(0.1, 20))
def test_it_undoes_a_camera(scale_x: float, shift: float, turn: float, size: float) -> None:
    rng = np.random.default_rng(3)
    corners = np.array(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))) * size + shift
    rotation = np.array(((np.cos(turn), -np.sin(turn)), (np.sin(turn), np.cos(turn))))
    metres = tuple((float(x), float(y)) for x, y in corners @ rotation.T)
    ground = Ground(Calibration(TRAPEZE, metres), scale_x)
    back = ground.to_metres(TRAPEZE)
    assert back == pytest.approx(np.array(metres), abs=1e-6 * max(1.0, size))
    inside = [tuple(p) for p in (rng.dirichlet(np.ones(4), 20) @ np.array(TRAPEZE))]
    assert np.isfinite(ground.to_metres(inside)).all()


@pytest.mark.parametrize(
    ("points", "metres"),
    [
        (TRAPEZE[:3], FLOOR[:3]),
        (TRAPEZE, FLOOR[:2]),
        (TRAPEZE, (FLOOR[0], FLOOR[2], FLOOR[1], FLOOR[3])),
        ((TRAPEZE[0], TRAPEZE[2], TRAPEZE[1], TRAPEZE[3]), FLOOR),
        (((0.1, 0.1), (0.2, 0.1), (0.3, 0.1), (0.4, 0.1)), FLOOR),
        (((0.1, 0.1), (0.1, 0.1)), ((0.0, 0.0), (1.0, 0.0))),
        (((0.1, 0.1), (0.2, 0.1)), ((0.0, 0.0), (0.0, 0.0))),
        (((0.1, 0.1), (1.2, 0.1)), ((0.0, 0.0), (1.0, 0.0))),
        (((0.1, 0.1), (0.2, 0.1)), ((0.0, 0.0), (float("inf"), 0.0))),
    ],
)
def test_calibrations_that_cannot_be(
    points: tuple[tuple[float, float], ...], metres: tuple[tuple[float, float], ...]
) -> None:
    with pytest.raises(GroundError):
        Ground(Calibration(points, metres), 1.5)


@pytest.mark.parametrize(
    ("density", "level"), [(0, "A"), (0.83, "A"), (1.0, "B"), (1.5, "C"), (3, "D"), (5, "E"), (6, "F"), (99, "F")]
)
def test_levels_of_service(density: float, level: str) -> None:
    assert level_of_service(density) == level
