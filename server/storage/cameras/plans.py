"""What is drawn on the cameras' frames, in the database; the owner is in every WHERE."""

import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.core.plan import Plan
from server.core.plan_json import decode_plan, encode_plan
from server.storage.engine.upsert import insert_into
from server.storage.schema import cameras, plans


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan and how often it was changed; version 0 is the empty plan that nobody stored yet."""

    version: int
    plan: Plan


async def select_plan(connection: AsyncConnection, owner_id: str, camera_id: str) -> StoredPlan:
    """The plan of one of the owner's cameras; empty for a camera without one, an unknown one or another's."""
    query = (
        select(plans.c.version, plans.c.document)
        .join(cameras, cameras.c.id == plans.c.camera_id)
        .where(cameras.c.id == camera_id, cameras.c.owner_id == owner_id)
    )
    row = (await connection.execute(query)).first()
    return StoredPlan(row.version, decode_plan(json.loads(row.document))) if row else StoredPlan(0, Plan())


async def upsert_plan(connection: AsyncConnection, camera_id: str, stored: StoredPlan, now: float) -> None:
    """Store the plan of a camera, whose owner and version were checked in this transaction."""
    values = {
        "version": stored.version,
        "document": json.dumps(encode_plan(stored.plan), separators=(",", ":")),
        "changed_at": now,
    }
    query = insert_into(connection, plans).values(camera_id=camera_id, **values)
    await connection.execute(query.on_conflict_do_update(index_elements=["camera_id"], set_=values))
