"""`crowdcount serve` with a vision process that takes as long for every frame, and no processor time: what is measured
beside it is the server's own.

``python -m tests.faults.steady_server SLEEP_S serve …``
"""

import json
import sys

from server.cli.main import main as run
from server.config import Settings
from server.engine.base import Engine
from server.engine.local import LocalEngine
from server.process import serve


def main() -> int:
    """Serve in this process."""
    command = [sys.executable, "-m", "tests.engine.fake_worker", json.dumps({"frame_s": float(sys.argv[1])})]

    def create_engine(settings: Settings) -> Engine:
        return LocalEngine(command, settings.workers, settings.frame_timeout_s)

    serve.create_engine = create_engine
    return run(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
