"""Stretches of time as rows: the same in JSON, CSV and Parquet."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from server.api.http.audit_file import plain_cell
from server.api.http.times import iso
from server.core.report_json import rounded
from server.storage.history.samples import Sample

COLUMNS = (
    "at",
    "zone_id",
    "zone",
    "seconds",
    "min",
    "mean",
    "max",
    "last",
    "entries",
    "exits",
    "visits",
    "dwell_mean_s",
    "estimate",
    "estimate_max",
    "crowded_s",
    "unknown_s",
    "unfollowed_s",
)


def point(sample: Sample) -> dict[str, Any]:
    """A stretch of time as JSON. What counts identities is null where people could not be followed or told apart."""
    followed = sample.followed and not sample.blind
    return {
        "t": iso(sample.at),
        "seconds": round(sample.seconds, 1),
        "min": sample.least,
        "mean": rounded(sample.mean, 3),
        "max": sample.most,
        "last": sample.last,
        "entries": sample.entries if followed else None,
        "exits": sample.exits if followed else None,
        "visits": sample.visits if followed else None,
        "dwell_mean_s": round(sample.dwell_s / sample.visits, 1) if sample.visits and followed else None,
        "estimate": rounded(sample.estimate, 1),
        "estimate_max": rounded(sample.estimate_most, 1),
        "crowded_s": round(sample.crowded_s, 1),
        "unknown_s": round(sample.unknown_s, 1),
        "unfollowed_s": round(sample.unfollowed_s, 1),
    }


def to_csv(samples: Iterable[Sample]) -> str:
    """A row for each zone and stretch of time; no cell is a formula."""
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for sample in samples:
        values = point(sample)
        named = [values["t"], plain_cell(sample.zone_id), plain_cell(sample.zone_name)]
        writer.writerow([*named, *(values[name] for name in COLUMNS[3:])])
    return table.getvalue()
