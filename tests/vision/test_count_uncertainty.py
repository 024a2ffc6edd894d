"""What makes a count doubtful."""

import numpy as np
import pytest

from server.core.certainty import Certainty
from server.vision.count_uncertainty import CountUncertainty
from server.vision.detections import Detections
from server.vision.observations import Observation, OccludedTracks

NOBODY = OccludedTracks(np.zeros((0, 4)), np.zeros(0))


def people(n: int, score: float, height: float = 100.0) -> list[Observation]:
    return [Observation(i + 1, (i * 60.0, 10.0, i * 60.0 + 30, 10.0 + height), score) for i in range(n)]


def estimate(
    observations: list[Observation], occluded: OccludedTracks = NOBODY, weak: tuple[float, ...] = (), frames: int = 1
) -> Certainty:
    """The verdict on a scene that stays the same for so many tenths of a second."""
    boxes = [person.box_xyxy for person in observations]
    boxes += [(i * 60.0, 300.0, i * 60.0 + 30, 400.0) for i in range(len(weak))]
    scores = np.array([person.score for person in observations] + list(weak))
    doubt = CountUncertainty()
    detections = Detections(np.array(boxes).reshape(-1, 4), scores)
    for frame in range(frames):
        certainty = doubt.estimate(observations, occluded, detections, 1.0, frame * 100.0)
    return certainty


def test_nobody_is_sure() -> None:
    assert estimate([]) == Certainty(0, 0)


def test_large_and_sure_people_are_counted_exactly() -> None:
    assert estimate(people(6, 0.85)) == Certainty(6, 6)


@pytest.mark.parametrize(
    ("doubtful", "lower", "higher"),
    [
        ({"observations": people(6, 0.5)}, True, False),
        (
            {
                "observations": people(6, 0.85),
                "occluded": OccludedTracks(np.array([[400.0, 10, 430, 110]]), np.array([0.3])),
            },
            False,
            True,
        ),
        ({"observations": people(6, 0.85), "weak": (0.5, 0.5)}, False, True),
        ({"observations": people(6, 0.85, height=30)}, False, True),
    ],
    ids=["low scores", "somebody hidden", "weak traces", "small people"],
)
def test_what_widens_the_range(doubtful: dict[str, object], lower: bool, higher: bool) -> None:
    certainty = estimate(**doubtful)  # type: ignore[arg-type]
    assert (certainty.low < 6, certainty.high > 6) == (lower, higher)


def test_what_may_be_people_or_not_is_read_both_ways() -> None:
    certainty = estimate(people(6, 0.6, height=40))
    assert certainty.low <= 4, "half of them may be nobody"
    assert certainty.high >= 8, "if all of them are people, of that size others were missed"


def test_somebody_hidden_for_long_is_forgotten() -> None:
    box = np.array([[400.0, 10, 430, 110]])
    assert estimate(people(6, 0.85), OccludedTracks(box, np.array([9.0]))).high == 6


def test_who_stands_behind_another_has_company() -> None:
    """Covered people are found less often, so there may be more of them."""
    apart = people(20, 0.85)
    behind = [Observation(p.id, (p.id // 2 * 60.0, 10.0, p.id // 2 * 60.0 + 30, 110.0), 0.85) for p in apart]
    assert estimate(behind).high > estimate(apart).high


def test_a_crowd_at_the_limit_is_said_with_some_inertia() -> None:
    crowd, weak = people(12, 0.6, height=30), (0.3,) * 12
    assert not estimate(crowd, weak=weak).saturated, "one frame says nothing"
    assert estimate(crowd, weak=weak, frames=40).saturated
    assert not estimate(people(12, 0.8), weak=(0.3,) * 3, frames=40).saturated


def test_two_doubtful_people_are_no_crowd() -> None:
    assert not estimate(people(1, 0.6, height=20), weak=(0.3,), frames=40).saturated
