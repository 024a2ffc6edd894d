"""Why nothing can be stored, whatever the database is."""

from enum import Enum

from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, NotSupportedError, ProgrammingError


class Trouble(Enum):
    """Why a write fails."""

    FULL = "full"
    READ_ONLY = "read only"
    BUSY = "busy"
    FAULTY = "faulty"
    CLOSED = "closed"
    DAMAGED = "damaged"
    OVERWRITTEN = "overwritten"
    AWAY = "away"  # a database server that does not answer
    TAKEN = "taken"  # another crowdcount serves with this database
    OTHER = "other"


DAMAGE = (Trouble.DAMAGED, Trouble.OVERWRITTEN)


class UnreachableError(Exception):
    """The database is known not to be there for this process just now, so that it was not even asked.

    Parameters
    ----------
    trouble : Trouble
    """

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(f"the database is {trouble.value}")
        self.trouble = trouble


def is_trouble(error: Exception) -> bool:
    """Whether an error is the database's own, and not that of what was asked for."""
    asked_for = (IntegrityError, ProgrammingError, DataError, NotSupportedError)
    return isinstance(error, DatabaseError) and not isinstance(error, asked_for)


def is_of_server(error: DatabaseError) -> bool:
    """Whether an error comes from a database server, so that it has nothing to do with a disk of this machine."""
    return isinstance(error.orig, UnreachableError) or hasattr(error.orig, "sqlstate")
