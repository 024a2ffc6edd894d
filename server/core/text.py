"""Texts from outside."""


def is_text(value: str) -> bool:
    """Whether it can be written as UTF-8. JSON can carry half of a surrogate pair, which no file or database takes."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
