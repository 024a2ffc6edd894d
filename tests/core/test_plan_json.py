"""Plans as JSON."""

import contextlib
import copy
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.alarm import Limits
from server.core.errors import CodedError
from server.core.ground import Calibration
from server.core.plan import Plan, ZoneLimits
from server.core.plan_json import decode_plan, encode_plan
from server.core.zone import Anchor, Line, LineMode, Zone

SQUARE = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
PLAN = Plan(
    zones=(Zone("z1", "Gate", SQUARE, Anchor.OVERLAP, 0.1, 0.2, 3.0, "#123456"), Zone("z2", "Häll <b>", SQUARE[:3])),
    lines=(Line("l1", "Door", ((0.0, 0.0), (1.0, 1.0))),),
    limits={"z1": ZoneLimits(people=Limits(5, 10), dwell=Limits(warning=60))},
    calibration=Calibration(((0.1, 0.5), (0.9, 0.5)), ((0.0, 0.0), (7.5, 0.0))),
)

names = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=60)
seconds = st.floats(0, 3600)
zones = st.builds(
    Zone,
    id=names,
    name=names,
    points_norm=st.sampled_from([SQUARE, SQUARE[:3], SQUARE[::-1]]),
    anchor=st.sampled_from(Anchor),
    entry_s=seconds,
    exit_s=seconds,
    revisit_s=seconds,
    colour=st.integers(0, 0xFFFFFF).map("#{:06x}".format),
    counts=st.booleans(),
)
lines = st.builds(
    Line,
    id=names,
    name=names,
    points_norm=st.just(((0.1, 0.2), (0.3, 0.4))),
    colour=st.integers(0, 0xFFFFFF).map("#{:06x}".format),
    mode=st.sampled_from(LineMode),
)


@given(lines)
def test_a_line_comes_back_as_it_was(line: Line) -> None:
    assert decode_plan(json.loads(json.dumps(encode_plan(Plan(lines=(line,)))))).lines == (line,)


@given(zones)
def test_a_zone_comes_back_as_it_was(zone: Zone) -> None:
    assert decode_plan(json.loads(json.dumps(encode_plan(Plan((zone,)))))).zones == (zone,)


limits = st.builds(Limits, warning=st.floats(0.1, 50), critical=st.none() | st.floats(51, 1e6), hold_s=seconds)
corners = st.sampled_from([(0.0, 0.0), (1.0, 1.0), (0.25, 0.7), (0.1, 0.3)])
whole_plans = st.builds(
    lambda zone, line, levels, ends: Plan(
        (replace(zone, id="z", name=f"{zone.name[:50]} z", counts=True),),
        (Line("l", f"{line[:50]} l", ends),),
        {"z": levels} if levels != ZoneLimits() else {},
        Calibration(ends, ((0.0, 0.0), (1.5, 2.0))),
    ),
    zones,
    names,
    st.builds(ZoneLimits, *[st.none() | limits] * 3),
    st.tuples(corners, corners).filter(lambda ends: ends[0] != ends[1]),
)


@given(whole_plans)
def test_any_plan_comes_back_as_it_was(plan: Plan) -> None:
    assert decode_plan(json.loads(json.dumps(encode_plan(plan)))) == plan


def test_a_whole_plan_comes_back_as_it_was() -> None:
    assert decode_plan(json.loads(json.dumps(encode_plan(PLAN)))) == PLAN
    assert decode_plan(encode_plan(Plan())) == Plan()


def test_a_file_written_by_hand_needs_little() -> None:
    plan = decode_plan(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]},
                    "properties": {"name": "All"},
                }
            ],
        }
    )
    assert plan.zones == (Zone("All", "All", ((0, 0), (1, 0), (1, 1))),)


def change(*path: object, to: Any) -> object:
    """The plan's JSON with one value replaced."""
    document: Any = copy.deepcopy(encode_plan(PLAN))
    target = document
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = to
    return document


FIRST = ("features", 0)
WRONG = [
    (None, "BAD_PLAN"),
    ([], "BAD_PLAN"),
    ({}, "BAD_PLAN"),
    (change("type", to="Feature"), "BAD_PLAN"),
    (change("features", to={}), "BAD_PLAN"),
    (change(*FIRST, to=7), "BAD_PLAN"),
    (change(*FIRST, "geometry", to=None), "BAD_PLAN"),
    (change(*FIRST, "geometry", "type", to="Point"), "BAD_PLAN"),
    (change(*FIRST, "geometry", "coordinates", to=[]), "BAD_PLAN"),
    (change(*FIRST, "geometry", "coordinates", to=[[[0, 0], [1, "x"], [1, 1]]]), "BAD_PLAN"),
    (change(*FIRST, "geometry", "coordinates", to=[[[0, 0], [1, 0, 5], [1, 1]]]), "BAD_PLAN"),
    (change(*FIRST, "geometry", "coordinates", to=[[[0, 0], [1, True], [1, 1]]]), "BAD_PLAN"),
    (change(*FIRST, "geometry", "coordinates", to=[[[0, 0], [1, 0]]]), "BAD_SHAPE"),
    (change(*FIRST, "geometry", "coordinates", to=[[[0, 0], [1, 1], [1, 0], [0, 1]]]), "BAD_SHAPE"),
    (change(*FIRST, "id", to=[]), "BAD_PLAN"),
    (change(*FIRST, "id", to="z2"), "BAD_SHAPE"),
    (change(*FIRST, "properties", to=None), "BAD_PLAN"),
    (change(*FIRST, "properties", "name", to=None), "BAD_PLAN"),
    (change(*FIRST, "properties", "name", to=""), "BAD_NAME"),
    (change(*FIRST, "properties", "name", to=" door"), "NAME_TAKEN"),
    (change(*FIRST, "properties", "colour", to=3), "BAD_PLAN"),
    (change(*FIRST, "properties", "colour", to="red"), "BAD_COLOUR"),
    (change(*FIRST, "properties", "anchor", to="head"), "BAD_PLAN"),
    (change(*FIRST, "properties", "anchor", to=[]), "BAD_PLAN"),
    (change(*FIRST, "properties", "entry_s", to="1"), "BAD_PLAN"),
    (change(*FIRST, "properties", "entry_s", to=-1), "BAD_TIME"),
    (change(*FIRST, "properties", "limits", to=[]), "BAD_PLAN"),
    (change(*FIRST, "properties", "limits", to={"weight": {}}), "BAD_PLAN"),
    (change(*FIRST, "properties", "limits", to={"people": {"warning": 5, "typo": 1}}), "BAD_PLAN"),
    (change(*FIRST, "properties", "limits", to={"people": {"warning": 5, "critical": 4}}), "BAD_LIMIT"),
    (change("features", 2, "geometry", "coordinates", to=[[0, 0]]), "BAD_SHAPE"),
    (change("calibration", to=[]), "BAD_PLAN"),
    (change("calibration", "metres", to=[[0, 0]]), "BAD_CALIBRATION"),
    ({"type": "FeatureCollection", "features": encode_plan(PLAN)["features"] * 20}, "TOO_MANY_SHAPES"),
]


@pytest.mark.parametrize(("document", "code"), WRONG)
def test_documents_that_are_no_plan(document: object, code: str) -> None:
    with pytest.raises(CodedError) as error:
        decode_plan(document)
    assert error.value.code == code


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(["type", "features", "calibration"]), json_values)
def test_no_value_breaks_it(key: str, value: object) -> None:
    document = change(key, to=value)
    with contextlib.suppress(CodedError):
        assert isinstance(decode_plan(document), Plan)
