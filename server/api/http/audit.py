"""Where a request comes from, for sessions and the audit log."""

import time

from quart import request
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.accounts.audit import Action, Origin, insert_audit


def request_origin() -> Origin:
    """Address and device of this request; the address is a proxy's word only where the proxy is configured."""
    return Origin(request.remote_addr or "", request.headers.get("User-Agent", ""))


async def record(
    connection: AsyncConnection, user_id: str | None, action: Action, *, target: str = "", detail: str = ""
) -> None:
    """Write to a user's log what this request did, in the transaction that does it."""
    await insert_audit(connection, user_id, action, request_origin(), time.time(), target=target, detail=detail)
