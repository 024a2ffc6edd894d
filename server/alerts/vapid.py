"""The key by which push services know this server (RFC 8292)."""

import base64
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from server.core.errors import CodedError

FILE = "push.key"
VALID_S = 12 * 3600
"""Half of what RFC 8292 allows."""


class Vapid:
    """The key pair of this server.

    Parameters
    ----------
    key : EllipticCurvePrivateKey
        On P-256.
    contact : str
        ``mailto:`` or ``https:`` URL of who runs the server.
    """

    def __init__(self, key: ec.EllipticCurvePrivateKey, contact: str) -> None:
        self._key = key
        self._contact = contact
        point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        self.public_key = base64.urlsafe_b64encode(point).rstrip(b"=").decode()

    def authorization(self, endpoint: str) -> str:
        """The Authorization header for a push service."""
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int(time.time()) + VALID_S,
            "sub": self._contact,
        }
        return f"vapid t={jwt.encode(claims, self._key, algorithm='ES256')}, k={self.public_key}"


def load_vapid(data_dir: Path, contact: str) -> Vapid:
    """The key in the data directory; made there with mode 0600 on first use. Raises CodedError ``BAD_PUSH_KEY``."""
    path = data_dir / FILE
    if not path.exists():
        _create(path)
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise CodedError("BAD_PUSH_KEY", f"{path} does not hold a private key.") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise CodedError("BAD_PUSH_KEY", f"{path} must hold a private key on the curve P-256.")
    return Vapid(key, contact)


def _create(path: Path) -> None:
    """Write a new key, whole or not at all; of two first uses one wins."""
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was first; its key is the key
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
