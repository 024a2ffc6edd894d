"""Writes cameras one after the other and says which one is stored; to be killed at any moment."""

import asyncio
import sys
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from server.storage.cameras import Camera, insert_camera
from server.storage.database import Database
from server.storage.migrate import migrate
from server.storage.users import User, insert_user


async def main(path: Path, first: int) -> None:
    """Write for ever, from the first number that was not acknowledged."""
    migrate(path)
    database = Database(path)
    if first == 0:
        async with database.writing() as connection:
            await insert_user(connection, User("usr_a", "a", "a@example.org", False), "hash", 1.0)
    number = first
    while True:
        number += 1
        try:
            async with database.writing() as connection:
                await insert_camera(connection, Camera(f"cam_{number}", "usr_a", str(number), float(number)))
        except IntegrityError:
            continue  # stored by the process that was killed before it could say so
        print(number, flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
