"""What `/metrics` says of people whose number is not known."""

from collections.abc import Sequence
from math import nan

import pytest

from server.core.analytics import Analytics
from server.core.certainty import Certainty
from server.core.tracks import Tracks
from server.live.connections.process_metrics import note_people
from server.live.streams import metrics
from tests.support.crowds import SIZE, crowd, crowded, not_yet_known, saturated
from tests.support.engine import person

PEOPLE = (person(1), person(2))
COUNTED = Tracks(0, *SIZE, PEOPLE, certainty=Certainty(2, 2))
EMPTY = Tracks(0, *SIZE, (), certainty=Certainty(0, 1))
SATURATED = saturated(0, ())


@pytest.mark.parametrize(
    ("frames", "boxed", "shown", "unknown"),
    [
        ([], 0, 0, 0),
        ([EMPTY], 0, 0, 0),
        ([SATURATED], nan, nan, 1),
        ([not_yet_known(0)], nan, nan, 1),
        ([None], nan, nan, 1),
        ([SATURATED, COUNTED], 2, 2, 1),
        ([saturated(0, PEOPLE)], 2, 2, 1),
        ([crowded(0, PEOPLE, crowd(100)), EMPTY], 2, 100, 0),
    ],
)
def test_unknown_people_are_no_0(*, frames: Sequence[Tracks | None], boxed: float, shown: float, unknown: int) -> None:
    streams = [Analytics() for _ in frames]
    for stream, frame in zip(streams, frames, strict=True):
        if frame is not None:
            stream.update(frame)
    note_people(streams)
    values = [metric._value.get() for metric in (metrics.PEOPLE, metrics.ESTIMATED, metrics.UNKNOWN)]
    assert values == pytest.approx([boxed, shown, unknown], nan_ok=True)
