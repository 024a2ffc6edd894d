"""Where a PostgreSQL database is; the password in it is shown nowhere."""

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import SecretStr

SCHEMES = ("postgresql", "postgres")
EXAMPLE = "postgresql://user:password@host:5432/name"


@dataclass(frozen=True, slots=True)
class PostgresUrl:
    """An address as the database's own tools take it; its text form leaves the secrets out.

    Attributes
    ----------
    secret : SecretStr
        The whole address.
    """

    secret: SecretStr

    def __str__(self) -> str:
        """For messages and logs."""
        parts = urlsplit(self.secret.get_secret_value())
        host = parts.netloc.rpartition("@")[2] or parse_qs(parts.query).get("host", ["this machine"])[0]
        return f"PostgreSQL database {unquote(parts.path.lstrip('/'))} at {host}"


def read_url(text: str) -> PostgresUrl:
    """Take an address in. Raises ValueError, whose message does not hold it."""
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    # A password that is not encoded may reach into what follows it, which is shown.
    whole = not parts.fragment and "@" not in parts.path + parts.query and parts.path.count("/") == 1
    if parts.scheme not in SCHEMES or parts.path == "/" or not whole:
        raise ValueError(f"is not the address of a PostgreSQL database, such as {EXAMPLE}, its parts percent-encoded")
    return PostgresUrl(SecretStr(text))
