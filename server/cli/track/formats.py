"""How tracks are written to files: mot, csv, jsonl."""

import json
from collections.abc import Callable, Iterator

from server.cli.track.counts import people_range
from server.core.analytics import Analysis
from server.core.crowd import people_of
from server.core.report_json import (
    encode_advice,
    encode_certainty,
    encode_crowd,
    encode_line,
    encode_still,
    encode_view,
    encode_zone,
    whole,
)
from server.core.tracks import Tracks

Writer = Callable[[int, Tracks, Analysis], Iterator[str]]
"""From the frame's number, counted from 1, its tracks and their analysis to lines without line ends."""


def mot_lines(number: int, tracks: Tracks, _analysis: Analysis) -> Iterator[str]:
    """MOTChallenge: ``frame,id,left,top,width,height,conf,-1,-1,-1`` in pixels, people seen in this frame only."""
    for person in tracks.people:
        left, top, right, bottom = person.box_norm
        x, y = left * tracks.width, top * tracks.height
        width, height = (right - left) * tracks.width, (bottom - top) * tracks.height
        yield f"{number},{person.id},{x:.2f},{y:.2f},{width:.2f},{height:.2f},{person.score:.3f},-1,-1,-1"


CSV_HEADER = "frame,t_ms,id,left,top,right,bottom,score,people,people_low,people_high"


def csv_lines(number: int, tracks: Tracks, _analysis: Analysis) -> Iterator[str]:
    """One line a person, boxes 0..1 of the frame; columns as in ``CSV_HEADER``.

    The last three repeat on each line the number of people of the frame and its range: the estimate where it is
    crowded, else the boxed people; empty where not known. A frame without a box gets a line without a person where it
    has an estimate or nothing bounds its number: without a line it would read like an empty one.
    """
    figures = _frame_columns(tracks)
    for person in tracks.people:
        box = ",".join(f"{value:.5f}" for value in person.box_norm)
        yield f"{number},{tracks.t:.1f},{person.id},{box},{person.score:.3f},{figures}"
    unbounded = tracks.certainty is not None and tracks.certainty.high is None
    if (tracks.crowd is not None or unbounded) and not tracks.people:
        yield f"{number},{tracks.t:.1f},,,,,,,{figures}"


def _frame_columns(tracks: Tracks) -> str:
    """The number of people of the frame and its range; what is not known stays empty."""
    if not tracks.known:
        return ",,"
    low, high = people_range(tracks)
    people = people_of(len(tracks.people), tracks.crowd.figure if tracks.crowd else None)
    return f"{round(people) if tracks.is_reliable else ''},{low},{'' if high is None else high}"


def jsonl_lines(number: int, tracks: Tracks, analysis: Analysis) -> Iterator[str]:
    """One line a frame, also for an empty one; people, zones and lines as in the live protocol."""
    people = [
        {"id": person.id, "box": [round(value, 5) for value in person.box_norm], "score": round(person.score, 3)}
        for person in tracks.people
    ]
    yield json.dumps(
        {
            "frame": number,
            "t": round(tracks.t, 1),
            "width": tracks.width,
            "height": tracks.height,
            "count": len(people),
            **encode_certainty(tracks),
            "crowd": encode_crowd(analysis.crowd),
            "crowd_peak": whole(analysis.crowd_peak),
            "advice": encode_advice(tracks.advice),
            "still": encode_still(analysis.still),
            "view": encode_view(analysis.view),
            "followed": analysis.followed,
            "people": people,
            "zones": [encode_zone(report) for report in analysis.zones],
            "lines": [encode_line(report, followed=analysis.followed) for report in analysis.lines],
        }
    )


FORMATS: dict[str, tuple[str | None, Writer]] = {
    "mot": (None, mot_lines),
    "csv": (CSV_HEADER, csv_lines),
    "jsonl": (None, jsonl_lines),
}
"""Header line and writer of each format."""
