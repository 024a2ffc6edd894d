"""Which passwords are good enough: long, not common, not the name (NIST SP 800-63B, 3.1.1.2)."""

from functools import lru_cache

from zxcvbn.frequency_lists import FREQUENCY_LISTS

from server.i18n.markers import N_
from server.storage.accounts.users import fold

MIN_CHARACTERS = 8
MAX_CHARACTERS = 1024


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """The most common passwords of known leaks, lower case."""
    return frozenset(word for word in FREQUENCY_LISTS["passwords"] if len(word) >= MIN_CHARACTERS)


def wrong_with_password(password: str, username: str, email: str) -> str | None:
    """What is wrong with a new password, as a sentence; None when it may be taken."""
    if len(password) < MIN_CHARACTERS:
        return N_(f"Use at least {MIN_CHARACTERS} characters.")
    if len(password) > MAX_CHARACTERS:
        return N_(f"Use at most {MAX_CHARACTERS} characters.")
    folded = fold(password)
    if not folded or folded in common_passwords():
        return N_(
            "This password is among those that are tried first. Choose another, such as three or four random words."
        )
    if folded in {fold(username), fold(email), fold(email).partition("@")[0], "crowdcount"}:
        return N_("Choose a password that is not your name or address.")
    return None
