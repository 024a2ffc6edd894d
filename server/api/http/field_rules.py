"""What texts in fields must be like."""

import re
import unicodedata

from server.api.http.errors import APIError
from server.api.http.password_rules import wrong_with_password
from server.core.names import text_problem
from server.i18n.markers import N_

USERNAME = re.compile(r"[\w.-]{3,40}")
MAX_EMAIL = 254
# Only what tells a slip of the pen; whether an address exists, a mail tells.
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def one_line(value: str) -> str:
    """A text on one line, without space around it. Raises ValueError with a sentence for one that cannot be seen."""
    line = " ".join(value.split())
    if wrong := text_problem(line):
        raise ValueError(wrong)
    return line


def note(value: str) -> str:
    """A text of several lines, without space around it. Raises ValueError as `one_line`."""
    text = value.strip()
    if wrong := text_problem(text, lines=True):
        raise ValueError(wrong)
    return text


def refuse(field: str, message: str) -> APIError:
    """The answer to one field that is wrong."""
    return APIError(400, "INVALID_FIELDS", message, {field: message})


def _is_plain(name: str) -> bool:
    """Whether nothing in it is another form of a letter: full width or composed differently, it would be another
    account that looks the same."""
    return unicodedata.normalize("NFKC", name) == name


def wrong_with_account(username: str, email: str, password: str) -> dict[str, str]:
    """What is wrong with which field."""
    wrong = {}
    if not USERNAME.fullmatch(username) or text_problem(username) or not _is_plain(username):
        wrong["username"] = N_("Use 3 to 40 letters, digits, dots, dashes or underscores.")
    hidden = not email.isprintable() or text_problem(email.partition("@")[0]) or not _is_plain(email)
    if len(email) > MAX_EMAIL or hidden or not EMAIL.fullmatch(email):
        wrong["email"] = N_("Enter an e-mail address, such as name@example.org.")
    about_password = wrong_with_password(password, username, email)
    if about_password:
        wrong["password"] = about_password
    return wrong
