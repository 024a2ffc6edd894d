#!/bin/sh
# Write the four Python lock files again. Needs `uv` (pip install uv). Each file is complete for its purpose on its own:
# the core, the core with PostgreSQL (the container), what `models` adds, what `dev` adds. torch is not in them: which
# build fits depends on the machine.
set -eu
cd "$(dirname "$0")/.."
never() { for name in "$@"; do printf '%s; sys_platform == "never"\n' "$name"; done; }
lock() { # OUT OVERRIDES ARGS...
  out=$1 overrides=$2; shift 2
  uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q \
    --override "$overrides" -o "$out" "$@"
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Nothing that serves imports these: OpenVINO's telemetry, which its converter reports with, and Engine.IO's threaded WebSocket.
never opencv-python openvino-telemetry simple-websocket > "$work/core"
never opencv-python simple-websocket torch torchvision > "$work/extra"
# NNCF names the newest NumPy that was there when it was released; what it quantizes is checked when it has done so.
echo "numpy>=2.2" >> "$work/extra"
lock requirements.lock "$work/core"
lock requirements-postgres.lock "$work/core" --extra postgres -c requirements.lock
lock requirements-models.lock "$work/extra" --extra models -c requirements.lock
lock requirements-dev.lock "$work/extra" --extra dev -c requirements.lock
