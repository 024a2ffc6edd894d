"""The words of one language, read from its .po file for the server and for the browser alike."""

import gettext
import hashlib
import io
import json
import re
from functools import cached_property
from pathlib import Path
from typing import Any

import polib

from server.i18n.message import PLACE, Messages

LOCALE = Path(__file__).resolve().parent.parent / "locale"
FILE = Path("LC_MESSAGES") / "messages.po"
ENGLISH = "en"
NAME_HEADER = "X-Language-Name"
RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
PLURAL = re.compile(r"plural\s*=\s*([n\d\s()?:<>=!&|%]+?);?\s*$")


class CatalogueError(Exception):
    """A catalogue cannot be used; the message names its file."""


class Catalogue:
    """Translations of one language.

    Parameters
    ----------
    code : str
        Language tag, such as ``"de"``.
    entries : polib.POFile
        Its messages; without any, texts stay English.
    """

    def __init__(self, code: str, entries: Any) -> None:
        self.code = code
        self.name: str = entries.metadata.get(NAME_HEADER, code)
        self.direction = "rtl" if code.partition("-")[0] in RIGHT_TO_LEFT else "ltr"
        self._entries = [entry for entry in entries if entry.translated()]
        self._plural = _plural_rule(entries.metadata.get("Plural-Forms", "plural=(n != 1);"), code)
        translations = gettext.GNUTranslations(io.BytesIO(entries.to_binary()))
        self.gettext = translations.gettext
        self.ngettext = translations.ngettext

    @cached_property
    def _messages(self) -> Messages:
        # Patterns are for what the server says alone: those of pages could match anything.
        single = [entry for entry in self._entries if not entry.msgid_plural]
        return Messages({one.msgid: one.msgstr for one in single if _from(one, ".py") or not PLACE.search(one.msgid)})

    def tell(self, sentence: str) -> str:
        """A sentence of the server, such as an error's, in this language; unchanged where it is not known."""
        return self._messages.translate(sentence)

    @cached_property
    def script(self) -> bytes:
        """What the browser loads before its modules: the texts that they, or answers of the server, may show."""
        texts = {
            entry.msgid: list(entry.msgstr_plural.values()) if entry.msgid_plural else entry.msgstr
            for entry in self._entries
            if _from(entry, ".js") or _from(entry, ".py")
        }
        content = json.dumps(texts, ensure_ascii=False, separators=(",", ":"))
        return f"globalThis.crowdcountWords={{plural:n=>Number({self._plural}),texts:{content}}};\n".encode()

    @cached_property
    def script_name(self) -> str:
        """Name of that file; another content has another name."""
        return f"words-{self.code}-{hashlib.sha256(self.script).hexdigest()[:8].upper()}.js"


def _from(entry: Any, kind: str) -> bool:
    return any(name.endswith(kind) for name, _line in entry.occurrences)


def _plural_rule(header: str, code: str) -> str:
    """The rule of gettext, which is one of JavaScript, too."""
    found = PLURAL.search(header)
    if found is None:
        raise CatalogueError(f"{code}: Plural-Forms has no rule that can be read")
    return found[1]


def load_catalogues(folder: Path = LOCALE) -> dict[str, Catalogue]:
    """Every language there is, English first, the others by name.

    Parameters
    ----------
    folder : Path
        With ``<language>/LC_MESSAGES/messages.po``.

    Raises
    ------
    CatalogueError
        If a file cannot be read.
    """
    english = polib.POFile()
    english.metadata = {NAME_HEADER: "English", "Content-Type": "text/plain; charset=utf-8"}
    found = [Catalogue(ENGLISH, english)]
    for path in sorted(folder.glob(f"*/{FILE.as_posix()}")):
        try:
            entries = polib.pofile(str(path), encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CatalogueError(f"{path}: {error}") from error
        found.append(Catalogue(path.parent.parent.name, entries))
    return {catalogue.code: catalogue for catalogue in [found[0], *sorted(found[1:], key=lambda one: one.name)]}
