"""Occupancy, entries and exits, visitors and dwell of one zone."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.core.foot_points import FootPoints, foot_points
from server.core.polygon_index import PolygonIndex
from server.core.tracks import Track, Tracks
from server.core.visits import Event, VisitChange
from server.core.zone import Anchor, Zone
from server.core.zone_counter import ZoneCounter
from tests.core.walk import jitter, people

SQUARE = ((0.4, 0.4), (0.6, 0.4), (0.6, 0.8), (0.4, 0.8))
IN, OUT, EDGE = (0.5, 0.6), (0.2, 0.6), (0.4, 0.6)


def counter(**more: object) -> ZoneCounter:
    return ZoneCounter(Zone("z", "Gate", SQUARE, **more))  # type: ignore[arg-type]


def take(zone: ZoneCounter, seen: FootPoints) -> list[Event]:
    """A frame; where its people are is worked out here."""
    (membership,) = PolygonIndex([zone.zone], seen.scale_x).contains(seen)
    return zone.update(seen, membership)


def walk(
    zone: ZoneCounter, *stays: tuple[tuple[float, float] | None, float], step: float = 0.1, start: float = 0
) -> float:
    """One person stays at each place for so many seconds (None: not seen). Returns the time after."""
    t = start
    for place, seconds in stays:
        for _ in range(round(seconds / step)):
            take(zone, people(t * 1000, {1: place} if place else {}))
            t += step
    return t


def figures(zone: ZoneCounter) -> tuple[int, int, int, int]:
    found = zone.figures()
    return found.occupancy, found.entries, found.exits, found.visitors


@pytest.mark.parametrize(
    ("stays", "expected"),
    [
        ([(OUT, 5)], (0, 0, 0, 0)),
        ([(IN, 0.15)], (0, 0, 0, 0)),  # not long enough
        ([(IN, 2)], (1, 1, 0, 1)),  # born inside
        ([(OUT, 2), (IN, 2)], (1, 1, 0, 1)),
        ([(OUT, 2), (IN, 2), (OUT, 0.3)], (1, 1, 0, 1)),  # not gone for long enough
        ([(OUT, 2), (IN, 2), (OUT, 2)], (0, 1, 1, 1)),
        ([(IN, 2), (None, 0.3), (IN, 2)], (1, 1, 0, 1)),  # a blink of the detector
        ([(IN, 2), (None, 4)], (0, 1, 0, 1)),  # lost: not counted as there, not gone either
        ([(IN, 2), (None, 4), (IN, 1)], (1, 1, 0, 1)),  # found again: nothing happened
        ([(IN, 2), (None, 4), (OUT, 1)], (0, 1, 1, 1)),  # it had left
        ([(IN, 2), (None, 12)], (0, 1, 1, 1)),  # lost for good
        ([(IN, 2), (OUT, 4), (IN, 2)], (1, 2, 1, 1)),  # came back soon: in again, the same visitor
        ([(IN, 2), (OUT, 12), (IN, 2)], (1, 2, 1, 2)),  # came back late: another visit
        ([(IN, 2), (OUT, 2), (IN, 0.15), (OUT, 4)], (0, 1, 1, 1)),  # a glimpse is no entry
        ([(EDGE, 20)], (0, 0, 0, 0)),
    ],
)
@pytest.mark.parametrize("step", [0.05, 0.1])
def test_who_counts(
    stays: list[tuple[tuple[float, float] | None, float]], expected: tuple[int, int, int, int], step: float
) -> None:
    zone = counter()
    walk(zone, *stays, step=step)
    assert figures(zone) == expected


def test_dwell_is_from_capture_times_whatever_the_rate() -> None:
    for step in (0.04, 0.1, 0.3):
        zone = counter()
        t = walk(zone, (OUT, 3), (IN, 9), (OUT, 15), step=step)
        walk(zone, (IN, 3), (None, 3), (IN, 3), (OUT, 15), step=step, start=t)
        dwell = zone.figures().dwell
        assert dwell.mean_s == pytest.approx(9, abs=2 * step)
        assert dwell.median_s == pytest.approx(9, abs=2 * step)
        assert dwell.longest_now_s == 0
        assert zone.figures().visitors == 2


def test_dwell_leaves_out_the_time_away() -> None:
    zone = counter()
    walk(zone, (IN, 3), (OUT, 5), (IN, 3), (OUT, 15))
    assert zone.figures().dwell.mean_s == pytest.approx(6, abs=0.3)


def test_closing_leaves_nothing_behind() -> None:
    zone = counter()
    walk(zone, (IN, 3))
    events = zone.close()
    assert [event.kind for event in events] == [VisitChange.EXIT, VisitChange.END]
    found = zone.figures()
    assert (found.occupancy, found.entries, found.exits, found.lost) == (0, 1, 1, 0)


def test_a_reset_begins_with_those_who_are_there() -> None:
    zone = counter()
    t = walk(zone, (IN, 3), (OUT, 15), (IN, 2))
    zone.reset()
    found = zone.figures()
    assert (found.occupancy, found.peak, found.entries, found.exits, found.visitors) == (1, 1, 1, 0, 1)
    assert found.dwell.mean_s is None
    walk(zone, (OUT, 15), start=t)
    found = zone.figures()
    assert (found.occupancy, found.entries, found.exits, found.visitors) == (0, 1, 1, 1)
    assert found.dwell.mean_s == pytest.approx(2, abs=0.3)


def test_average_and_peak_are_over_time() -> None:
    zone = counter(entry_s=0.0, exit_s=0.0, revisit_s=0.0)
    for n in range(101):
        inside = 2 if n < 50 else 1
        take(zone, people(n * 100, {id_: IN for id_ in range(1, inside + 1)}))
    found = zone.figures()
    assert (found.occupancy, found.peak) == (1, 2)
    assert found.average == pytest.approx(1.5, abs=0.05)


def test_the_average_leaves_out_gaps() -> None:
    zone = counter(entry_s=0.0)
    for t in (0, 1000, 2000, 60_000, 61_000):
        take(zone, people(t, {1: IN, 2: IN} if t < 50_000 else {1: IN}))
    assert zone.figures().average == pytest.approx((3 * 2 + 1) / 4)


def wander(zone: ZoneCounter, seed: int, spots: list[tuple[float, float]]) -> Iterator[Event]:
    """What happens in 10,000 frames of people who wander about these spots by 2.7 % of their height."""
    outlines = PolygonIndex([zone.zone], people(0, {}).scale_x)
    for n, (dx, dy) in enumerate(jitter(seed, 10_000, 0.008)):
        seen = people(n * 100, {id_: (x + dx / 2, y + dy) for id_, (x, y) in enumerate(spots, 1)})
        yield from zone.update(seen, outlines.contains(seen)[0])


def test_jitter_at_the_edge_makes_no_event() -> None:
    assert list(wander(counter(), 1, [(0.4, 0.6), (0.6, 0.6), (0.5, 0.4), (0.5, 0.8), (0.4, 0.4)])) == []


ROWS = [(0.5, 0.39 + n / 100) for n in range(12)] + [(0.5, 0.78 + n / 30) for n in range(10)]
COLUMNS = [(0.37 + n / 200, 0.6) for n in range(12)]
CORNERS = [(0.38 + n / 200, 0.39 + n / 50) for n in range(8)]


@pytest.mark.parametrize("anchor", list(Anchor))
def test_jitter_anywhere_lets_nobody_in_twice_nor_out(anchor: Anchor) -> None:
    """People who stand at every distance from the edges and a corner, so that the edge of each anchor is met."""
    zone, spots = counter(anchor=anchor), ROWS + COLUMNS + CORNERS
    for event in wander(zone, 3, spots):
        assert event.kind is not VisitChange.EXIT, spots[event.id - 1]
    found = zone.figures()
    assert 0 < found.entries == found.visitors == found.occupancy < len(spots)


def test_who_is_lost_for_long_has_left_however_late_they_may_come_back() -> None:
    zone = counter(revisit_s=600)
    t = walk(zone, (IN, 2), (None, 9))
    assert (*figures(zone), zone.figures().lost) == (0, 1, 0, 1, 1)
    t = walk(zone, (None, 3), start=t)
    assert (*figures(zone), zone.figures().lost) == (0, 1, 1, 1, 0), "nobody tracks them any more"
    walk(zone, (IN, 2), start=t)
    assert figures(zone) == (1, 2, 1, 1), "still the same visitor"


@pytest.mark.parametrize(
    "outline",
    [
        ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),
        ((0.2, 0.4), (0.8, 0.4), (0.8, 1.0), (0.2, 1.0)),
        ((0.3, 0.4), (0.7, 0.4), (0.8, 1.0), (0.2, 1.0)),
    ],
)
def test_whoever_the_picture_cuts_off_is_inside_a_zone_that_reaches_its_border(
    outline: tuple[tuple[float, float], ...],
) -> None:
    zone = ZoneCounter(Zone("z", "Desk", outline))
    walk(zone, ((0.5, 1.0), 2))
    assert figures(zone) == (1, 1, 0, 1)


@pytest.mark.parametrize(
    ("anchor", "feet", "counts"),
    [
        (Anchor.FEET, (0.5, 0.9), False),
        (Anchor.CENTRE, (0.5, 0.9), True),
        (Anchor.OVERLAP, (0.5, 0.9), True),
        (Anchor.FEET, (0.5, 0.45), True),
        (Anchor.CENTRE, (0.5, 0.45), False),
        (Anchor.OVERLAP, (0.5, 0.2), False),
    ],
)
def test_what_of_a_person_has_to_be_inside(anchor: Anchor, feet: tuple[float, float], counts: bool) -> None:
    zone = counter(anchor=anchor)
    walk(zone, (feet, 2))
    assert (zone.figures().occupancy == 1) is counts


def test_another_resolution_or_rotation_keeps_the_zone() -> None:
    zone = counter()
    for n, size in enumerate([(800, 400), (400, 200), (400, 800), (1920, 1080)] * 5):
        box = (0.45, 0.3, 0.55, 0.6)
        take(zone, foot_points(Tracks(n * 200.0, *size, (Track(1, box, 0.9),))))
    assert figures(zone) == (1, 1, 0, 1)


steps = st.lists(
    st.tuples(
        st.floats(0.01, 3),
        st.dictionaries(st.integers(1, 4), st.sampled_from([IN, OUT, EDGE, (0.45, 0.5), (0.1, 0.1)]), max_size=4),
        st.booleans(),
    ),
    max_size=80,
)


@settings(max_examples=200)
@given(steps)
def test_invariants(walked: list[tuple[float, dict[int, tuple[float, float]], bool]]) -> None:
    zone, t, ends = counter(), 0.0, 0
    for seconds, places, restart in walked:
        t += seconds
        if restart and seconds > 2.5:
            ends += sum(event.kind is VisitChange.END for event in zone.close())
        elif restart and seconds < 0.2:
            assert all(event.kind is VisitChange.END for event in zone.reset())
            ends = 0
        before = zone.figures()
        events = take(zone, people(t * 1000, places))
        ends += sum(event.kind is VisitChange.END for event in events)
        after = zone.figures()
        assert after.entries - after.exits == after.occupancy + after.lost
        assert 0 <= after.occupancy <= 4
        assert after.lost >= 0
        assert after.occupancy <= after.peak
        assert after.average >= 0
        assert after.visitors >= before.visitors
        assert after.visitors <= after.entries
        assert ends <= after.visitors
        assert all(0 <= event.dwell_s <= t for event in events)
        assert all(0 <= event.t <= t * 1000 for event in events)
    ends += sum(event.kind is VisitChange.END for event in zone.close())
    assert ends == zone.figures().visitors
