"""Finds the translation of a finished English sentence, whose values are already in it."""

import re
from collections.abc import Mapping

PLACE = re.compile(r"\{(\w+)\}")
END = re.compile(r"(?<=[.!?]) (?=\S)")


class Messages:
    """Sentences with ``{places}``, and what they are in one language.

    Parameters
    ----------
    texts : mapping of str to str
        From English to the language, both with the same places.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._plain = {text: other for text, other in texts.items() if not PLACE.search(text)}
        with_places = [text for text in texts if PLACE.search(text)]
        # What says most in plain words is tried first: it is the closest.
        with_places.sort(key=lambda text: len(PLACE.sub("", text)), reverse=True)
        self._patterns = [(_pattern(text), texts[text]) for text in with_places]

    def translate(self, sentence: str) -> str:
        """The sentence, or several, in the language; unchanged where it is not known."""
        if sentence in self._plain:
            return self._plain[sentence]
        for pattern, other in self._patterns:
            if found := pattern.fullmatch(sentence):
                return PLACE.sub(lambda place: found.group(place[1]), other)
        parts = END.split(sentence)
        return " ".join(map(self.translate, parts)) if len(parts) > 1 else sentence


def _pattern(text: str) -> re.Pattern[str]:
    """What matches the text with anything in its places."""
    parts = PLACE.split(text)
    named = (f"(?P<{part}>.+?)" if index % 2 else re.escape(part) for index, part in enumerate(parts))
    return re.compile("".join(named), re.DOTALL)
