"""What the tests measured, for the table at the end of a run and for the report of `make promises`."""

import json
import os
from dataclasses import astuple, dataclass
from pathlib import Path

SAVE_TO = "CROWDCOUNT_TEST_FIGURES"
"""Names a file for the figures, if they are wanted as JSON."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value beside its promise.

    Attributes
    ----------
    row : int
        Of `rows.ROWS`.
    what, measured, promise : str
    """

    row: int
    what: str
    measured: str
    promise: str


FIGURES: list[Figure] = []


def note(row: int, what: str, measured: str, promise: str) -> None:
    """Remember a figure."""
    FIGURES.append(Figure(row, what, measured, promise))


def save() -> None:
    """Write them where the environment says, if it does."""
    if path := os.environ.get(SAVE_TO):
        Path(path).write_text(json.dumps([astuple(figure) for figure in FIGURES]), "utf-8")


def table() -> list[str]:
    """The figures as lines of a Markdown table."""
    rows = sorted(FIGURES, key=lambda figure: figure.row)
    lines = [f"| {one.row} | {one.what} | {one.measured} | {one.promise} |" for one in rows]
    return ["| row | what | measured | promise |", "| --- | --- | --- | --- |", *lines]
