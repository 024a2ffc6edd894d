"""What users may give as a target: URLs and mail addresses."""

import re
import socket
from ipaddress import ip_address

from yarl import URL

from server.alerts.addresses import may_connect
from server.core.errors import CodedError

MAX_URL = 1000
MAX_MAIL = 254
# As browsers take it (WHATWG HTML, "valid e-mail address"): nothing in it can end a header or an address.
MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def check_url(text: str, *, allow_private: bool) -> str:
    """The URL, if something may be sent there. Names are looked up when something is sent, not here.

    Raises
    ------
    CodedError
        ``BAD_URL`` with what is wrong.
    """
    url = _parse(text)
    if url.scheme not in (("https", "http") if allow_private else ("https",)):
        raise CodedError("BAD_URL", "The address must begin with https://.")
    if url.user is not None or url.password is not None:
        raise CodedError("BAD_URL", "The address must not hold a name or a password.")
    host = url.host or ""
    literal = as_literal(host)
    if literal is not None and not (literal == host and may_connect(host, allow_private=allow_private)):
        raise CodedError("BAD_URL", "This address is not open to web hooks: it is private or not a plain one.")
    if not host or (host.rstrip(".") == "localhost" and not allow_private):
        raise CodedError("BAD_URL", "The address must name a server on the internet.")
    return text


def _parse(text: str) -> URL:
    if not text.isprintable() or " " in text or len(text) > MAX_URL:
        raise CodedError("BAD_URL", f"Enter an address without spaces, of at most {MAX_URL} characters.")
    try:
        url = URL(text)
        port = url.port  # raises ValueError as well
    except ValueError as error:
        raise CodedError("BAD_URL", "This is not an address such as https://example.org/alerts.") from error
    if not url.absolute or port == 0:
        raise CodedError("BAD_URL", "Enter an address such as https://example.org/alerts.")
    return url


def as_literal(host: str) -> str | None:
    """The network address that a host stands for without being looked up, decimal and hexadecimal forms included."""
    try:
        return str(ip_address(host))
    except ValueError:
        try:
            return socket.inet_ntoa(socket.inet_aton(host))
        except (OSError, UnicodeEncodeError):
            return None


def check_mail_address(text: str) -> str:
    """The mail address. Raises CodedError ``BAD_ADDRESS``."""
    if len(text) > MAX_MAIL or not MAIL.fullmatch(text):
        raise CodedError("BAD_ADDRESS", "Enter an e-mail address, such as name@example.org.")
    return text
