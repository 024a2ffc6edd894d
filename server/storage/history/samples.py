"""The course of the figures in the database, in three steps: ten seconds, a minute, an hour."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, case, delete, func, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.engine.upsert import Insert, insert_into
from server.storage.history.retention import DAY_S
from server.storage.schema import cameras, runs, samples

AT_ONCE = 1_000
"""Rows that are taken in before others have their turn."""
STEPS_S = (10, 60, 3600)
PIECE_STEPS = 360
PIECE_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Sample:
    """A stretch of time of one zone, or of the whole frame.

    Attributes
    ----------
    camera_id : str
    zone_id, zone_name : str
        Empty for the whole frame.
    step_s : int
        Length of the stretch, one of `STEPS_S`.
    at : float
        Its beginning, Unix seconds, a multiple of `step_s`.
    seconds : float
        How much of it was observed.
    least, most, last : int or None
    mean : float or None
        Of the people who were boxed, over the observed time; all None where nothing is known of the stretch.
    entries, exits : int
    dwell_s, visits : float, int
        Total length and number of the visits that ended in it.
    estimate, estimate_most : float or None
        Mean over the observed time, and largest value, of the people shown: estimated where it was crowded, else
        counted. None where it was never crowded: then they are `mean` and `most`.
    crowded_s, unknown_s : float
        How long people were estimated, and how long their number was not known: nothing could be said yet, which is
        not observed time, or there were more than could be seen and no estimate.
    unfollowed_s : float
        How long frames were too far apart to follow people.
    """

    camera_id: str
    zone_id: str
    zone_name: str
    step_s: int
    at: float
    seconds: float
    least: int | None
    mean: float | None
    most: int | None
    last: int | None
    entries: int
    exits: int
    dwell_s: float
    visits: int
    estimate: float | None = None
    estimate_most: float | None = None
    crowded_s: float = 0.0
    unknown_s: float = 0.0
    unfollowed_s: float = 0.0

    @property
    def followed(self) -> bool:
        """Whether people could be followed most of the time: else entries, exits and visits say nothing."""
        time_s = max(self.seconds, self.unknown_s, self.unfollowed_s)
        return self.unfollowed_s <= time_s / 2 if time_s else bool(self.entries or self.exits or self.visits)

    @property
    def blind(self) -> bool:
        """Whether nobody was seen to come, go or stay because it was crowded or unknown most of the time: no 0 then."""
        blurred_s = self.crowded_s + self.unknown_s
        none = not (self.entries or self.exits or self.visits)
        return none and blurred_s > max(self.seconds, blurred_s) / 2


async def add_samples(connection: AsyncConnection, fine: Iterable[Sample]) -> None:
    """Write samples of ten seconds and merge them into their minute and hour.

    What is there already for the same stretch (a stream that was stopped and started again) is merged, too.
    """
    rows = [
        asdict(replace(sample, step_s=step_s, at=sample.at // step_s * step_s)) for sample in fine for step_s in STEPS_S
    ]
    if rows:
        # One statement for all of them: each by itself takes a hundred times as long, and holds the lock meanwhile.
        query = insert_into(connection, samples)
        keys = ["camera_id", "zone_id", "step_s", "at"]
        await connection.execute(query.on_conflict_do_update(index_elements=keys, set_=_merged(query)), rows)


def _merged(query: Insert) -> dict[str, ColumnElement[object]]:
    """Old and new as one: extremes, sums, and means weighted by what was observed; what is not known adds nothing."""
    old, new = samples.c, query.excluded
    crowded = old.estimate.is_not(None) | new.estimate.is_not(None)
    shown = func.coalesce(old.estimate, old.mean), func.coalesce(new.estimate, new.mean)
    shown_most = func.coalesce(old.estimate_most, old.most), func.coalesce(new.estimate_most, new.most)
    merged: dict[str, ColumnElement[object]] = {
        "zone_name": new.zone_name,
        "seconds": old.seconds + new.seconds,
        "least": case((old.least < new.least, old.least), else_=func.coalesce(new.least, old.least)),
        "most": _larger(old.most, new.most),
        "mean": _mean(old.mean, new.mean, old.seconds, new.seconds),
        "last": func.coalesce(new.last, old.last),
        "estimate": case((crowded, _mean(*shown, old.seconds, new.seconds)), else_=null()),
        "estimate_most": case((crowded, _larger(*shown_most)), else_=null()),
    }
    sums = ("entries", "exits", "dwell_s", "visits", "crowded_s", "unknown_s", "unfollowed_s")
    return merged | {name: old[name] + new[name] for name in sums}


def _larger(old: ColumnElement[Any], new: ColumnElement[Any]) -> ColumnElement[Any]:
    """The larger of two values, or the one that is known."""
    return case((old > new, old), else_=func.coalesce(new, old))


def _mean(
    old: ColumnElement[Any], new: ColumnElement[Any], old_s: ColumnElement[Any], new_s: ColumnElement[Any]
) -> ColumnElement[Any]:
    """The mean of two means over so many seconds each, or the one that is known."""
    weight = old_s + new_s
    return case(
        (old.is_(None), new),
        (new.is_(None), old),
        (weight > 0, (old * old_s + new * new_s) / weight),
        else_=(old + new) / 2,
    )


async def select_samples(
    connection: AsyncConnection,
    owner_id: str,
    camera_id: str,
    step_s: int,
    from_at: float,
    to_at: float,
    most: int | None = None,
) -> list[Sample]:
    """The samples of one of the owner's cameras that begin in [from_at, to_at), by zone and time; at most so many."""
    query = (
        select(samples)
        .join(cameras, cameras.c.id == samples.c.camera_id)
        .where(
            cameras.c.id == camera_id,
            cameras.c.owner_id == owner_id,
            samples.c.step_s == step_s,
            samples.c.at >= from_at,
            samples.c.at < to_at,
        )
        .order_by(samples.c.zone_id, samples.c.at)
    )
    found: list[Sample] = []
    async with connection.stream(query.limit(most)) as result:
        # Piece by piece, so that others have their turn: a long range is tens of thousands.
        async for rows in result.partitions(AT_ONCE):
            found += [Sample(**row._mapping) for row in rows]
    return found


