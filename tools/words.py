#!/usr/bin/env python3
"""Collect the user-visible texts and update the translation catalogues; see docs/translating.md.

.venv/bin/python tools/words.py                            update every catalogue and report what is missing
.venv/bin/python tools/words.py --check                    only report; fails if anything is missing
.venv/bin/python tools/words.py --new fr --name Français   add a language
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polib
from babel.messages.extract import extract_from_file
from babel.messages.plurals import get_plural

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from server.i18n.catalogue import FILE, LOCALE, NAME_HEADER
from tools.calls import calls
from tools.sentences import sentences

ROOT = LOCALE.parent.parent
SAYING = ("alerts", "api", "core", "live", "uploads", "storage", "i18n")
"""Packages of the server whose errors are shown in pages; errors of others address operators."""
OPTIONS = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}
MARKS = {"_": None, "gettext": None, "ngettext": (1, 2)}
PLACES = re.compile(r"%\(\w+\)s|%%|\{\w+\}")
WORD = re.compile(r"[^\W\d_]{2}")
WIDTH = 110


def marked() -> Iterator[tuple[str, str, str]]:
    """Yield file, text and plural (empty without one) of each marked text."""
    for path in sorted((ROOT / "server" / "templates").rglob("*.html")):
        for _line, text, _comments, _context in extract_from_file("jinja2", path, MARKS, options=OPTIONS):
            one, many = (text[0], text[1]) if isinstance(text, tuple) else (text, "")
            if WORD.search(one):
                yield path.relative_to(ROOT).as_posix(), one, many
    for path in sorted((ROOT / "client").rglob("*.js")):
        for one, many in calls(path):
            if WORD.search(one):
                yield path.relative_to(ROOT).as_posix(), one, many
    for path in sorted(path for package in SAYING for path in (ROOT / "server" / package).rglob("*.py")):
        for text in sentences(path):
            yield path.relative_to(ROOT).as_posix(), text, ""


def collect(forms: int = 2) -> polib.POFile:
    """Return every text with the files that show it, in a stable order, for minimal diffs.

    Parameters
    ----------
    forms : int
        Number of plural forms in the language.
    """
    found: dict[tuple[str, str], set[str]] = {}
    for name, one, many in marked():
        found.setdefault((one, many), set()).add(name)
    entries = polib.POFile(wrapwidth=WIDTH)
    for (one, many), names in sorted(found.items(), key=lambda item: (sorted(item[1])[0], item[0])):
        entry = polib.POEntry(msgid=one, occurrences=[(name, "") for name in sorted(names)])
        if many:
            entry.msgid_plural, entry.msgstr_plural = many, dict.fromkeys(range(forms), "")
        entries.append(entry)
    return entries


def forms_of(catalogue: polib.POFile) -> int:
    """Return the number of plural forms in this language."""
    found = re.search(r"nplurals\s*=\s*(\d)", catalogue.metadata.get("Plural-Forms", ""))
    return int(found[1]) if found else 2


def update(path: Path) -> polib.POFile:
    """Return a catalogue with the current texts: new ones empty, translations kept, unused ones dropped."""
    before = polib.pofile(str(path), encoding="utf-8", wrapwidth=WIDTH)
    known = {(entry.msgid, entry.msgid_plural): entry for entry in before}
    after = collect(forms_of(before))
    after.metadata, after.header = before.metadata, before.header
    for entry in after:
        old = known.get((entry.msgid, entry.msgid_plural))
        if old is not None:
            entry.msgstr, entry.msgstr_plural, entry.tcomment = old.msgstr, old.msgstr_plural, old.tcomment
    return after


def problems(path: Path) -> list[str]:
    """Return the problems of a catalogue, as sentences."""
    said = []
    now, then = update(path), polib.pofile(str(path), encoding="utf-8")
    gone = {(entry.msgid, entry.msgid_plural) for entry in then} - {(entry.msgid, entry.msgid_plural) for entry in now}
    said += [f"no longer used: {one!r}" for one, _many in sorted(gone)]
    said += [f"used both with and without a plural: {one!r}" for one in _twice(now)]
    for entry in now:
        others = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        if not all(others):
            said.append(f"not translated: {entry.msgid!r}")
        elif any(_places(entry) != set(PLACES.findall(other)) | _countless(entry) for other in others):
            said.append(f"placeholders differ from English: {entry.msgid!r}")
    return said


def _twice(entries: polib.POFile) -> list[str]:
    return [one for one, count in Counter(entry.msgid for entry in entries).items() if count > 1]


def _places(entry: polib.POEntry) -> set[str]:
    return set(PLACES.findall(entry.msgid)) | set(PLACES.findall(entry.msgid_plural))


def _countless(entry: polib.POEntry) -> set[str]:
    """Return placeholders of the number that may be omitted, because a form may spell it out: "one person"."""
    return {"{n}", "%(n)s", "%(num)s"} & _places(entry) if entry.msgid_plural else set()


def begin(code: str, name: str) -> Path:
    """Create an empty catalogue for a new language."""
    path = LOCALE / code / FILE
    path.parent.mkdir(parents=True)
    rule = get_plural(code)
    catalogue = collect(rule.num_plurals)
    catalogue.metadata = {
        NAME_HEADER: name,
        "Language": code,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": f"{rule.plural_forms.rstrip(';')};",
    }
    catalogue.save(str(path))
    return path


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing")
    parser.add_argument("--new", metavar="CODE", help="add this language, such as fr or pt-BR")
    parser.add_argument("--name", help="name of the new language in that language")
    chosen = parser.parse_args()
    if chosen.new:
        if not chosen.name:
            parser.error("--new needs --name, such as --new fr --name Français")
        print(f"{begin(chosen.new, chosen.name).relative_to(ROOT)}: created")
        return
    wrong = 0
    for path in sorted(LOCALE.glob(f"*/{FILE.as_posix()}")):
        if not chosen.check:
            update(path).save(str(path))
        said = problems(path)
        wrong += len(said)
        print(*said, f"{path.relative_to(ROOT)}: {len(said) or 'nothing'} to do", sep="\n")
    if chosen.check and wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
