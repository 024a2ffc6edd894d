"""How tracks are written to files: mot, csv, jsonl."""

import json
from collections.abc import Callable, Iterator

from server.core.analytics import Analysis
from server.core.report_json import encode_certainty, encode_line, encode_zone
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


CSV_HEADER = "frame,t_ms,id,left,top,right,bottom,score"


def csv_lines(number: int, tracks: Tracks, _analysis: Analysis) -> Iterator[str]:
    """One line a person, boxes 0..1 of the frame; columns as in ``CSV_HEADER``."""
    for person in tracks.people:
        box = ",".join(f"{value:.5f}" for value in person.box_norm)
        yield f"{number},{tracks.t:.1f},{person.id},{box},{person.score:.3f}"


def jsonl_lines(number: int, tracks: Tracks, analysis: Analysis) -> Iterator[str]:
    """One line a frame, also when nobody is in it; people, zones and lines as in the live protocol."""
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
            "people": people,
            "zones": [encode_zone(report) for report in analysis.zones],
            "lines": [encode_line(report) for report in analysis.lines],
        }
    )


FORMATS: dict[str, tuple[str | None, Writer]] = {
    "mot": (None, mot_lines),
    "csv": (CSV_HEADER, csv_lines),
    "jsonl": (None, jsonl_lines),
}
"""Header line and writer of each format."""
