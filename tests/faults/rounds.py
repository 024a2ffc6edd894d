"""All promises in their short form, three times: ``make promises`` (``python -m tests.faults.rounds``).

Runs the tests that `rows.ROWS` names, as ``make test`` runs them: first those that may run together, last those that
need the machine for themselves. Writes docs/reports/promises.md.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from bench.load_report import machine
from tests.faults.figures import SAVE_TO, Figure
from tests.faults.rows import ROWS

TESTS = Path(__file__).resolve().parent.parent
PHASES = (
    ("-n", "3", "--dist", "loadscope", "-m", "not few and not alone"),
    ("-n", "2", "--dist", "loadscope", "-m", "few"),
    ("-m", "alone"),
)
NO_TESTS = 5
"""Pytest's exit status where nothing was chosen."""


@dataclass(frozen=True, slots=True)
class Round:
    """One time all of them."""

    tests: int
    failed: int
    skipped: int
    seconds: float
    figures: tuple[Figure, ...]


def targets() -> list[str]:
    """What pytest is asked to run: whole files, and single tests of others."""
    named = {test for row in ROWS for test in row.tests}
    whole = {name for name in named if "::" not in name}
    return [str(TESTS / name) for name in sorted(whole | {one for one in named if one.partition("::")[0] not in whole})]


def run_round() -> Round:
    """Run them; what pytest says goes to the terminal."""
    began = time.monotonic()
    counts, figures = [0, 0, 0], []
    for phase in PHASES:
        with tempfile.TemporaryDirectory() as folder:
            results, saved = Path(folder) / "results.xml", Path(folder) / "figures.json"
            # A promise that is kept at the second try only is not kept.
            once = ("-p", "no:rerunfailures")
            command = [sys.executable, "-m", "pytest", "-q", *once, f"--junitxml={results}", *phase, *targets()]
            status = subprocess.run(command, env=os.environ | {SAVE_TO: str(saved)}, check=False).returncode
            if status not in (0, 1, NO_TESTS):
                raise SystemExit(f"pytest ended with {status}")
            suite = ElementTree.parse(results).getroot()[0].attrib
            failed = int(suite["failures"]) + int(suite["errors"])
            for place, number in enumerate((int(suite["tests"]), failed, int(suite["skipped"]))):
                counts[place] += number
            figures += [Figure(*values) for values in json.loads(saved.read_text("utf-8"))] if saved.exists() else []
    return Round(*counts, time.monotonic() - began, tuple(figures))


def report(rounds: Sequence[Round], note: str) -> str:
    """The page."""
    numbers = [str(number) for number in range(1, len(rounds) + 1)]
    lines = [
        "# Every promise, one run after the other",
        "",
        "Written by `make promises`: the tests that `tests/faults/rows.py` names for each promise, in the short form",
        "in which `make test` has them. What takes longer is in [soak.md](soak.md).",
        "",
        machine() + (f" {note}" if note else ""),
        "",
        "| run | tests | failed | skipped | minutes |",
        "| ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {number} | {one.tests} | {one.failed} | {one.skipped} | {one.seconds / 60:.1f} |"
            for number, one in zip(numbers, rounds, strict=True)
        ),
        "",
        "| row | what | promise | " + " | ".join(f"run {number}" for number in numbers) + " |",
        "| ---: | --- | --- |" + " --- |" * len(numbers),
    ]
    measured = [{(one.row, one.what): one for one in each.figures} for each in rounds]
    for row, what in sorted({key: None for found in measured for key in found}, key=lambda key: key[0]):
        found = [one.get((row, what)) for one in measured]
        promise = next(one.promise for one in found if one)
        cells = [one.measured if one else "–" for one in found]
        lines.append(f"| {row} | {what} | {promise} | " + " | ".join(cells) + " |")
    lacking = [f"Row {row.number}: {row.lacking}" for row in ROWS if row.lacking]
    return "\n".join([*lines, *([""] if lacking else []), *lacking]) + "\n"


def main() -> int:
    """Run and write; the status says whether all was green every time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("docs/reports"))
    parser.add_argument("--note", default="", help="a sentence for the report, such as what else ran")
    arguments = parser.parse_args()
    rounds = [run_round() for _ in range(arguments.rounds)]
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "promises.md").write_text(report(rounds, arguments.note), "utf-8")
    return int(any(one.failed for one in rounds))


if __name__ == "__main__":
    raise SystemExit(main())
