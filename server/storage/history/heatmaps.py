"""Where people were, a grid for each hour; numbers only, no pictures."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.engine.upsert import insert_into
from server.storage.history.retention import DAY_S
from server.storage.schema import cameras, heatmaps, runs

STEPS = 65_535
"""A cell is stored in 16 bits of the hour's maximum: an hour that is written once a minute loses nothing that shows."""


@dataclass(frozen=True, slots=True)
class HeatRecord:
    """An hour of a camera, or a part of it.

    Attributes
    ----------
    camera_id : str
    at : float
        When the hour began, Unix seconds.
    cells : NDArray
        (rows, columns) person-seconds.
    """

    camera_id: str
    at: float
    cells: NDArray[np.float64]


def pack(cells: NDArray[np.float64]) -> tuple[float, bytes]:
    """The largest value, and the cells as compressed parts of it."""
    most = float(cells.max())
    parts = np.rint(cells * (STEPS / most)) if most > 0 else cells
    return most, zlib.compress(parts.astype("<u2").tobytes())


def unpack(rows: int, columns: int, most: float, packed: bytes) -> NDArray[np.float64]:
    """The cells that `pack` was given."""
    parts = np.frombuffer(zlib.decompress(packed), "<u2").reshape(rows, columns)
    cells: NDArray[np.float64] = parts * (most / STEPS)
    return cells


async def add_heat(connection: AsyncConnection, records: Iterable[HeatRecord]) -> None:
    """Add to what is there of the same hour and shape; a turned camera has a second grid."""
    table = heatmaps.c
    for record in records:
        rows, columns = record.cells.shape
        keys = {"camera_id": record.camera_id, "at": record.at, "rows": rows, "columns": columns}
        query = select(table.most, table.cells).where(*(table[name] == value for name, value in keys.items()))
        known = (await connection.execute(query)).first()
        cells = record.cells if known is None else record.cells + unpack(rows, columns, known.most, known.cells)
        most, packed = pack(cells)
        statement = insert_into(connection, heatmaps).values(**keys, most=most, cells=packed)
        changed = {"most": most, "cells": packed}
        await connection.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=changed))


async def select_heat(
    connection: AsyncConnection, owner_id: str, camera_id: str, from_at: float, to_at: float
) -> list[HeatRecord]:
    """The hours of one of the owner's cameras that begin in [from_at, to_at), in order."""
    query = (
        select(heatmaps)
        .join(cameras, cameras.c.id == heatmaps.c.camera_id)
        .where(
            cameras.c.id == camera_id,
            cameras.c.owner_id == owner_id,
            heatmaps.c.at >= from_at,
            heatmaps.c.at < to_at,
        )
        .order_by(heatmaps.c.at, heatmaps.c.rows)
    )
    found = await connection.execute(query)
    return [HeatRecord(row.camera_id, row.at, unpack(row.rows, row.columns, row.most, row.cells)) for row in found]


async def delete_old_heat(connection: AsyncConnection, days: int, now: float) -> None:
    """Drop what is older than `days`, of a recording by the end of its run; 0 keeps it for ever."""
    if days > 0:
        cutoff = now - days * DAY_S
        of_runs = heatmaps.c.camera_id.in_(select(runs.c.camera_id))
        of_old_runs = heatmaps.c.camera_id.in_(select(runs.c.camera_id).where(runs.c.ended_at < cutoff))
        await connection.execute(delete(heatmaps).where(or_((heatmaps.c.at < cutoff) & ~of_runs, of_old_runs)))
