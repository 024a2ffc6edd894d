"""Where people were, by the hour of the clock."""

import pytest

from server.core.analytics import Analytics
from server.core.heat_hours import HOUR_MS
from server.core.tracks import Track, Tracks
from tests.core.walk import at

ORIGIN = 5 * HOUR_MS - 10_000  # ten seconds to five


def stand(analytics: Analytics, seconds: float, start: float = 0, size: tuple[int, int] = (800, 400)) -> None:
    """One person, ten frames a second."""
    for n in range(round(seconds * 10) + 1):
        analytics.update(Tracks(start * 1000 + n * 100, *size, (Track(1, at(0.3, 0.6), 0.9),)))


def test_each_hour_gets_its_own_time() -> None:
    analytics = Analytics(origin_ms=ORIGIN)
    stand(analytics, 25)
    before, after = analytics.take_heat_hours()
    assert (before.start_ms / HOUR_MS, after.start_ms / HOUR_MS) == (4, 5)
    assert before.cells.shape == (32, 64)
    assert before.cells.sum() == pytest.approx(10, abs=0.6)
    assert before.cells.sum() + after.cells.sum() == pytest.approx(25, abs=0.01)
    row, column = divmod(int(after.cells.argmax()), 64)
    assert (row, column) == (int(0.6 * 32), int(0.3 * 64))


def test_what_was_taken_is_not_given_again_and_windows_stay() -> None:
    analytics = Analytics(origin_ms=0)
    stand(analytics, 5)
    assert sum(hour.cells.sum() for hour in analytics.take_heat_hours()) == pytest.approx(5)
    assert analytics.take_heat_hours() == []
    stand(analytics, 3, start=5)
    assert sum(hour.cells.sum() for hour in analytics.take_heat_hours()) == pytest.approx(3)
    analytics.reset()
    stand(analytics, 1, start=8)
    seconds = sum(hour.cells.sum() for hour in analytics.take_heat_hours())
    assert seconds == pytest.approx(1), "a reset is of the windows"


def test_a_turned_frame_begins_another_grid() -> None:
    analytics = Analytics(origin_ms=0)
    stand(analytics, 4)
    stand(analytics, 2, start=4.1, size=(400, 800))
    wide, tall = analytics.take_heat_hours()
    assert (wide.cells.shape, tall.cells.shape) == ((32, 64), (64, 32))
    assert wide.cells.sum() == pytest.approx(4, abs=0.01)
    assert tall.cells.sum() == pytest.approx(2, abs=0.2)


def test_nobody_leaves_nothing() -> None:
    analytics = Analytics(origin_ms=0)
    for n in range(50):
        analytics.update(Tracks(n * 100.0, 800, 400, ()))
    assert analytics.take_heat_hours() == []
