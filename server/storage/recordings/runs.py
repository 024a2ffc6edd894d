"""Runs in the database: each counting of a recording, under a camera of its own."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from enum import StrEnum

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.schema import cameras, recordings, runs


class RunState(StrEnum):
    """Where a run is in its life."""

    WAITING = "waiting"
    COUNTING = "counting"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


OPEN = (RunState.WAITING, RunState.COUNTING)
"""States of a run that needs the file still."""


@dataclass(frozen=True, slots=True)
class Run:
    """One counting of a recording.

    Attributes
    ----------
    camera_id : str
        Under which its plan, samples and heatmaps lie; of no other run.
    plan_version : int
        Of the zones and lines that it counts with; 0 without any.
    recorded_at : float or None
        When the film began, as it was known when the run began: its samples are dated by that. Unix seconds.
    attempts : int
        How often it was begun; a stopped server begins it again.
    why : str or None
        A code that says why it failed, or why not everything was read.
    complete : bool or None
        Whether every frame was read; None where nothing says how many there are, and until it has ended.
    frames_expected : int or None
        As the file says; None where it does not.
    frames_read, frames_refused : int
        Those that were counted or refused, and of these the refused ones.
    peak, crowd_peak, unique_people, entries, exits : int or None
        None where it is not known.
    """

    id: str
    recording_id: str
    camera_id: str
    model: str
    quality: str
    plan_version: int
    recorded_at: float | None
    state: RunState
    queued_at: float
    attempts: int = 0
    why: str | None = None
    complete: bool | None = None
    frames_expected: int | None = None
    frames_read: int = 0
    frames_refused: int = 0
    duration_ms: float = 0.0
    peak: int | None = None
    crowd_peak: int | None = None
    unique_people: int | None = None
    entries: int | None = None
    exits: int | None = None
    begun_at: float | None = None
    ended_at: float | None = None


@dataclass(frozen=True, slots=True)
class OwnedRun:
    """A run, and what is needed to count it."""

    run: Run
    owner_id: str
    recording: str


def _read(mapping: dict[str, object]) -> Run:
    values = {name: mapping[name] for name in Run.__slots__}
    return Run(**values | {"state": RunState(str(mapping["state"]))})  # type: ignore[arg-type]  # the columns are these


async def insert_run(connection: AsyncConnection, run: Run) -> None:
    """Add a run, whose camera is there."""
    await connection.execute(insert(runs).values(**asdict(run)))


async def select_runs(connection: AsyncConnection, recording_ids: Collection[str]) -> list[Run]:
    """The runs of these recordings, newest first."""
    query = select(runs).where(runs.c.recording_id.in_(recording_ids)).order_by(runs.c.queued_at.desc(), runs.c.id)
    return [_read(dict(row._mapping)) for row in await connection.execute(query)]


async def select_run(connection: AsyncConnection, owner_id: str, recording_id: str, run_id: str) -> Run | None:
    """A run of one of the owner's recordings; None for an unknown one and for another's."""
    query = (
        select(runs)
        .join(recordings, recordings.c.id == runs.c.recording_id)
        .where(runs.c.id == run_id, recordings.c.id == recording_id, recordings.c.owner_id == owner_id)
    )
    row = (await connection.execute(query)).first()
    return _read(dict(row._mapping)) if row else None


async def select_runs_in(connection: AsyncConnection, state: RunState) -> list[OwnedRun]:
    """Every run in this state, the one that waits longest first."""
    query = (
        select(runs, recordings.c.owner_id, recordings.c.name)
        .join(recordings, recordings.c.id == runs.c.recording_id)
        .where(runs.c.state == state)
        .order_by(runs.c.queued_at, runs.c.id)
    )
    found = await connection.execute(query)
    return [OwnedRun(_read(dict(row._mapping)), row.owner_id, row.name) for row in found]


async def update_run(connection: AsyncConnection, run_id: str, **values: object) -> bool:
    """Change a run. Returns whether it is there still."""
    return (await connection.execute(update(runs).where(runs.c.id == run_id).values(**values))).rowcount == 1


async def select_run_cameras(connection: AsyncConnection, owner_id: str) -> list[str]:
    """The cameras of all runs of an owner."""
    query = select(runs.c.camera_id).join(cameras, cameras.c.id == runs.c.camera_id)
    return list((await connection.execute(query.where(cameras.c.owner_id == owner_id))).scalars())


async def delete_run(connection: AsyncConnection, camera_id: str) -> None:
    """Delete a run with its camera and everything that was counted under it."""
    await connection.execute(delete(cameras).where(cameras.c.id == camera_id))
