"""Validation and display of untrusted text."""


def is_text(value: str) -> bool:
    """Return whether the text can be encoded as UTF-8. JSON may contain lone surrogates, which files and databases
    reject."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def shown(value: object, length: int = 80) -> str:
    """Return untrusted text for use in a message: one line, printable, truncated to `length` characters."""
    whole = "".join(char if char.isprintable() else "\ufffd" for char in str(value))
    return whole if len(whole) <= length else whole[: length - 1] + "…"
