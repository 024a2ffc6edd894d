"""The course of a camera's figures as a Parquet file, where pyarrow is installed (extra `parquet`)."""

import asyncio
import io
from importlib import import_module
from importlib.util import find_spec

from quart import Blueprint, Response
from quart_schema import validate_querystring

from server.api.history.history import Query, attach, load, note_export
from server.api.history.rows import COLUMNS, point
from server.api.http.access import users_only
from server.api.http.errors import APIError
from server.storage.history.samples import Sample

WHOLE = frozenset({"min", "max", "last", "entries", "exits", "visits"})
"""Columns of whole numbers."""

blueprint = Blueprint("history_parquet", __name__, url_prefix="/api/cameras/<camera_id>")


def parquet_available() -> bool:
    """Whether this server can write such files."""
    return find_spec("pyarrow") is not None


def write_parquet(samples: list[Sample], step: int) -> bytes:
    """A row for each zone and stretch of time; numbers as numbers, times in UTC. Blocks."""
    # Loaded when it is asked for: it is large, and most servers never need it.
    pyarrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    count, figure = pyarrow.int32(), pyarrow.float64()
    values = [point(sample) for sample in samples]
    columns = {
        "at": pyarrow.array([round(sample.at * 1000) for sample in samples], pyarrow.timestamp("ms", tz="UTC")),
        "zone_id": pyarrow.array([sample.zone_id for sample in samples], pyarrow.string()),
        "zone": pyarrow.array([sample.zone_name for sample in samples], pyarrow.string()),
    }
    for name in COLUMNS[len(columns) :]:
        kind = count if name in WHOLE else figure
        columns[name] = pyarrow.array([value[name] for value in values], kind)
    table = pyarrow.table(columns).replace_schema_metadata({"step_s": str(step)})
    file = io.BytesIO()
    parquet.write_table(table, file, compression="zstd")
    return file.getvalue()


@blueprint.get("/history.parquet")
@users_only
@validate_querystring(Query)
async def get_history_parquet(camera_id: str, query_args: Query) -> Response:
    """The same as a Parquet file."""
    camera, step, samples = await load(camera_id, query_args)
    if not parquet_available():
        raise APIError(501, "NO_PARQUET", "This server writes no Parquet files: crowdcount[parquet] is not installed.")
    content = await asyncio.to_thread(write_parquet, samples, step)
    await note_export(camera, "parquet")
    return attach(content, "application/vnd.apache.parquet", camera, "parquet")
