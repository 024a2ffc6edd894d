"""What the tests measured, for the table at the end of a run and for the report of `make soak`."""

from dataclasses import dataclass


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


def table() -> list[str]:
    """The figures as lines of a Markdown table."""
    rows = sorted(FIGURES, key=lambda figure: figure.row)
    lines = [f"| {one.row} | {one.what} | {one.measured} | {one.promise} |" for one in rows]
    return ["| row | what | measured | promise |", "| --- | --- | --- | --- |", *lines]
