"""Users in the database."""

from dataclasses import dataclass

from sqlalchemy import delete, exists, func, insert, select, update
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


@dataclass(frozen=True, slots=True)
class Login:
    """What signing in looks at."""

    user: User
    password_hash: str
    disabled: bool
    created_at: float


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the operator lists it. Times are Unix seconds."""

    user: User
    created_at: float
    disabled_at: float | None


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


async def select_login(connection: AsyncConnection, login: str) -> Login | None:
    """The user with this name or e-mail address."""
    key = fold(login)
    query = select(users).where((users.c.username_key == key) | (users.c.email_key == key))
    return _login((await connection.execute(query)).first())


async def select_login_by_id(connection: AsyncConnection, user_id: str) -> Login | None:
    """The same for a user who is known already."""
    return _login((await connection.execute(select(users).where(users.c.id == user_id))).first())


def _login(row: Row[tuple[object, ...]] | None) -> Login | None:
    return Login(read_user(row), row.password_hash, row.disabled_at is not None, row.created_at) if row else None


async def update_password(
    connection: AsyncConnection, user_id: str, password_hash: str, replaces: str | None = None
) -> bool:
    """Store a new hash; with `replaces`, only if that one is still there. Returns whether it was stored."""
    query = update(users).where(users.c.id == user_id).values(password_hash=password_hash)
    if replaces is not None:
        query = query.where(users.c.password_hash == replaces)
    return (await connection.execute(query)).rowcount == 1


async def update_disabled(connection: AsyncConnection, user_id: str, disabled_at: float | None) -> None:
    """Disable an account, or enable it again with None."""
    await connection.execute(update(users).where(users.c.id == user_id).values(disabled_at=disabled_at))


async def update_role(connection: AsyncConnection, user_id: str, *, is_admin: bool) -> None:
    """Make a user an administrator, or no longer."""
    await connection.execute(update(users).where(users.c.id == user_id).values(is_admin=is_admin))


async def delete_user(connection: AsyncConnection, user_id: str) -> bool:
    """Delete an account with everything that belongs to it. Returns whether there was one."""
    return (await connection.execute(delete(users).where(users.c.id == user_id))).rowcount == 1


async def select_accounts(connection: AsyncConnection) -> list[Account]:
    """Every account, oldest first."""
    rows = await connection.execute(select(users).order_by(users.c.created_at, users.c.id))
    return [Account(read_user(row), row.created_at, row.disabled_at) for row in rows]


async def count_admins(connection: AsyncConnection) -> int:
    """How many administrators can sign in."""
    query = select(func.count()).select_from(users).where(users.c.is_admin, users.c.disabled_at.is_(None))
    return int((await connection.execute(query)).scalar_one())


async def count_users(connection: AsyncConnection) -> int:
    """How many users there are."""
    return int((await connection.execute(select(func.count()).select_from(users))).scalar_one())
