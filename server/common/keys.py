"""The keys that sign cookies and tokens: made on the first start, rotated with the one before still valid."""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from server.core.errors import CodedError

SECRET_BYTES = 32
FILE = "secret.key"
VALID_AT_ONCE = 2
TOKEN_PURPOSE = b"crowdcount tokens, version 1"


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The keys of a server; the first signs, all are accepted.

    Attributes
    ----------
    cookies : tuple of str
        For the session cookie, 64 hexadecimal digits each.
    tokens : tuple of (str, bytes)
        Key id and 32-byte key for access and refresh tokens.
    """

    cookies: tuple[str, ...]
    tokens: tuple[tuple[str, bytes], ...]


def load_keys(data_dir: Path) -> SigningKeys:
    """The keys in the data directory; created there with mode 0600 on the first start.

    Raises
    ------
    CodedError
        ``BAD_SECRET`` if the file does not hold keys of at least 32 bytes.
    """
    path = data_dir / FILE
    if not path.exists():
        _publish(path, [secrets.token_hex(SECRET_BYTES)], replace=False)
    lines = path.read_text().split()[:VALID_AT_ONCE]
    if not lines or any(not _is_key(line) for line in lines):
        raise CodedError("BAD_SECRET", f"{path} must hold keys of at least {2 * SECRET_BYTES} hexadecimal digits.")
    return SigningKeys(tuple(lines), tuple(_token_key(line) for line in lines))


def rotate_keys(data_dir: Path) -> None:
    """Sign with a new key from now on; what the last one signed stays valid, what the one before it signed does not."""
    current = load_keys(data_dir).cookies[: VALID_AT_ONCE - 1]
    _publish(data_dir / FILE, [secrets.token_hex(SECRET_BYTES), *current], replace=True)


def _is_key(line: str) -> bool:
    return len(line) >= 2 * SECRET_BYTES and all(digit in "0123456789abcdef" for digit in line)


def _token_key(line: str) -> tuple[str, bytes]:
    """A key of its own for each purpose (RFC 8725, 3.8 and NIST SP 800-108): derived by HMAC, never shared."""
    key = hmac.digest(bytes.fromhex(line), TOKEN_PURPOSE, "sha256")
    return hashlib.sha256(key).hexdigest()[:16], key


def _publish(path: Path, lines: list[str], *, replace: bool) -> None:
    """Write the file at once: nobody ever reads half of it, and of two first starts one wins."""
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(path)
        elif not path.exists():
            _link_once(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _link_once(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        return  # another process was first; its keys are the keys
