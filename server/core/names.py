"""Validation of user-defined names, which are shown unchanged to other users."""

import unicodedata

from server.core.errors import CodedError
from server.core.plan import Plan
from server.core.text import is_text
from server.core.zone import Line, Zone
from server.i18n.markers import N_

JOINERS = "\u200c\u200d\ufe0e\ufe0f"
"""Joiners and variation selectors, needed by Persian and emoji; invisible by themselves."""
INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u3164\uffa0")
"""Code points that render as nothing although their category is letter or mark."""
BLANK = frozenset("\u2800")
"""Code points that render as nothing but occur in visible texts."""
CONTROLS = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
MARKS = frozenset(("Mn", "Me"))
MAX_MARKS = 8
"""Maximum number of combining marks on one letter. No script uses as many; hundreds would cover adjacent lines."""
BAD_CHARACTERS = N_(
    "Use visible letters and signs, without control characters or marks that turn the direction of text."
)
NOTHING_VISIBLE = N_("Use at least one visible letter or sign.")


def text_problem(value: str, *, lines: bool = False) -> str | None:
    """Return why a text is not acceptable, as a sentence; None if it is. An empty text is acceptable.

    Parameters
    ----------
    value : str
    lines : bool
        Whether line feeds and tabs are allowed.
    """
    if not is_text(value) or any(_is_control(char) and not (lines and char in "\n\t\r") for char in value):
        return BAD_CHARACTERS
    marks = 0
    for char in value:
        marks = marks + 1 if unicodedata.category(char) in MARKS else 0
        if marks > MAX_MARKS:
            return BAD_CHARACTERS
    if value and not any(_is_visible(char) for char in value):
        return NOTHING_VISIBLE
    return None


def check_plan_names(plan: Plan) -> None:
    """Validate the names and IDs of zones and lines. Raises CodedError ``BAD_NAME``."""
    shapes: list[Zone | Line] = [*plan.zones, *plan.lines]
    for shape in shapes:
        problem = text_problem(shape.name) or text_problem(shape.id)
        if problem:
            raise CodedError("BAD_NAME", problem)


def _is_control(char: str) -> bool:
    code = ord(char)
    # Noncharacters, and the block reserved for default-ignorable code points.
    reserved = 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE or 0xE0000 <= code <= 0xE00FF
    return (unicodedata.category(char) in CONTROLS and char not in JOINERS) or char in INVISIBLE or reserved


def _is_visible(char: str) -> bool:
    return not (char.isspace() or char in JOINERS or char in BLANK or unicodedata.category(char) in MARKS)
