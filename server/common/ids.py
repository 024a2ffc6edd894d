"""Random names for things: nothing to count, nothing to guess."""

import secrets


def new_id(prefix: str) -> str:
    """A name such as ``cam_3kT…``: 96 random bits after the prefix."""
    return f"{prefix}_{secrets.token_urlsafe(12)}"
