"""The secret that signs cookies: made on the first start, never defaulted."""

import os
import secrets
from pathlib import Path

SECRET_BYTES = 32
FILE = "secret.key"


def load_secret(data_dir: Path) -> str:
    """The server's secret, from the data directory; created there with mode 0600 on the first start."""
    path = data_dir / FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    secret = secrets.token_hex(SECRET_BYTES)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret)
    return secret
