"""What who runs the server does to accounts, outside of any request."""

import time

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.api.http.field_rules import wrong_with_account
from server.api.http.password_rules import wrong_with_password
from server.api.http.passwords import Passwords
from server.common.ids import new_id
from server.config import Settings
from server.core.errors import CodedError
from server.storage.accounts.audit import CONSOLE, Action, insert_audit
from server.storage.accounts.sessions import EndReason, end_sessions
from server.storage.accounts.users import (
    Account,
    User,
    count_users,
    insert_user,
    select_accounts,
    select_login,
    update_disabled,
    update_password,
    update_role,
)
from server.storage.engine.database import Database


class UserAdmin:
    """Accounts of one data directory. Web processes that run see what was done within a second.

    Parameters
    ----------
    settings : Settings
        Of a data directory that was prepared.
    """

    def __init__(self, settings: Settings) -> None:
        self._database = Database(settings.database)
        self._passwords = Passwords(settings.bcrypt_cost)

    async def close(self) -> None:
        """Close what was opened."""
        self._passwords.close()
        await self._database.close()

    async def accounts(self) -> list[Account]:
        """Every account, oldest first."""
        async with self._database.reading() as connection:
            return await select_accounts(connection)

    async def create(self, username: str, email: str, password: str, *, is_admin: bool) -> User:
        """Make an account; the first is an administrator. Raises CodedError ``INVALID_FIELDS`` or ``TAKEN``."""
        wrong = wrong_with_account(username, email, password)
        if wrong:
            raise CodedError("INVALID_FIELDS", "; ".join(f"{name}: {text}" for name, text in wrong.items()))
        password_hash = await self._passwords.hash(password)
        now = time.time()
        try:
            async with self._database.writing() as connection:
                is_admin = is_admin or await count_users(connection) == 0
                user = User(new_id("usr"), username, email, is_admin)
                await insert_user(connection, user, password_hash, now)
                await insert_audit(connection, user.id, Action.REGISTERED, CONSOLE, now)
        except IntegrityError:
            raise CodedError("TAKEN", "There is an account of this name or address already.") from None
        return user

    async def disable(self, name: str) -> str:
        """Keep an account from signing in and end its sessions. Returns its user name."""
        now = time.time()
        async with self._database.writing() as connection:
            user = await self._find(connection, name)
            await update_disabled(connection, user.id, now)
            await end_sessions(connection, user.id, EndReason.ACCOUNT_DISABLED, now)
            await insert_audit(connection, user.id, Action.ACCOUNT_DISABLED, CONSOLE, now)
        return user.username

    async def enable(self, name: str) -> str:
        """Let an account sign in again. Returns its user name."""
        async with self._database.writing() as connection:
            user = await self._find(connection, name)
            await update_disabled(connection, user.id, None)
            await insert_audit(connection, user.id, Action.ACCOUNT_ENABLED, CONSOLE, time.time())
        return user.username

    async def reset_password(self, name: str, password: str) -> str:
        """Set a password and end every session. Returns the user name."""
        async with self._database.reading() as connection:
            user = await self._find(connection, name)
        wrong = wrong_with_password(password, user.username, user.email)
        if wrong:
            raise CodedError("INVALID_FIELDS", wrong)
        password_hash = await self._passwords.hash(password)
        now = time.time()
        async with self._database.writing() as connection:
            await update_password(connection, user.id, password_hash)
            await end_sessions(connection, user.id, EndReason.PASSWORD_CHANGED, now)
            await insert_audit(connection, user.id, Action.PASSWORD_CHANGED, CONSOLE, now)
        return user.username

    async def set_role(self, name: str, *, is_admin: bool) -> str:
        """Change a role and end every session, so that none goes on with the old one. Returns the user name."""
        now = time.time()
        async with self._database.writing() as connection:
            user = await self._find(connection, name)
            await update_role(connection, user.id, is_admin=is_admin)
            await end_sessions(connection, user.id, EndReason.ROLE_CHANGED, now)
            role = "administrator" if is_admin else "user"
            await insert_audit(connection, user.id, Action.ROLE_CHANGED, CONSOLE, now, target=role)
        return user.username

    async def _find(self, connection: AsyncConnection, name: str) -> User:
        found = await select_login(connection, name)
        if found is None:
            raise CodedError("UNKNOWN_USER", f"There is no account named {name}.")
        return found.user
