"""Extraction of texts marked with `t("…")` and `tn("…", "…")` from scripts."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

_LITERAL = r'"(?:[^"\\\n]|\\.)*"'
_CALL = re.compile(r"(?<![\w.$#])(tn?)\(\s*")
_ONE = re.compile(rf"({_LITERAL})\s*(?=[,)])")
_TWO = re.compile(rf"({_LITERAL})\s*,\s*({_LITERAL})\s*(?=,)")
_DEFINITION = re.compile(r"function \Z")
_COMMENT = re.compile(r"^\s*(?:/?\*|//)")


class NotLiteralError(ValueError):
    """A call whose text is not a literal, so it cannot be translated."""


def calls(path: Path) -> Iterator[tuple[str, str]]:
    """Yield text and plural (empty without one) of each call in a script.

    Uses patterns instead of a parser, so calls inside templates and other calls are found, too.
    """
    source = path.read_text(encoding="utf-8")
    for call in _CALL.finditer(source):
        line = source[source.rfind("\n", 0, call.start()) + 1 : call.start()]
        if _COMMENT.match(line) or _DEFINITION.search(line):
            continue
        found = (_ONE if call[1] == "t" else _TWO).match(source, call.end())
        if found is None:
            number = source.count("\n", 0, call.start()) + 1
            raise NotLiteralError(f"{path}:{number}: {call[1]}() takes literals in double quotes")
        one, *more = (json.loads(literal) for literal in found.groups())
        yield one, more[0] if more else ""
