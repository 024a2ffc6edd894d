"""``python -m server.cli``: the command ``crowdcount``, where it is not installed."""

import sys

from server.cli.main import main

sys.exit(main())
