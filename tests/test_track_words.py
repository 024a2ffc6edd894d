"""What `crowdcount track` says of a file in one sentence."""

from typing import Any

import pytest

from server.cli.track.words import people_words

COUNTED = {"estimate_mean": 4.0, "low": 4.0, "high": 5.0, "crowded": 0.0, "unknown": 0.0}


@pytest.mark.parametrize(
    ("change", "frames", "words"),
    [
        ({}, 1, "4 people, probably 4 to 5."),
        ({"estimate_mean": 1.0, "low": 1.0, "high": 1.0}, 1, "1 person."),
        ({"estimate_mean": 0.0, "low": 0.0, "high": 2.0}, 1, "0 people, probably 0 to 2."),
        (
            {"estimate_mean": 409.42, "low": 238.0, "high": 714.0, "crowded": 1.0},
            1,
            "About 409 people, estimated, 238 to 714.",
        ),
        (
            {"estimate_mean": None, "low": 5.0, "high": None, "unknown": 1.0},
            1,
            "The number of people is not known: at least 5.",
        ),
        ({"estimate_mean": None, "low": None, "high": None, "unknown": 1.0}, 1, "The number of people is not known."),
        ({"estimate_mean": None, "low": 0.0, "high": None, "unknown": 1.0}, 1, "The number of people is not known."),
        (
            {"estimate_mean": 5.31, "low": 4.9, "high": 6.1, "unknown": 0.042},
            24,
            "5.3 people on average, probably 4.9 to 6.1.",
        ),
        (
            {"estimate_mean": 27.4, "low": 19.0, "high": 38.2, "crowded": 0.4, "unknown": 0.1},
            300,
            "About 27.4 people on average, estimated, 19.0 to 38.2; not known in 30 of 300 frames.",
        ),
    ],
)
def test_it_says_how_many_and_how_sure(change: dict[str, Any], frames: int, words: str) -> None:
    assert people_words(COUNTED | change, frames) == words
