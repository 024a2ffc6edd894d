"""Marks a text for translation where it is written; it is translated where it is shown."""


def N_(text: str) -> str:  # noqa: N802 - the name that tools for translators know
    """The same text. Values follow with `format`: ``N_("{n} are open.").format(n=n)``."""
    return text
