"""Sessions in the database: what a cookie names, so that signing out holds."""

from hashlib import sha256

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.schema import sessions, users
from server.storage.users import User, read_user


def session_id(secret: str) -> str:
    """The key under which a session is stored; the secret itself stays with the browser."""
    return sha256(secret.encode()).hexdigest()


async def insert_session(
    connection: AsyncConnection,
    secret: str,
    user_id: str,
    *,
    now: float,
    expires_at: float,
    address: str,
    device: str,
) -> None:
    """Begin a session."""
    await connection.execute(
        insert(sessions).values(
            id=session_id(secret),
            user_id=user_id,
            created_at=now,
            expires_at=expires_at,
            address=address[:64],
            device=device[:256],
        )
    )


async def select_session_user(connection: AsyncConnection, secret: str, now: float) -> User | None:
    """Whose session this is, if it is still valid."""
    row = (
        await connection.execute(
            select(users)
            .join(sessions, sessions.c.user_id == users.c.id)
            .where(sessions.c.id == session_id(secret), sessions.c.expires_at > now)
        )
    ).first()
    return read_user(row) if row else None


async def delete_session(connection: AsyncConnection, secret: str) -> None:
    """End a session."""
    await connection.execute(delete(sessions).where(sessions.c.id == session_id(secret)))


async def delete_expired_sessions(connection: AsyncConnection, now: float) -> None:
    """Remove what has ended by itself."""
    await connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
