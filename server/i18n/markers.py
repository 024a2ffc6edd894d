"""Marks a text for translation where it is written; it is translated where it is shown."""


def N_(text: str) -> str:  # noqa: N802 - the name that tools for translators know
    """The same text. A literal, which may have its values in it: ``N_(f"Use at least {least} characters.")``."""
    return text
