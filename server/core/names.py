"""What people call things: text that everybody sees as it is, whatever shows it."""

import unicodedata

from server.core.errors import CodedError
from server.core.plan import Plan
from server.core.text import is_text
from server.core.zone import Line, Zone
from server.i18n.markers import N_

JOINERS = "\u200c\u200d\ufe0e\ufe0f"
"""Join letters and pictures, as Persian and emoji need it; not seen by themselves."""
UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u3164\uffa0")
"""Letters and marks by their category, and drawn as nothing."""
BLANK = frozenset("\u2800")
"""Drawn as nothing, and a part of texts that are seen."""
CONTROLS = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
MARKS = frozenset(("Mn", "Me"))
MOST_MARKS = 8
"""Accents on one letter; no script has as many, and hundreds cover what is above and below."""
SIGNS = N_("Use visible letters and signs, without control characters or marks that turn the direction of text.")
EMPTY = N_("Use at least one visible letter or sign.")


def wrong_with_text(value: str, *, lines: bool = False) -> str | None:
    """What is wrong with a text that others read, as a sentence; None for nothing. An empty one is right.

    Parameters
    ----------
    lines : bool
        Whether line feeds and tabs may be in it.
    """
    if not is_text(value) or any(_is_control(char) and not (lines and char in "\n\t\r") for char in value):
        return SIGNS
    marks = 0
    for char in value:
        marks = marks + 1 if unicodedata.category(char) in MARKS else 0
        if marks > MOST_MARKS:
            return SIGNS
    if value and not any(_is_seen(char) for char in value):
        return EMPTY
    return None


def check_plan_names(plan: Plan) -> None:
    """Look at the names and ids of what was drawn. Raises CodedError ``BAD_NAME``."""
    shapes: list[Zone | Line] = [*plan.zones, *plan.lines]
    for shape in shapes:
        wrong = wrong_with_text(shape.name) or wrong_with_text(shape.id)
        if wrong:
            raise CodedError("BAD_NAME", wrong)


def _is_control(char: str) -> bool:
    code = ord(char)
    # Not characters at all, and those that Unicode keeps for more of what is not seen.
    reserved = 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE or 0xE0000 <= code <= 0xE00FF
    return (unicodedata.category(char) in CONTROLS and char not in JOINERS) or char in UNSEEN or reserved


def _is_seen(char: str) -> bool:
    return not (char.isspace() or char in JOINERS or char in BLANK or unicodedata.category(char) in MARKS)
