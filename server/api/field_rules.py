"""What a new account's fields must be like."""

import re

from server.api.password_rules import wrong_with_password
from server.words.mark import N_

USERNAME = re.compile(r"[\w.-]{3,40}")
MAX_EMAIL = 254
# Only what tells a slip of the pen; whether an address exists, a mail tells.
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def wrong_with_account(username: str, email: str, password: str) -> dict[str, str]:
    """What is wrong with which field."""
    wrong = {}
    if not USERNAME.fullmatch(username):
        wrong["username"] = N_("Use 3 to 40 letters, digits, dots, dashes or underscores.")
    if len(email) > MAX_EMAIL or not email.isprintable() or not EMAIL.fullmatch(email):
        wrong["email"] = N_("Enter an e-mail address, such as name@example.org.")
    about_password = wrong_with_password(password, username, email)
    if about_password:
        wrong["password"] = about_password
    return wrong
