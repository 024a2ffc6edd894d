"""Refresh tokens in the database: each is good for one use."""

from enum import Enum, auto
from hashlib import sha256

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.schema import refresh_tokens


class Use(Enum):
    """What came of using a refresh token."""

    FIRST = auto()
    AGAIN = auto()
    UNKNOWN = auto()


def _key(jti: str) -> str:
    return sha256(jti.encode()).hexdigest()


async def insert_refresh_token(connection: AsyncConnection, jti: str, session_id: str) -> None:
    """Add a token to the family of a session."""
    await connection.execute(insert(refresh_tokens).values(id=_key(jti), session_id=session_id))


async def use_refresh_token(connection: AsyncConnection, jti: str, session_id: str, now: float) -> Use:
    """Mark a token of this session as used; of two that try at once, one is first."""
    mine = (refresh_tokens.c.id == _key(jti), refresh_tokens.c.session_id == session_id)
    query = update(refresh_tokens).where(*mine, refresh_tokens.c.used_at.is_(None)).values(used_at=now)
    if (await connection.execute(query)).rowcount == 1:
        return Use.FIRST
    known = (await connection.execute(select(refresh_tokens.c.id).where(*mine))).first()
    return Use.AGAIN if known else Use.UNKNOWN
