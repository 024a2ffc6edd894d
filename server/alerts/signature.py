"""Signatures of web hooks."""

import hashlib
import hmac
import secrets


def new_secret() -> str:
    """A key for one channel: 256 random bits."""
    return f"whsec_{secrets.token_urlsafe(32)}"


def sign(secret: str, t: int, body: bytes) -> str:
    """The value of ``X-Crowdcount-Signature``: HMAC-SHA256 over ``<t>.<body>``, with `t` in Unix seconds."""
    digest = hmac.new(secret.encode(), f"{t}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={t},v1={digest}"
