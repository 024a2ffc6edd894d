"""Writes cameras one after the other, each with a sample and an alert, and says which one is stored; to be killed."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from server.storage.accounts.users import User, insert_user
from server.storage.alerts.alert_steps import keep_alerts
from server.storage.alerts.alerts import AlertRecord
from server.storage.cameras.cameras import Camera, insert_camera
from server.storage.engine.database import Database
from server.storage.engine.migrate import migrate
from server.storage.history.samples import Sample, add_samples

SAMPLE = Sample("", "z", "Gate", 10, 0.0, 10.0, 1, 1.0, 1, 1, 2, 1, 0.0, 0)
ALERT = AlertRecord("", "", "z", "Gate", "people", "warning", 1.0, None, 3.0, 2.0)


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
                await add_samples(connection, [replace(SAMPLE, camera_id=f"cam_{number}")])
                await keep_alerts(connection, [replace(ALERT, id=f"alr_{number}", camera_id=f"cam_{number}")], 1.0)
        except IntegrityError:
            continue  # stored by the process that was killed before it could say so
        print(number, flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
