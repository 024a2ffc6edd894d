"""CONTRIBUTING.md names files and commands that exist."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
TO_BE_MADE = re.compile(r"NAME|<\w+>|/fr/|\*")


def test_every_file_it_names_exists() -> None:
    tops = ("server/", "client/", "static/", "migrations/", "tests/", "docs/", "tools/")
    named = {name for name in re.findall(r"`([\w./<>*-]+)`", TEXT) if name.startswith(tops)}
    assert len(named) > 40
    assert [name for name in sorted(named) if not TO_BE_MADE.search(name) and not (ROOT / name).exists()] == []


def test_every_link_leads_to_a_file() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)", TEXT) if not link.startswith("http")]
    assert links
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_every_command_is_one() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"\bmake (\w+)", TEXT):
        assert re.search(rf"^{target}:", makefile, re.M), f"make {target}"
    scripts = json.loads((ROOT / "package.json").read_text("utf-8"))["scripts"]
    for script in re.findall(r"npm run ([a-z]+)", TEXT):
        assert script in scripts


def test_the_quick_tests_are_there() -> None:
    listed = re.search(r"^FAST := ((?:.*\\\n)*.*)$", (ROOT / "Makefile").read_text("utf-8"), re.M)
    assert listed is not None
    assert [path for path in listed[1].replace("\\\n", " ").split() if not (ROOT / path).exists()] == []


def test_parts_of_tests_are_named_as_they_are() -> None:
    folders = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")} | {"client"}
    table = TEXT[TEXT.index("## Tests") : TEXT.index("## How to write")]
    unnamed = [name for name in sorted(folders) if f"{name}/" not in table]
    assert unnamed == []
