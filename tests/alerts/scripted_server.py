"""A real server process whose vision is scripted: `python -m tests.alerts.scripted_server DATA_DIR PORT`.

It sees one person in the first frames of a stream, then two: its alerts begin and become worse.
"""

import asyncio
import sys
from pathlib import Path

from server.alerts import dispatcher as courier
from server.app import create_app
from server.config import Settings
from server.process.listening import bind
from server.process.serve import Server, prepare
from tests.support.engine import ScriptedEngine, person

ALONE = 20
"""So many frames show one person, all after them two."""
LEASE_S = 4.0
"""The same in less time."""
ONE, TWO = (person(1),), (person(1), person(2, left=0.6, right=0.7))


def main() -> None:
    """Serve until killed."""
    settings = Settings(
        data_dir=Path(sys.argv[1]),
        port=int(sys.argv[2]),
        bcrypt_cost=4,
        log_level="warning",
        allow_private_hooks=True,
        alert_floor_s=0,
    )
    courier.ATTEMPT_S, courier.LEASE_S = 3.0, LEASE_S
    prepare(settings)
    engine = ScriptedEngine()
    engine.script.extend([ONE] * ALONE + [TWO] * 10_000)
    listener = bind("127.0.0.1", settings.port)
    asyncio.run(Server(create_app(settings, engine), settings).serve(sockets=[listener]))


if __name__ == "__main__":
    main()
