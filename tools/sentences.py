"""Extraction of the server's translatable sentences from Python: error texts, and texts marked with `N_`.

Finished sentences are translated, so they may contain values: ``f"You have {limit} cameras."`` becomes the text
``You have {limit} cameras.``
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ERROR = re.compile(r"Error$|^Refusal$|^unauthenticated$")
SENTENCE = re.compile(r"[A-Z“{].*\s.*[.?!]$", re.DOTALL)
PLACE = re.compile(r"\{\w+\}")
SHORTEST = 10
"""Minimum number of characters besides values; a shorter text would match anything."""


def sentences(path: Path) -> Iterator[str]:
    """Yield the texts of a file, with ``{places}`` for values."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        for text in filter(None, map(_text, arguments)):
            if name == "N_" or (ERROR.search(name) and SENTENCE.match(text) and len(PLACE.sub("", text)) > SHORTEST):
                yield text


def _text(node: ast.expr) -> str | None:
    """Return the text of a literal; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    parts: list[str] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
        elif isinstance(part, ast.FormattedValue):
            place = "{" + _place(part.value) + "}"
            parts.append(place if place not in parts else f"{place[:-1]}{len(parts)}}}")
    return "".join(parts)


def _place(value: ast.expr) -> str:
    """Return the name of a value: the last name in its expression."""
    names = re.findall(r"[A-Za-z]\w*", ast.unparse(value))
    return names[-1].lower() if names else "value"
