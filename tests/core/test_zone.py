"""Shapes that may be drawn, and those that may not."""

import pytest

from server.core.zone import Line, ShapeError, Zone

SQUARE = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"points_norm": SQUARE[:2]}, "BAD_SHAPE"),
        ({"points_norm": tuple((n / 40, (n % 2) / 2) for n in range(33))}, "BAD_SHAPE"),
        ({"points_norm": (SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3])}, "BAD_SHAPE"),
        ({"points_norm": ((0, 0), (1.1, 0), (1, 1))}, "BAD_SHAPE"),
        ({"points_norm": ((0, 0), (float("nan"), 0), (1, 1))}, "BAD_SHAPE"),
        ({"id": ""}, "BAD_SHAPE"),
        ({"name": "  "}, "BAD_NAME"),
        ({"name": "x" * 61}, "BAD_NAME"),
        ({"id": "\ud800"}, "BAD_SHAPE"),
        ({"name": "Gate \ud800"}, "BAD_NAME"),
        ({"colour": "red"}, "BAD_COLOUR"),
        ({"colour": "#2f81f7;}"}, "BAD_COLOUR"),
        ({"entry_s": -1.0}, "BAD_TIME"),
        ({"exit_s": float("inf")}, "BAD_TIME"),
        ({"revisit_s": 3601.0}, "BAD_TIME"),
    ],
)
def test_zones_that_cannot_be(change: dict[str, object], code: str) -> None:
    good = {"id": "z", "name": "Gate", "points_norm": SQUARE}
    Zone(**good)  # type: ignore[arg-type]
    with pytest.raises(ShapeError) as error:
        Zone(**{**good, **change})  # type: ignore[arg-type]
    assert error.value.code == code


@pytest.mark.parametrize("points", [((0, 0), (0, 0)), ((0, 0),), ((0, 0), (2, 0))])
def test_lines_that_cannot_be(points: tuple[tuple[float, float], tuple[float, float]]) -> None:
    with pytest.raises(ShapeError):
        Line("l", "Door", points)


def test_corners_at_the_frames_edge_and_at_zero_are_fine() -> None:
    assert Zone("z", "All", ((0, 0), (1, 0), (1, 1), (0, 1)))
    assert Line("l", "Door", ((0, 0), (1, 1)))
