"""Users in the database."""

from dataclasses import dataclass

from sqlalchemy import exists, func, insert, select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.schema import users


@dataclass(frozen=True, slots=True)
class User:
    """An account, without its password."""

    id: str
    username: str
    email: str
    is_admin: bool


def fold(name: str) -> str:
    """The form in which user names and e-mail addresses are compared."""
    return name.strip().casefold()


def read_user(row: Row[tuple[object, ...]]) -> User:
    """A row that has the columns of `users` as a User."""
    return User(row.id, row.username, row.email, row.is_admin)


async def insert_user(connection: AsyncConnection, user: User, password_hash: str, now: float) -> None:
    """Add a user. Raises IntegrityError when the name or the address is taken."""
    await connection.execute(
        insert(users).values(
            id=user.id,
            username=user.username,
            username_key=fold(user.username),
            email=user.email,
            email_key=fold(user.email),
            password_hash=password_hash,
            is_admin=user.is_admin,
            created_at=now,
        )
    )


async def select_taken(connection: AsyncConnection, username: str, email: str) -> tuple[bool, bool]:
    """Whether the user name and the e-mail address belong to somebody already."""
    row = (
        await connection.execute(
            select(
                exists().where(users.c.username_key == fold(username)),
                exists().where(users.c.email_key == fold(email)),
            )
        )
    ).one()
    return bool(row[0]), bool(row[1])


async def select_login(connection: AsyncConnection, login: str) -> tuple[User, str] | None:
    """The user with this name or e-mail address, and the password's hash."""
    key = fold(login)
    row = (
        await connection.execute(select(users).where((users.c.username_key == key) | (users.c.email_key == key)))
    ).first()
    return (read_user(row), row.password_hash) if row else None


async def count_users(connection: AsyncConnection) -> int:
    """How many users there are."""
    return int((await connection.execute(select(func.count()).select_from(users))).scalar_one())
