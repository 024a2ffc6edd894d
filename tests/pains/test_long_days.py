"""What goes wrong elsewhere after hours: floods of alerts, drifting counts, people who stood still, restless maps."""

from itertools import pairwise

import numpy as np
import pytest

from server.core.alarm import Alarm, Level, Limits
from server.core.analytics import Analytics
from server.core.plan import Plan
from server.core.tracks import Track, Tracks
from server.core.zone import Line, Zone
from server.vision.vision import Vision
from tests.core.walk import SIZE, at
from tests.media import read_vtest

HALL = Zone("hall", "Hall", ((0.3, 0.2), (0.7, 0.2), (0.7, 0.95), (0.3, 0.95)))
DOOR = Line("door", "Door", ((0.5, 1.0), (0.5, 0.0)))


@pytest.mark.parametrize("period_s", [0.2, 1, 4, 8])
def test_a_figure_that_jumps_about_its_limit_raises_one_alert_at_most(period_s: float) -> None:
    """Ten minutes between 15 and 25 with a limit of 20; elsewhere 21 alerts in 15 seconds."""
    alarm = Alarm(Limits(warning=20))
    steps = []
    for n in range(6000):
        steps += alarm.update(n * 100.0, 25 if (n / 10) % period_s < period_s / 2 else 15)
    assert sum(step.after is Level.WARNING for step in steps) <= 1
    assert len(steps) <= 1


def test_after_a_thousand_passers_by_nobody_is_left() -> None:
    """They cross the hall and the door, some turn round, each is missed in every fifth frame, some get a new number."""
    random = np.random.default_rng(7)
    analytics, number, walking = Analytics(Plan((HALL,), (DOOR,))), 0, dict[int, tuple[float, float]]()
    came, n = 0, 0
    while came < 1000 or walking:
        if came < 1000 and n % 3 == 0:
            number, came = number + 1, came + 1
            walking[number] = (0.02, 0.02) if came % 2 else (0.98, -0.02)
        for id_, (x, step) in list(walking.items()):
            moved = (x + step, -step if random.random() < 0.01 else step)
            del walking[id_]
            if 0 < moved[0] < 1:
                if random.random() < 0.005:  # seen as somebody else from now on
                    number, id_ = number + 1, number + 1
                walking[id_] = moved
        seen = [(id_, x) for id_, (x, _) in sorted(walking.items()) if random.random() > 0.2]
        people = tuple(Track(id_, at(x, 0.6), 0.9) for id_, x in seen)
        zone = analytics.update(Tracks(n * 100.0, *SIZE, people)).zones[0].figures
        assert zone.entries - zone.exits == zone.occupancy + zone.lost >= 0
        assert zone.occupancy <= len(walking)
        n += 1
    for _ in range(120):  # whoever went unseen inside is given up
        analysis = analytics.update(Tracks(n * 100.0, *SIZE, ()))
        n += 1
    zone = analysis.zones[0].figures
    assert (zone.occupancy, zone.lost, zone.entries) == (0, 0, zone.exits)
    assert 900 < zone.visitors < 1300
    assert analysis.lines[0].inward > 350
    assert analysis.lines[0].outward > 350


def test_people_who_stand_as_still_as_a_photograph_stay(vision: Vision) -> None:
    """The same picture again and again: what counts by movement loses everybody."""
    (image,) = read_vtest(1, 30)
    pipeline = vision.open()
    ids = [{person.id for person in pipeline.process_image(image, n * 500.0).people} for n in range(20)]
    assert len(ids[4]) >= 3
    assert all(later == ids[4] for later in ids[4:])


def test_the_heatmap_grows_calmly() -> None:
    """From one picture to the next, half a second later, nothing jumps; smooth, not confetti."""
    random = np.random.default_rng(3)
    place, speed = random.uniform(0.2, 0.8, (20, 2)), random.normal(0, 0.003, (20, 2))
    analytics, pictures = Analytics(), []
    for n in range(900):
        place = place + speed
        speed = np.where((place < 0.15) | (place > 0.9), -speed, speed)
        feet = place + random.normal(0, 0.003, place.shape)
        people = tuple(Track(i + 1, at(x, y), 0.9) for i, (x, y) in enumerate(feet.tolist()))
        heatmap = analytics.update(Tracks(n * 100.0, *SIZE, people)).heatmap
        if heatmap and n > 300:
            pictures.append(np.frombuffer(heatmap.cells, np.uint8).reshape(heatmap.rows, heatmap.columns).astype(float))
    changes = [np.abs(after - before).mean() / 255 for before, after in pairwise(pictures)]
    assert max(changes) < 0.01
    last = pictures[-1]
    steps = np.concatenate([np.abs(np.diff(last, axis=0)).ravel(), np.abs(np.diff(last, axis=1)).ravel()])
    assert steps.max() < 128, "neighbours differ by less than half of the scale"