async def delete_old_samples(connection: AsyncConnection, days: dict[int, int], now: float) -> bool:
    """Drop some of what is older than its step is kept, the oldest first; of a recording, the end of its run counts.

    Parameters
    ----------
    days : dict of int to int
        Days by step; 0 keeps it for ever.

    Returns
    -------
    bool
        Whether there is more: in one piece, a year of it would keep everybody from writing for seconds.
    """
    more = False
    for step_s, kept in days.items():
        of_runs = samples.c.camera_id.in_(select(runs.c.camera_id))
        old = (samples.c.step_s == step_s) & (samples.c.at < now - kept * DAY_S) & ~of_runs
        oldest = (await connection.execute(select(func.min(samples.c.at)).where(old))).scalar() if kept > 0 else None
        if oldest is not None:
            piece = oldest + PIECE_STEPS * step_s
            await connection.execute(delete(samples).where(old, samples.c.at < piece))
            more = more or piece < now - kept * DAY_S
        more = await _delete_of_old_run(connection, step_s, kept, now) or more
    return more


async def _delete_of_old_run(connection: AsyncConnection, step_s: int, kept: int, now: float) -> bool:
    """Drop what a run that ended long ago counted in this step. Returns whether there may be another."""
    if kept <= 0:
        return False
    ended = select(runs.c.camera_id).where(runs.c.ended_at < now - kept * DAY_S)
    old = (samples.c.step_s == step_s) & samples.c.camera_id.in_(ended)
    one = (await connection.execute(select(samples.c.camera_id).where(old).limit(1))).scalar()
    if one is None:
        return False
    await connection.execute(delete(samples).where(samples.c.step_s == step_s, samples.c.camera_id == one))
    return True


async def delete_some_samples(connection: AsyncConnection, camera_id: str) -> bool:
    """Drop a piece of all that a camera counted. Returns whether there may be more."""
    mine = samples.c.camera_id == camera_id
    keys = select(samples.c.zone_id, samples.c.step_s).where(mine)
    first = (await connection.execute(keys.order_by(samples.c.zone_id, samples.c.step_s).limit(1))).first()
    if first is None:
        return False
    piece = mine & (samples.c.zone_id == first.zone_id) & (samples.c.step_s == first.step_s)
    times = select(samples.c.at).where(piece).order_by(samples.c.at)
    end = (await connection.execute(times.offset(PIECE_ROWS).limit(1))).scalar()
    await connection.execute(delete(samples).where(piece if end is None else piece & (samples.c.at < end)))
    return True
