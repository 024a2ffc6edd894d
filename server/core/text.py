"""Texts from outside."""


def is_text(value: str) -> bool:
    """Whether it can be written as UTF-8. JSON can carry half of a surrogate pair, which no file or database takes."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def shown(value: object, length: int = 80) -> str:
    """A text from elsewhere for a message of ours: on one line, printable, cut where it is long."""
    whole = "".join(char if char.isprintable() else "\ufffd" for char in str(value))
    return whole if len(whole) <= length else whole[: length - 1] + "…"
