"""What makes a scene crowded."""

from dataclasses import replace

import numpy as np
import pytest

from server.vision.crowd.evidence import (
    FOUND,
    HINT,
    HINTS,
    HINTS_ALONE,
    MORE,
    MORE_SHARE,
    TEXTURE,
    TEXTURE_ALL,
    UNCOUNTED,
    CloserEvidence,
    Evidence,
    others_than,
)
from server.vision.crowd.tiles import SIDE
from tests.vision.crowd.boxes import EMPTY, NOBODY, found, row

CALM = Evidence(more=0.0, hints=0.0, texture=0.0, known=5, saturated=False)


@pytest.mark.parametrize(
    "evidence",
    [
        replace(CALM, more=MORE),
        replace(CALM, texture=TEXTURE, hints=HINTS),
        replace(CALM, texture=TEXTURE_ALL, hints=HINTS_ALONE),
        replace(CALM, uncounted=UNCOUNTED),
    ],
    ids=["more people", "a part with texture", "texture everywhere", "uncounted"],
)
def test_what_makes_a_crowd_and_what_keeps_it(evidence: Evidence) -> None:
    assert evidence.crowded(already=False)
    weaker = replace(evidence, **{name: getattr(evidence, name) * 0.8 for name in ("more", "hints", "uncounted")})
    assert not weaker.crowded(already=False)
    assert weaker.crowded(already=True), "a figure that jumps between two kinds helps nobody"
    faint = replace(evidence, **{name: getattr(evidence, name) * 0.2 for name in ("more", "hints", "uncounted")})
    assert not faint.crowded(already=True)


def test_nothing_speaks_for_a_crowd_where_nothing_is_found() -> None:
    assert not CALM.crowded(already=False)
    assert not CALM.crowded(already=True)


def test_a_few_more_among_many_known_are_no_crowd() -> None:
    many = replace(CALM, more=MORE, known=int(MORE / MORE_SHARE) * 3)
    assert not many.crowded(already=False)


def test_texture_without_a_sign_of_people_is_foliage() -> None:
    assert not replace(CALM, texture=1.0, hints=1.0).crowded(already=True)


def test_density_alone_may_say_it_and_takes_nothing_back() -> None:
    """An answer may be old: a picture that is packed since is a crowd's."""
    packed = replace(CALM, texture=TEXTURE_ALL, hints=HINTS)
    assert replace(packed, dense=False).crowded(already=False)
    assert replace(CALM, dense=True).crowded(already=False)
    assert not replace(CALM, dense=False).crowded(already=False)


def test_the_usual_look_alone_may_say_it() -> None:
    assert replace(CALM, saturated=True).crowded(already=False)


class TestTiles:
    """What is remembered of the looks at tiles."""

    def test_people_count_by_their_scores_and_known_ones_not_at_all(self) -> None:
        tiles = CloserEvidence()
        looks = [row(3, score=FOUND + 0.1), row(4, top=100, score=(FOUND + HINT) / 2), row(5, top=160, score=HINT / 2)]
        for number, look in enumerate(looks):
            tiles.note(number, look, EMPTY)
        assert (tiles.more, tiles.hints) == (3, 7)
        known = CloserEvidence()
        known.note(0, row(3), row(3).xyxy)
        assert (known.more, known.hints) == (0, 0)
        assert len(known.found) == 3, "but they were found"

    def test_an_older_look_counts_half_and_is_forgotten(self) -> None:
        tiles = CloserEvidence()
        assert len(tiles.found) == 0
        tiles.note(3, row(8), EMPTY)
        tiles.note(3, NOBODY, EMPTY)
        assert tiles.more == 4
        for _ in range(10):
            tiles.note(3, NOBODY, EMPTY)
        assert tiles.more < 0.1
        assert len(tiles.found) == 0

    def test_looks_at_all_tiles_of_one_frame_tell_all(self) -> None:
        tiles = CloserEvidence()
        tiles.note(3, row(8), EMPTY)
        tiles.note_all([(3, row(2)), (4, row(1, top=200))], EMPTY)
        assert (tiles.more, tiles.hints) == (3, 3)
        assert len(tiles.found) == 3

    def test_every_tile_has_its_turn(self) -> None:
        tiles = CloserEvidence()
        turns = [tiles.next_tile() for _ in range(SIDE * SIDE)]
        assert sorted(turns) == list(range(SIDE * SIDE))


def test_who_is_somebody_else() -> None:
    known = found((100, 100, 140, 200)).xyxy
    boxes = found((102, 98, 141, 203), (110, 100, 130, 130), (135, 100, 175, 200), (300, 100, 340, 200)).xyxy
    assert others_than(boxes, known).tolist() == [False, False, True, True]
    assert others_than(boxes, EMPTY).all()
    assert others_than(EMPTY, known).shape == (0,)
    assert others_than(np.zeros((1, 4)), np.zeros((1, 4))).tolist() == [True], "a box without size is no NaN"
